import { describe, expect, it } from "vitest";
import type { Gazette, GazetteItem } from "../../../../src/core/index.ts";
import { city, cityLedger, code, fact, member, TestLedger } from "../kit.ts";

const BAODING = code("MA.156.1306");

const gazette = (...items: readonly Partial<GazetteItem>[]): Gazette => ({
  op: "gazette",
  items: items.map((item) => ({ code: BAODING, ...item })) as GazetteItem[],
});

describe("gazette", () => {
  it("takes new facts from one member alone, each after the value that was there", () => {
    const ledger = new TestLedger();
    const { hash } = ledger.must(gazette({ add: [fact({ to: "1994-12" })] }), member("A"));
    expect(ledger.get(`gazette/${BAODING}`)).toMatchObject({ op: hash });
    const add = [fact({ from: "1994-12", names: { zh: "保定市" } })];
    expect(ledger.refused(gazette({ add }), member("B"))).toMatchObject({
      code: "STATE_PREV",
      subject: `gazette/${BAODING}`,
      got: "none",
    });
    ledger.must(gazette({ prev: hash, add }), member("B"));
    expect(ledger.get(`gazette/${BAODING}`)).toMatchObject({ facts: [{}, { from: "1994-12" }] });
  });

  it("puts facts in the place of others only by a decision", () => {
    const ledger = new TestLedger();
    const { hash: prev } = ledger.must(gazette({ add: [fact()] }), member("A"));
    const op = gazette({ prev, replace: [fact({ to: "2026" })] });
    expect(ledger.refused(op, member("A"))).toEqual({
      code: "AUTH_NEEDS_DECISION",
      electorate: "members",
      threshold: 2,
    });
    ledger.decide(op, [member("A"), member("B")]);
    expect(ledger.get(`gazette/${BAODING}`)).toMatchObject({ facts: [{ to: "2026" }] });
  });

  it("executes a proposal that only adds at once", () => {
    const ledger = new TestLedger();
    ledger.must({ op: "propose", inner: gazette({ add: [fact()] }) }, member("A"));
    expect(ledger.get(`gazette/${BAODING}`)).toMatchObject({ facts: [{ from: "1981" }] });
  });

  it("refuses facts that overlap, end before they begin, or are too many", () => {
    const ledger = new TestLedger();
    const refused = (...add: GazetteItem["add"] & object) =>
      ledger.refused(gazette({ add }), member("A"));
    expect(refused(fact(), fact({ from: "1990" }))).toMatchObject({
      code: "GAZETTE_OVERLAP",
      from: "1990",
      before: "open",
    });
    expect(refused(fact({ to: "1990-05" }), fact({ from: "1990-04" }))).toMatchObject({
      code: "GAZETTE_OVERLAP",
      before: "1990-05",
    });
    expect(refused(fact({ from: "1990-05", to: "1990-04" }))).toMatchObject({
      code: "GAZETTE_SPAN",
      to: "1990-04",
    });
    const many = Array.from({ length: 17 }, (_, i) => [
      fact({ from: `${1900 + 2 * i}`, to: `${1901 + 2 * i}` }),
    ]).flat();
    const { hash: prev } = ledger.must(gazette({ add: many }), member("A"));
    const more = many.map((each, i) => ({ ...each, from: `${1940 + i}`, to: `${1940 + i}` }));
    expect(ledger.refused(gazette({ prev, add: more }), member("A"))).toMatchObject({
      code: "GAZETTE_FACTS_LIMIT",
      max: 32,
    });
  });

  it("lets the part that both dates say decide which is earlier", () => {
    const ledger = new TestLedger();
    const add = [fact({ from: "1981-05", to: "1990-06" }), fact({ from: "1990" })];
    const { hash: prev } = ledger.must(gazette({ add }), member("A"));
    const replace = [fact({ from: "1981-05", to: "1990-06" }), fact({ from: "1990-05" })];
    expect(ledger.undecided(gazette({ prev, replace }), [member("A"), member("B")])).toMatchObject({
      code: "GAZETTE_OVERLAP",
      from: "1990-05",
    });
  });

  it("refuses facts about the future", () => {
    const ledger = new TestLedger();
    for (const more of [{ from: "2027" }, { to: "2026-11-23" }]) {
      expect(ledger.refused(gazette({ add: [fact(more)] }), member("A"))).toMatchObject({
        code: "STATE_VALID_FROM",
        field: BAODING,
        today: "2026-11-22",
      });
    }
    ledger.must(gazette({ add: [fact({ from: "2026" })] }), member("A"));
  });

  it("is all or nothing, for members only", () => {
    const ledger = cityLedger();
    const items = [{ add: [fact()] }, { add: [fact()] }];
    expect(ledger.refused(gazette(...items), member("A"))).toMatchObject({ code: "STATE_PREV" });
    expect(ledger.refused(gazette({ add: [fact()] }), city)).toEqual({
      code: "AUTH_ISSUER",
      want: "member/…",
      got: "MA.156.1301",
    });
  });
});
