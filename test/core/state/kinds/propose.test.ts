import { describe, expect, it } from "vitest";
import {
  decisionKey,
  hex,
  type Keys,
  MAX_VOTES,
  type Register,
} from "../../../../src/core/index.ts";
import {
  application,
  child,
  city,
  cityLedger,
  code,
  fact,
  idOf,
  keySpec,
  member,
  register,
  type Signing,
  TestLedger,
  testKey,
} from "../kit.ts";

const CITY = "MA.156.1301";
const two: Signing = { iss: CITY, key: "city two" };
const MONTH = 30 * 24 * 3600;

const newKey = (ledger: TestLedger, word = "clerk"): Keys => ({
  op: "keys",
  code: CITY,
  prev: ledger.record(CITY).control,
  add: [keySpec(word, ["record"])],
});
const vote = (decision: Uint8Array, what: "approve" | "reject" = "approve", reason?: string) =>
  ({ op: "endorse", decision, vote: what, ...(reason === undefined ? {} : { reason }) }) as const;

describe("propose and endorse", () => {
  it("execute with the vote that reaches the threshold, in the name of the proposal", () => {
    const ledger = cityLedger(2);
    const { id, hash } = ledger.must({ op: "propose", inner: newKey(ledger) }, city);
    expect(ledger.value(decisionKey(id))).toMatchObject({
      op: hash,
      code: CITY,
      electorate: `${CITY}#1`,
      votes: [{ by: hex(testKey("city").kid), vote: "approve" }],
    });
    const last = ledger.must(vote(id, "approve", "seen"), two);
    expect(ledger.value(decisionKey(id))).toMatchObject({
      state: "executed",
      votes: [{}, { reason: "seen" }],
    });
    expect(ledger.record(CITY).control).toEqual(last.hash);
    expect(ledger.refused(vote(id), city)).toEqual({
      code: "STATE_DECISION_CLOSED",
      decision: hex(id),
      state: "executed",
    });
  });

  it("refuses a proposal where one key is enough", () => {
    const ledger = cityLedger();
    expect(ledger.refused({ op: "propose", inner: newKey(ledger) }, city)).toEqual({
      code: "STATE_NEEDS_NO_DECISION",
      kind: "keys",
    });
  });

  it("refuses the same proposal again", () => {
    const ledger = cityLedger(2);
    const inner = newKey(ledger);
    const { id } = ledger.must({ op: "propose", inner }, city);
    expect(ledger.refused({ op: "propose", inner }, city)).toEqual({
      code: "STATE_DECISION_EXISTS",
      decision: hex(id),
    });
  });

  it("end when approval has become impossible", () => {
    const ledger = cityLedger(2);
    const { id } = ledger.must({ op: "propose", inner: newKey(ledger) }, city);
    ledger.must(vote(id, "reject"), two);
    expect(ledger.value(decisionKey(id)).state).toBe("rejected");
    const members = new TestLedger();
    const classes = {
      op: "classes" as const,
      items: [{ class: "LAMP", names: { zh: "灯" }, public: "all" as const }],
    };
    const { id: open } = members.must({ op: "propose", inner: classes }, member("A"));
    members.must(vote(open, "reject"), member("B"));
    expect(members.value(decisionKey(open)).state).toBe("open");
    members.must(vote(open, "reject"), member("C"));
    expect(members.value(decisionKey(open)).state).toBe("rejected");
  });

  it("end after 90 days of block time", () => {
    const ledger = cityLedger(2);
    const { id } = ledger.must({ op: "propose", inner: newKey(ledger) }, city);
    const opened = ledger.now;
    ledger.wait(3 * MONTH + 1);
    expect(ledger.refused(vote(id), two)).toEqual({
      code: "STATE_DECISION_EXPIRED",
      decision: hex(id),
      opened,
    });
  });

  it("take one vote a member, however many keys it has, and the first one stands", () => {
    const ledger = new TestLedger();
    const prev = (ledger.get("member/A") as { op: Uint8Array }).op;
    const add = [keySpec("A two", ["issue"])];
    ledger.must({ op: "keys", code: "member/A", prev, add }, member("A"));
    ledger.must(
      { op: "gazette", items: [{ code: code("MA.156.1306"), add: [fact()] }] },
      member("A"),
    );
    const bytes = application("MA.156.1306", "k", ledger.now);
    ledger.must({ op: "admit", application: bytes }, member("A"));
    ledger.must(vote(idOf(bytes), "reject"), member("A"));
    expect(ledger.refused(vote(idOf(bytes)), { iss: "member/A", key: "A two" })).toEqual({
      code: "STATE_VOTED",
      decision: hex(idOf(bytes)),
      by: "member/A",
    });
  });

  it("count only votes of keys that are still held", () => {
    const ledger = cityLedger(2);
    const third = keySpec("three", ["govern"]);
    ledger.decide({ ...newKey(ledger), add: [third] }, [city, two]);
    const { id } = ledger.must(
      { op: "propose", inner: { ...newKey(ledger), add: [keySpec("x", ["data"])] } },
      city,
    );
    const close = [{ kid: testKey("city").kid, why: "retired" as const }];
    const { add: _, ...rest } = newKey(ledger);
    ledger.decide({ ...rest, close }, [two, { iss: CITY, key: "three" }]);
    ledger.must(vote(id), two);
    expect(ledger.value(decisionKey(id)).state).toBe("open");
    // The operation itself names a `prev` that has moved on: the vote that would execute it is refused.
    expect(ledger.refused(vote(id), { iss: CITY, key: "three" })).toMatchObject({
      code: "STATE_PREV",
      subject: CITY,
    });
  });

  it("do not go on when the authority has moved to somebody nearer", () => {
    const ledger = cityLedger(2);
    const dept = `${CITY}.02`;
    register(ledger, [child(dept, "department")]);
    const prev = ledger.record(dept).control;
    const op: Keys = { op: "keys", code: dept, prev, add: [keySpec("a", ["data"])] };
    const { id } = ledger.must({ op: "propose", inner: op }, city);
    ledger.decide({ ...op, add: [keySpec("chief", ["govern"])] }, [two, city]);
    expect(ledger.refused(vote(id), { iss: dept, key: "chief" })).toEqual({
      code: "STATE_DECISION_MOVED",
      decision: hex(id),
      from: `${CITY}#1`,
      to: `${dept}#1`,
    });
  });

  it("refuse the last vote where the operation cannot be executed, and stay open", () => {
    const ledger = cityLedger(2);
    const inner: Register = {
      op: "register",
      items: [child(`${CITY}.02.1`, "department", { keys: [keySpec("c", ["govern"])] })],
    };
    const { id } = ledger.must({ op: "propose", inner }, city);
    expect(ledger.refused(vote(id), two)).toEqual({
      code: "STATE_UNKNOWN",
      subject: `${CITY}.02`,
    });
    register(ledger, [child(`${CITY}.02`, "department")]);
    ledger.must(vote(id), two);
    expect(ledger.record(`${CITY}.02.1`).holds).toEqual(["govern"]);
  });

  it("are refused to who is suspended", () => {
    const ledger = cityLedger(2);
    const inner = newKey(ledger);
    const { id } = ledger.must({ op: "propose", inner }, city);
    const { control: prev } = ledger.record(CITY);
    ledger.decide({ op: "status", code: code(CITY), prev, do: "suspend", reason: "x" }, [
      member("A"),
      member("B"),
    ]);
    const suspended = { code: "STATE_SUSPENDED", subject: CITY, because: `${CITY}#1` };
    expect(ledger.refused(vote(id), two)).toEqual(suspended);
    expect(ledger.refused({ op: "propose", inner: newKey(ledger, "x") }, two)).toEqual(suspended);
  });

  it("say of an unknown decision that it is unknown, to whoever is known", () => {
    const ledger = cityLedger();
    const decision = new Uint8Array(32);
    const unknown = { code: "STATE_DECISION_UNKNOWN", decision: hex(decision) };
    expect(ledger.refused(vote(decision), city)).toEqual(unknown);
    expect(ledger.refused(vote(decision), member("A"))).toEqual(unknown);
    expect(ledger.refused(vote(decision), { iss: "MA.156.11", key: "x" })).toMatchObject({
      code: "AUTH_ISSUER",
    });
  });

  it("take at most 64 votes", () => {
    const ledger = cityLedger(2);
    const { id, hash } = ledger.must({ op: "propose", inner: newKey(ledger) }, city);
    const decision = ledger.value(decisionKey(id));
    const votes = Array.from({ length: MAX_VOTES }, (_, i) => ({
      by: `closed ${i}`,
      vote: "approve" as const,
      op: hash,
    }));
    ledger.set(decisionKey(id), { ...decision, votes });
    expect(ledger.refused(vote(id), two)).toEqual({
      code: "STATE_VOTES_LIMIT",
      decision: hex(id),
      max: MAX_VOTES,
    });
  });

  it("name what they are about, where it is one code", () => {
    const ledger = new TestLedger();
    const about = (inner: Parameters<TestLedger["decide"]>[0]) =>
      ledger.value(decisionKey(ledger.must({ op: "propose", inner }, member("A")).id)).code;
    const prev = new Uint8Array(32);
    const at = code("MA.156.1306");
    expect(about({ op: "gazette", items: [{ code: at, prev, replace: [fact()] }] })).toBe(at);
    expect(about({ op: "register", items: [child("MA.156/A", "class")] })).toBe("MA.156/A");
    const chained = [{ code: at, prev }];
    const succession = {
      date: "2020-01-01",
      source: "x",
      grants: "end",
      delegation: "end",
    } as const;
    expect(
      about({ op: "succeed", type: "rename", from: chained, to: chained, ...succession }),
    ).toBe(at);
    const terms = { what: "register", count: 1, chunks: 1, root: prev } as const;
    expect(about({ op: "manifest", under: code("MA.156"), ...terms })).toBe("MA.156");
    expect(about({ op: "param", name: "voidWindow", prev, value: 1 })).toBeUndefined();
    expect(about({ op: "update", code: code("MA.156"), prev })).toBe("MA.156");
    expect(about({ op: "void", registration: prev, reason: "x" })).toBeUndefined();
  });
});
