import { describe, expect, it } from "vitest";
import { type Keys, keyKey } from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  member,
  register,
  type Signing,
  type TestLedger,
  testKey,
} from "../kit.ts";

const CITY = "MA.156.1301";

function keys(ledger: TestLedger, change: Partial<Keys>, of = CITY): Keys {
  return { op: "keys", code: of, prev: ledger.record(of).control, ...change };
}

function keyOf(ledger: TestLedger, word: string, holder = `${CITY}#1`) {
  return ledger.value(keyKey(holder, testKey(word).kid));
}

describe("keys", () => {
  it("opens keys, and lists the uses that open keys have between them", () => {
    const ledger = cityLedger();
    const { hash } = ledger.must(keys(ledger, { add: [keySpec("clerk", ["record"])] }), city);
    expect(ledger.record(CITY)).toMatchObject({ control: hash, threshold: 1 });
    expect(keyOf(ledger, "clerk")).toMatchObject({ uses: ["record"], from: ledger.now });
  });

  it("closes a key for ever: it stays, and cannot be opened again", () => {
    const ledger = cityLedger();
    ledger.must(keys(ledger, { add: [keySpec("clerk", ["record"])] }), city);
    const { kid } = testKey("clerk");
    const since = ledger.now / 1000 - 60;
    ledger.must(keys(ledger, { close: [{ kid, why: "compromised", since }] }), city);
    expect(keyOf(ledger, "clerk")).toMatchObject({ to: ledger.now, why: "compromised", since });
    expect(ledger.refused(keys(ledger, { add: [keySpec("clerk", ["data"])] }), city)).toMatchObject(
      {
        code: "STATE_KEY_EXISTS",
        holder: `${CITY}#1`,
      },
    );
    expect(ledger.refused(keys(ledger, { close: [{ kid, why: "retired" }] }), city)).toMatchObject({
      code: "STATE_KEY_NOT_OPEN",
      holder: `${CITY}#1`,
    });
    expect(
      ledger.refused(keys(ledger, { relabel: [{ kid, label: "nobody" }] }), city),
    ).toMatchObject({ code: "STATE_KEY_NOT_OPEN" });
  });

  it("says of a closed key that it is closed, and why", () => {
    const ledger = cityLedger();
    ledger.must(keys(ledger, { add: [keySpec("old", ["govern"])] }), city);
    const { kid } = testKey("old");
    ledger.must(keys(ledger, { close: [{ kid, why: "retired" }] }), city);
    const more = keys(ledger, { add: [keySpec("x", ["data"])] });
    expect(ledger.refused(more, { iss: CITY, key: "old" })).toMatchObject({
      code: "AUTH_KEY_CLOSED",
      why: "retired",
    });
  });

  it("marks a retired key as compromised, exactly once", () => {
    const ledger = cityLedger();
    ledger.must(keys(ledger, { add: [keySpec("old", ["record"])] }), city);
    const { kid } = testKey("old");
    const close = (end: { why: "retired" } | { why: "compromised"; since: number }) =>
      keys(ledger, { close: [{ kid, ...end }] });
    ledger.must(close({ why: "retired" }), city);
    const to = ledger.now;
    ledger.wait(60);
    expect(ledger.refused(close({ why: "retired" }), city)).toMatchObject({
      code: "STATE_KEY_NOT_OPEN",
    });
    const since = ledger.now / 1000 + 601;
    expect(ledger.refused(close({ why: "compromised", since }), city)).toMatchObject({
      code: "STATE_SINCE",
    });
    ledger.must(close({ why: "compromised", since: 5 }), city);
    // When it was closed stays as it was; only what is to be thought of it has changed.
    expect(keyOf(ledger, "old")).toMatchObject({ to, why: "compromised", since: 5 });
    for (const end of [{ why: "retired" }, { why: "compromised", since: 4 }] as const) {
      expect(ledger.refused(close(end), city)).toMatchObject({ code: "STATE_KEY_NOT_OPEN" });
    }
  });

  it("re-labels a key", () => {
    const ledger = cityLedger();
    const { kid } = testKey("city");
    ledger.must(keys(ledger, { relabel: [{ kid, label: "mayor's office" }] }), city);
    expect(keyOf(ledger, "city").label).toBe("mayor's office");
  });

  it("refuses to leave fewer usable govern keys than the threshold", () => {
    const ledger = cityLedger();
    const { kid } = testKey("city");
    expect(ledger.refused(keys(ledger, { close: [{ kid, why: "retired" }] }), city)).toEqual({
      code: "STATE_THRESHOLD",
      holder: `${CITY}#1`,
      threshold: 1,
      govern: 0,
    });
    expect(ledger.refused(keys(ledger, { threshold: 2 }), city)).toMatchObject({
      code: "STATE_THRESHOLD",
      threshold: 2,
      govern: 1,
    });
    const add = [keySpec("two", ["govern"])];
    ledger.must(keys(ledger, { add, threshold: 2 }), city);
    expect(ledger.record(CITY).threshold).toBe(2);
  });

  it("refuses a compromise that begins in the future", () => {
    const ledger = cityLedger();
    ledger.must(keys(ledger, { add: [keySpec("clerk", ["record"])] }), city);
    const { kid } = testKey("clerk");
    const since = ledger.now / 1000 + 601;
    expect(
      ledger.refused(keys(ledger, { close: [{ kid, why: "compromised", since }] }), city),
    ).toMatchObject({ code: "STATE_SINCE", since, until: since - 1 });
  });

  it("refuses more than 64 open keys", () => {
    const ledger = cityLedger();
    const many = (n: number, from: number) =>
      Array.from({ length: n }, (_, i) => keySpec(`k${from + i}`, ["data"]));
    ledger.must(keys(ledger, { add: many(60, 0) }), city);
    expect(ledger.refused(keys(ledger, { add: many(4, 60) }), city)).toMatchObject({
      code: "STATE_KEYS_LIMIT",
      max: 64,
    });
  });

  it("refuses to do nothing", () => {
    const ledger = cityLedger();
    expect(ledger.refused(keys(ledger, {}), city)).toEqual({
      code: "STATE_NOTHING_TO_DO",
      subject: CITY,
    });
  });

  it("follows the chain of control, which updates do not move", () => {
    const ledger = cityLedger();
    const op = keys(ledger, { add: [keySpec("clerk", ["record"])] });
    ledger.must({ op: "update", code: code(CITY), prev: ledger.record(CITY).op, links: [] }, city);
    ledger.must(op, city);
    expect(ledger.refused({ ...op, add: [keySpec("x", ["data"])] }, city)).toMatchObject({
      code: "STATE_PREV",
      subject: CITY,
    });
  });

  it("does not let a key that ends give one that lasts longer", () => {
    const ledger = cityLedger();
    const until = ledger.now / 1000 + 3600;
    ledger.must(keys(ledger, { add: [keySpec("deputy", ["govern"], { scope: { until } })] }), city);
    const deputy: Signing = { iss: CITY, key: "deputy" };
    const op = keys(ledger, { add: [keySpec("friend", ["govern"])] });
    expect(ledger.refused(op, deputy)).toEqual({
      code: "AUTH_KEY_WIDER",
      subject: CITY,
      label: "friend",
      facet: "until",
    });
    const add = [keySpec("friend", ["record"], { scope: { until } })];
    ledger.must(keys(ledger, { add }), deputy);
    ledger.wait(3601);
    expect(ledger.refused(keys(ledger, { threshold: 1 }), deputy)).toMatchObject({
      code: "AUTH_KEY_UNTIL",
      until,
    });
  });

  it("is for the nearest that governs, and moves to a child with the first govern key", () => {
    const ledger = cityLedger();
    const dept = `${CITY}.02`;
    register(ledger, [child(dept, "department")]);
    ledger.must(keys(ledger, { add: [keySpec("chief", ["govern"])] }, dept), city);
    const op = keys(ledger, { add: [keySpec("x", ["data"])] }, dept);
    expect(ledger.refused(op, city)).toMatchObject({ code: "AUTH_ISSUER", want: dept });
    ledger.must(op, { iss: dept, key: "chief" });
    expect(ledger.record(dept).holds).toEqual(["data", "govern"]);
  });

  it("refuses for what does not exist or is suspended", () => {
    const ledger = cityLedger();
    const op = { op: "keys" as const, code: `${CITY}.02`, prev: new Uint8Array(32), threshold: 1 };
    expect(ledger.refused(op, city)).toMatchObject({
      code: "STATE_UNKNOWN",
      subject: `${CITY}.02`,
    });
    register(ledger, [child(`${CITY}.02`, "department")]);
    const { control } = ledger.record(`${CITY}.02`);
    ledger.must(
      { op: "status", code: code(`${CITY}.02`), prev: control, do: "suspend", reason: "x" },
      city,
    );
    expect(ledger.refused({ ...op, threshold: 1 }, city)).toMatchObject({
      code: "STATE_SUSPENDED",
      because: `${CITY}.02#1`,
    });
  });

  describe("of a member", () => {
    const ofA = (ledger: TestLedger, change: Partial<Keys>): Keys => ({
      op: "keys",
      code: "member/A",
      prev: (ledger.get("member/A") as { op: Uint8Array }).op,
      ...change,
    });

    it("are changed by the member itself", () => {
      const ledger = cityLedger();
      ledger.must(ofA(ledger, { add: [keySpec("A two", ["govern", "issue"])] }), member("A"));
      const { kid } = testKey("member A");
      ledger.must(ofA(ledger, { close: [{ kid, why: "retired" }] }), {
        iss: "member/A",
        key: "A two",
      });
      expect(keyOf(ledger, "member A", "member/A").why).toBe("retired");
      const op = ofA(ledger, { threshold: 1 });
      expect(ledger.refused(op, member("B"))).toMatchObject({
        code: "AUTH_ISSUER",
        want: "member/A",
      });
    });

    it("need as many of its keys as its threshold asks", () => {
      const ledger = cityLedger();
      const two: Signing = { iss: "member/A", key: "A two" };
      const add = [keySpec("A two", ["govern", "issue"])];
      ledger.must(ofA(ledger, { add, threshold: 2 }), member("A"));
      const more = ofA(ledger, { add: [keySpec("A three", ["govern"])] });
      expect(ledger.refused(more, two)).toMatchObject({
        code: "AUTH_NEEDS_DECISION",
        electorate: "member/A",
      });
      ledger.decide(more, [two, member("A")]);
      expect(ledger.get("member/A")).toMatchObject({ threshold: 2 });
    });

    it("are refused to who is no member, or names another change", () => {
      const ledger = cityLedger();
      const op = ofA(ledger, { threshold: 1 });
      expect(
        ledger.refused({ ...op, code: "member/Z" }, { iss: "member/Z", key: "member A" }),
      ).toMatchObject({ code: "AUTH_KEY_UNKNOWN", issuer: "member/Z" });
      expect(ledger.refused({ ...op, prev: new Uint8Array(32) }, member("A"))).toMatchObject({
        code: "STATE_PREV",
        subject: "member/A",
      });
      const unreachable = ofA(ledger, { threshold: 3 });
      expect(ledger.refused(unreachable, member("A"))).toMatchObject({
        code: "STATE_THRESHOLD",
        holder: "member/A",
      });
    });

    it("never leave the members unable to decide", () => {
      const ledger = cityLedger();
      for (const id of ["A", "B"]) {
        const prev = (ledger.get(`member/${id}`) as { op: Uint8Array }).op;
        const { kid } = testKey(`member ${id}`);
        const op: Keys = {
          op: "keys",
          code: `member/${id}`,
          prev,
          add: [keySpec(`${id} govern`, ["govern"])],
          close: [{ kid, why: "retired" }],
        };
        if (id === "A") ledger.must(op, member(id));
        else {
          expect(ledger.refused(op, member(id))).toEqual({
            code: "STATE_MEMBERS_THRESHOLD",
            use: "issue",
            threshold: 2,
            members: 1,
          });
        }
      }
    });
  });
});
