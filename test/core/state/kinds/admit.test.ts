import { describe, expect, it } from "vitest";
import { decisionKey, hex } from "../../../../src/core/index.ts";
import {
  ALL,
  application,
  city,
  cityLedger,
  code,
  fact,
  idOf,
  keySpec,
  member,
  named,
  TestLedger,
  testKey,
} from "../kit.ts";

const CITY = "MA.156.1306";
const DAY = 24 * 3600;

/** A ledger whose gazette lists Baoding, or something else. */
function listed(ledger: TestLedger = new TestLedger(), text = CITY, more = {}): TestLedger {
  const items = [{ code: code(text), add: [fact(more)] }];
  ledger.must({ op: "gazette", items }, member("A"));
  return ledger;
}

const approve = (decision: Uint8Array) => ({ op: "endorse", decision, vote: "approve" }) as const;

describe("admit", () => {
  it("opens a decision without a vote, which two members turn into a record", () => {
    const ledger = listed();
    const bytes = application(CITY, "baoding", ledger.now, { threshold: 1 });
    ledger.must({ op: "admit", application: bytes }, member("A"));
    const id = idOf(bytes);
    expect(ledger.value(decisionKey(id))).toMatchObject({ votes: [], state: "open", code: CITY });
    ledger.must(approve(id), member("A"));
    const { hash } = ledger.must(approve(id), member("B"));
    expect(ledger.record(CITY)).toMatchObject({ born: hash, kind: "division", generation: 1 });
    expect(ledger.value(decisionKey(id)).state).toBe("executed");
    expect(ledger.refused({ op: "admit", application: bytes }, member("C"))).toEqual({
      code: "ADMIT_REPLAYED",
      decision: hex(id),
    });
  });

  it("keeps several applications for one code; the first to be approved wins", () => {
    const ledger = listed();
    const ids = ["one", "two"].map((key) => {
      const bytes = application(CITY, key, ledger.now);
      ledger.must({ op: "admit", application: bytes }, member("A"));
      ledger.must(approve(idOf(bytes)), member("A"));
      return idOf(bytes);
    }) as [Uint8Array, Uint8Array];
    ledger.must(approve(ids[0]), member("B"));
    expect(ledger.refused(approve(ids[1]), member("B"))).toEqual({
      code: "ADMIT_HELD",
      subject: CITY,
      generation: 1,
    });
    expect(ledger.value(decisionKey(ids[1])).state).toBe("open");
  });

  it("refuses an application that is not the applicant's own", () => {
    const ledger = listed();
    const refused = (bytes: Uint8Array) =>
      ledger.refused({ op: "admit", application: bytes }, member("A"));
    const { now } = ledger;
    const other = { aud: "other.test/log" };
    expect(refused(application(CITY, "k", now, other))).toMatchObject({
      code: "OP_AUDIENCE",
      got: "other.test/log",
    });
    expect(refused(application(CITY, "k", now, { iss: "MA.156.1307" }))).toEqual({
      code: "ADMIT_ISSUER",
      want: CITY,
      got: "MA.156.1307",
    });
    expect(refused(application(CITY, "k", now, { keys: [keySpec("k", ["issue"])] }))).toEqual({
      code: "ADMIT_GOVERN",
      subject: CITY,
    });
    expect(refused(application(CITY, "k", now, { keys: [keySpec("other", ALL)] }))).toEqual({
      code: "ADMIT_KEY",
      kid: hex(testKey("k").kid),
    });
    const passkey = keySpec("k", ALL, { rpId: "city.example", origin: "https://city.example" });
    expect(refused(application(CITY, "k", now, { keys: [passkey] }))).toMatchObject({
      code: "ADMIT_KEY",
    });
    const forged = application(CITY, "k", now).slice();
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
    expect(refused(forged)).toMatchObject({ code: "ADMIT_SIGNATURE" });
    expect(refused(forged.subarray(0, 40))).toMatchObject({ code: "CBOR_TRUNCATED" });
    const body = { op: "endorse", decision: new Uint8Array(32), vote: "approve" } as never;
    expect(refused(application(CITY, "k", now, body))).toMatchObject({ code: "OP_FIELD_TYPE" });
  });

  it("refuses an application that is older than 90 days, or from a time to come", () => {
    const ledger = listed();
    const now = ledger.now / 1000;
    for (const iat of [now - 90 * DAY - 1, now + 601]) {
      const bytes = application(CITY, "k", ledger.now, { iat });
      expect(ledger.refused({ op: "admit", application: bytes }, member("A"))).toMatchObject({
        code: "OP_IAT",
        iat,
        from: now - 90 * DAY,
      });
    }
  });

  it("takes no endorsement once the application is older than 90 days", () => {
    const ledger = listed();
    const bytes = application(CITY, "k", ledger.now, { iat: ledger.now / 1000 - 89 * DAY });
    ledger.must({ op: "admit", application: bytes }, member("A"));
    ledger.wait(DAY + 1);
    expect(ledger.refused(approve(idOf(bytes)), member("A"))).toMatchObject({
      code: "STATE_DECISION_EXPIRED",
      decision: hex(idOf(bytes)),
    });
  });

  it("is gated by the gazette", () => {
    const ledger = listed(listed(new TestLedger(), "MA.156.3712", { to: "2018-12" }));
    const refused = (text: string) =>
      ledger.refused({ op: "admit", application: application(text, "k", ledger.now) }, member("A"));
    expect(refused("MA.156.1307")).toEqual({ code: "GAZETTE_UNKNOWN", subject: "MA.156.1307" });
    expect(refused("MA.156.3712")).toEqual({
      code: "GAZETTE_ENDED",
      subject: "MA.156.3712",
      to: "2018-12",
    });
    expect(refused("MA.156.1306.01")).toEqual({
      code: "ADMIT_NOT_A_DIVISION",
      subject: "MA.156.1306.01",
    });
    expect(refused("MA.156.1306/LAMP")).toMatchObject({ code: "ADMIT_NOT_A_DIVISION" });
    expect(refused("MA.156")).toMatchObject({ code: "ADMIT_NOT_A_DIVISION" });
  });

  it("refuses at once what could never be issued", () => {
    const ledger = listed();
    const refused = (more: Parameters<typeof application>[3]) =>
      ledger.refused(
        { op: "admit", application: application(CITY, "k", ledger.now, more) },
        member("A"),
      );
    expect(refused({ threshold: 2 })).toMatchObject({ code: "STATE_THRESHOLD", govern: 1 });
    expect(refused({ names: named("保定", "2027-01-01") })).toMatchObject({
      code: "STATE_VALID_FROM",
    });
    expect(refused({ after: new Uint8Array(32) })).toMatchObject({
      code: "STATE_AFTER",
      want: "none",
    });
    const abroad = listed(ledger, "MA.250.75");
    const bytes = application("MA.250.75", "k", ledger.now);
    expect(abroad.refused({ op: "admit", application: bytes }, member("A"))).toEqual({
      code: "STATE_UNKNOWN",
      subject: "MA.250",
    });
  });

  it("issues a retired code anew to who names its last control", () => {
    const ledger = cityLedger();
    const text = "MA.156.1301";
    const again = (more: Parameters<typeof application>[3]) =>
      application(text, "new city", ledger.now, more);
    expect(ledger.refused({ op: "admit", application: again({}) }, member("A"))).toMatchObject({
      code: "ADMIT_HELD",
    });
    const { control: prev } = ledger.record(text);
    const { hash: after } = ledger.must(
      { op: "status", code: code(text), prev, do: "retire", reason: "x" },
      city,
    );
    expect(ledger.refused({ op: "admit", application: again({}) }, member("A"))).toMatchObject({
      code: "STATE_AFTER",
      got: "none",
    });
    const bytes = again({ after });
    ledger.must({ op: "admit", application: bytes }, member("A"));
    for (const id of ["A", "B"]) ledger.must(approve(idOf(bytes)), member(id));
    expect(ledger.record(text)).toMatchObject({ generation: 2, holds: [...ALL].sort() });
    expect(ledger.get(`key/${text}#1/${hex(testKey("city").kid)}`)).toBeDefined();
  });

  it("is for members with a key that issues", () => {
    const ledger = cityLedger();
    const bytes = application(CITY, "k", ledger.now);
    expect(ledger.refused({ op: "admit", application: bytes }, city)).toMatchObject({
      code: "AUTH_ISSUER",
      want: "member/…",
    });
  });
});
