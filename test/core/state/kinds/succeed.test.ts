import { describe, expect, it } from "vitest";
import type { Succeed } from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  member,
  register,
  type TestLedger,
} from "../kit.ts";

const CITY = "MA.156.1301";
const [ONE, TWO, THREE] = [`${CITY}.01`, `${CITY}.02`, `${CITY}.03`] as const;

function deptLedger(threshold = 1): TestLedger {
  const ledger = cityLedger(threshold);
  register(
    ledger,
    [ONE, TWO, THREE].map((each) => child(each, "department")),
  );
  return ledger;
}

function succeed(
  ledger: TestLedger,
  type: Succeed["type"],
  from: readonly string[],
  to: readonly string[],
  more: Partial<Succeed> = {},
): Succeed {
  const chained = (codes: readonly string[]) =>
    codes.map((each) => ({ code: code(each), prev: ledger.record(each).op }));
  return {
    op: "succeed",
    type,
    from: chained(from),
    to: chained(to),
    date: "2026-01-01",
    source: "document 1",
    grants: "end",
    delegation: "end",
    ...more,
  };
}

describe("succeed", () => {
  it("links both sides and retires a predecessor that does not go on", () => {
    const ledger = deptLedger();
    const { hash } = ledger.must(succeed(ledger, "merge", [ONE, TWO], [TWO]), city);
    expect(ledger.record(ONE)).toMatchObject({
      status: "retired",
      successors: [`${TWO}#1`],
      op: hash,
      control: hash,
    });
    expect(ledger.record(TWO)).toMatchObject({
      status: "active",
      predecessors: [`${ONE}#1`, `${TWO}#1`],
      op: hash,
    });
    expect(ledger.record(TWO).control).not.toEqual(hash);
  });

  it("retires nothing that somebody above has suspended, and lets it go on as a successor", () => {
    const ledger = deptLedger();
    const { control: prev } = ledger.record(ONE);
    const both = [member("A"), member("B")];
    const suspend = {
      op: "status",
      code: code(ONE),
      prev,
      do: "suspend",
      reason: "theft",
    } as const;
    ledger.decide(suspend, both);
    expect(ledger.refused(succeed(ledger, "rename", [ONE], [TWO]), city)).toEqual({
      code: "STATE_SUSPENDED",
      subject: ONE,
      because: `${ONE}#1`,
    });
    ledger.must(succeed(ledger, "merge", [ONE, TWO], [ONE]), city);
    expect(ledger.effective(ONE)).toBe("suspended");
    expect(ledger.effective(TWO)).toBe("retired");
    // One's own suspension hinders nobody.
    const { control } = ledger.record(THREE);
    ledger.must({ ...suspend, code: code(THREE), prev: control }, city);
    ledger.must(succeed(ledger, "rename", [THREE], [ONE]), city);
    expect(ledger.effective(THREE)).toBe("retired");
  });

  it("refuses numbers of records that do not fit what happened", () => {
    const ledger = deptLedger();
    const cases = [
      ["merge", [ONE], [TWO, THREE]],
      ["split", [ONE, TWO], [THREE]],
      ["rename", [ONE], [TWO, THREE]],
      ["transfer", [ONE, TWO], [THREE]],
    ] as const;
    for (const [type, from, to] of cases) {
      expect(ledger.refused(succeed(ledger, type, from, to), city)).toMatchObject({
        code: "STATE_SUCCEED_FORM",
        type,
      });
    }
    for (const type of ["merge", "split", "rename", "transfer"] as const) {
      expect(ledger.refused(succeed(ledger, type, [ONE], [ONE]), city)).toEqual({
        ...{ code: "STATE_SUCCEED_FORM", type, want: "another code" },
      });
    }
    ledger.must(succeed(ledger, "split", [ONE], [TWO, THREE]), city);
    expect(ledger.record(ONE).successors).toEqual([`${TWO}#1`, `${THREE}#1`]);
  });

  it("refuses a date in the future, another chain, and what has ended", () => {
    const ledger = deptLedger();
    const op = succeed(ledger, "rename", [ONE], [TWO]);
    expect(ledger.refused({ ...op, date: "2026-11-23" }, city)).toMatchObject({
      code: "STATE_VALID_FROM",
      field: "date",
    });
    const prev = new Uint8Array(32);
    expect(ledger.refused({ ...op, to: [{ code: code(TWO), prev }] }, city)).toMatchObject({
      code: "STATE_PREV",
      subject: TWO,
    });
    expect(ledger.refused({ ...op, to: [{ code: code(`${CITY}.09`), prev }] }, city)).toMatchObject(
      { code: "STATE_UNKNOWN" },
    );
    ledger.must(op, city);
    expect(ledger.refused(succeed(ledger, "rename", [ONE], [THREE]), city)).toMatchObject({
      code: "STATE_RETIRED",
      subject: ONE,
    });
  });

  it("of cities is for the members", () => {
    const ledger = deptLedger();
    const op = succeed(ledger, "rename", [CITY], [ONE]);
    expect(ledger.refused(op, city)).toMatchObject({ code: "AUTH_ISSUER", want: "member/…" });
    ledger.decide(op, [member("A"), member("B")]);
    expect(ledger.effective(CITY)).toBe("retired");
  });

  it("below a city takes the threshold of whoever governs above all of them", () => {
    const ledger = deptLedger(2);
    const op = succeed(ledger, "rename", [ONE], [TWO]);
    expect(ledger.refused(op, city)).toMatchObject({ code: "AUTH_NEEDS_DECISION", threshold: 2 });
    ledger.decide(op, [city, { ...city, key: "city two" }]);
  });

  it("refuses records below another authority", () => {
    const ledger = deptLedger();
    const keys = [keySpec("chief", ["govern"])];
    register(ledger, [child(`${CITY}.04`, "department", { keys })]);
    register(ledger, [child(`${CITY}.04.1`, "department")]);
    expect(ledger.refused(succeed(ledger, "transfer", [ONE], [`${CITY}.04.1`]), city)).toEqual({
      code: "STATE_SUCCEED_MIXED",
      subject: `${CITY}.04.1`,
      want: `${CITY}.04#1`,
    });
  });

  it("is refused to a parent that is suspended", () => {
    const ledger = deptLedger();
    const op = succeed(ledger, "rename", [ONE], [TWO]);
    const { control: prev } = ledger.record(CITY);
    ledger.decide({ op: "status", code: code(CITY), prev, do: "suspend", reason: "x" }, [
      member("A"),
      member("B"),
    ]);
    expect(ledger.refused(op, city)).toMatchObject({ code: "STATE_SUSPENDED", subject: CITY });
  });
});
