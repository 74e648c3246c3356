import { describe, expect, it } from "vitest";
import type { Status } from "../../../../src/core/index.ts";
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
const DEPT = `${CITY}.02`;
const LAMP = `${DEPT}/LAMP/1`;
const chief: Signing = { iss: DEPT, key: "chief" };
const clerk: Signing = { iss: DEPT, key: "clerk" };

function deptLedger(threshold = 1): TestLedger {
  const ledger = cityLedger(threshold);
  const keys = [keySpec("chief", ["govern"]), keySpec("clerk", ["issue"])];
  const items = [child(DEPT, "department", { keys })];
  if (threshold > 1) {
    ledger.decide({ op: "register", items }, [city, { ...city, key: "city two" }]);
  } else register(ledger, items);
  register(ledger, [child(`${DEPT}/LAMP`, "class"), child(LAMP, "thing")], clerk);
  return ledger;
}

function status(
  ledger: TestLedger,
  what: Status["do"],
  of: string,
  more: Partial<Status> = {},
): Status {
  const prev = ledger.record(of).control;
  return { op: "status", code: code(of), prev, do: what, reason: "test", ...more };
}

describe("status", () => {
  it("suspends and resumes, and all below is suspended too", () => {
    const ledger = deptLedger();
    ledger.must(status(ledger, "suspend", DEPT), chief);
    expect(ledger.record(DEPT)).toMatchObject({ status: "suspended", suspendedBy: [`${DEPT}#1`] });
    expect(ledger.effective(LAMP)).toBe("suspended");
    ledger.must(status(ledger, "resume", DEPT), chief);
    expect(ledger.effective(LAMP)).toBe("active");
  });

  // ADR 0097: who acts is a record. What should stop a key closes it, or comes from above.
  it("lets an issuing key of a record lift what a governing key of it imposed on a thing, until it is closed", () => {
    const ledger = deptLedger();
    ledger.must(status(ledger, "suspend", LAMP), chief);
    ledger.must(status(ledger, "resume", LAMP), clerk);
    expect(ledger.effective(LAMP)).toBe("active");
    ledger.must(status(ledger, "suspend", LAMP), chief);
    const close = [{ kid: testKey("clerk").kid, why: "retired" as const }];
    const prev = ledger.record(DEPT).control;
    ledger.must({ op: "keys", code: code(DEPT), prev, close }, chief);
    expect(ledger.refused(status(ledger, "resume", LAMP), clerk)).toMatchObject({
      code: "AUTH_KEY_CLOSED",
    });
    ledger.must(status(ledger, "resume", LAMP), chief);
    ledger.must(status(ledger, "suspend", LAMP), city);
    expect(ledger.refused(status(ledger, "resume", LAMP), chief)).toMatchObject({
      code: "STATE_NOT_SUSPENDED_BY",
    });
  });

  // ADR 0097: the threshold is for what has keys of its own.
  it("retires a record without keys by one key, and what has keys below it counts as retired", () => {
    const ledger = cityLedger(2);
    register(ledger, [child(DEPT, "department")]);
    const OFFICE = `${DEPT}.01`;
    const keys = [keySpec("chief", ["govern"])];
    const items = [child(OFFICE, "department", { keys })];
    ledger.decide({ op: "register", items }, [city, { ...city, key: "city two" }]);
    ledger.must(status(ledger, "retire", DEPT), city);
    expect(ledger.effective(OFFICE)).toBe("retired");
  });

  it("keeps suspensions by suspender, and only who suspended, or an ancestor, lifts its own", () => {
    const ledger = deptLedger();
    ledger.must(status(ledger, "suspend", LAMP), chief);
    ledger.must(status(ledger, "suspend", LAMP), city);
    expect(ledger.refused(status(ledger, "suspend", LAMP), city)).toEqual({
      code: "STATE_SUSPENDED_ALREADY",
      subject: LAMP,
      by: `${CITY}#1`,
    });
    ledger.must(status(ledger, "resume", LAMP), chief);
    expect(ledger.record(LAMP)).toMatchObject({
      status: "suspended",
      suspendedBy: [`${CITY}#1`],
    });
    expect(ledger.refused(status(ledger, "resume", LAMP), chief)).toEqual({
      code: "STATE_NOT_SUSPENDED_BY",
      subject: LAMP,
      by: `${DEPT}#1`,
    });
    ledger.must(status(ledger, "suspend", LAMP), chief);
    ledger.must(status(ledger, "resume", LAMP), city);
    expect(ledger.record(LAMP)).toMatchObject({ status: "active", suspendedBy: [] });
  });

  it("lets the members suspend any code by a decision, and nobody below lift that", () => {
    const ledger = deptLedger();
    ledger.decide(status(ledger, "suspend", CITY), [member("A"), member("B")]);
    expect(ledger.record(CITY).suspendedBy).toEqual(["members"]);
    expect(ledger.refused(status(ledger, "resume", CITY), city)).toEqual({
      code: "STATE_SUSPENDED",
      subject: CITY,
      because: `${CITY}#1`,
    });
    ledger.decide(status(ledger, "resume", CITY), [member("A"), member("C")]);
    expect(ledger.effective(LAMP)).toBe("active");
  });

  it("stops the keys of what somebody above has suspended: they act on nothing below either", () => {
    const ledger = deptLedger();
    ledger.must(status(ledger, "suspend", DEPT), city);
    for (const what of ["suspend", "retire"] as const) {
      expect(ledger.refused(status(ledger, what, LAMP), chief)).toEqual({
        code: "STATE_SUSPENDED",
        subject: DEPT,
        because: `${DEPT}#1`,
      });
    }
    expect(ledger.refused(status(ledger, "retire", DEPT), chief)).toMatchObject({
      code: "STATE_SUSPENDED",
    });
    ledger.must(status(ledger, "resume", DEPT), city);
    ledger.must(status(ledger, "retire", LAMP), chief);
  });

  it("lets the issuer of a thing stop and end it", () => {
    const ledger = deptLedger();
    ledger.must(status(ledger, "suspend", LAMP), clerk);
    ledger.must(status(ledger, "retire", LAMP), clerk);
    expect(ledger.record(LAMP).status).toBe("retired");
  });

  it("does not let an issuer stop a class or a department", () => {
    const ledger = deptLedger();
    expect(ledger.refused(status(ledger, "suspend", `${DEPT}/LAMP`), clerk)).toMatchObject({
      code: "AUTH_KEY_USE",
      want: "govern",
    });
    expect(ledger.refused(status(ledger, "retire", DEPT), clerk)).toMatchObject({
      code: "AUTH_KEY_USE",
      want: "govern",
    });
  });

  it("lets only the nearest issuer use `issue`; an ancestor needs a key that governs", () => {
    const ledger = deptLedger();
    const add = [keySpec("city issuer", ["issue"])];
    ledger.must({ op: "keys", code: CITY, prev: ledger.record(CITY).control, add }, city);
    const issuer: Signing = { iss: CITY, key: "city issuer" };
    expect(ledger.refused(status(ledger, "suspend", LAMP), issuer)).toMatchObject({
      code: "AUTH_KEY_USE",
      want: "govern",
    });
  });

  it("is retired by the nearest that governs: no ancestor and no member retires what has keys", () => {
    const ledger = deptLedger();
    expect(ledger.refused(status(ledger, "retire", DEPT), city)).toMatchObject({
      code: "AUTH_ISSUER",
      want: DEPT,
    });
    expect(ledger.refused(status(ledger, "retire", CITY), member("A"))).toMatchObject({
      code: "AUTH_ISSUER",
      want: CITY,
    });
    ledger.must(status(ledger, "retire", DEPT), chief);
    expect(ledger.effective(LAMP)).toBe("retired");
  });

  it("takes as many govern keys as the threshold asks to retire a code with keys of its own", () => {
    const ledger = deptLedger(2);
    expect(ledger.refused(status(ledger, "retire", CITY), city)).toMatchObject({
      code: "AUTH_NEEDS_DECISION",
      threshold: 2,
    });
    // A department without keys is retired by one key of the city.
    register(ledger, [child(`${CITY}.05`, "department")]);
    ledger.must(status(ledger, "retire", `${CITY}.05`), city);
    // One with keys that do not govern needs the city's threshold.
    const keys = [keySpec("gauge", ["data"])];
    register(ledger, [child(`${CITY}.06`, "department", { keys })]);
    expect(ledger.refused(status(ledger, "retire", `${CITY}.06`), city)).toMatchObject({
      code: "AUTH_NEEDS_DECISION",
      electorate: `${CITY}#1`,
    });
  });

  it("of a thing that nobody issues or governs is for the members", () => {
    const ledger = cityLedger();
    const items = [child("MA.156/LAMP", "class"), child("MA.156/LAMP/1", "thing")];
    ledger.decide({ op: "register", items }, [member("A"), member("B")]);
    const op = status(ledger, "suspend", "MA.156/LAMP/1");
    expect(ledger.refused(op, { iss: "MA.156", key: "x" })).toMatchObject({
      code: "AUTH_ISSUER",
      want: "member/…",
    });
    ledger.decide(op, [member("A"), member("B")]);
    expect(ledger.effective("MA.156/LAMP/1")).toBe("suspended");
  });

  it("names successors that exist", () => {
    const ledger = deptLedger();
    const other = `${CITY}.03`;
    expect(
      ledger.refused(status(ledger, "retire", DEPT, { successors: [code(other)] }), chief),
    ).toEqual({ code: "STATE_SUCCESSOR_UNKNOWN", subject: DEPT, successor: other });
    register(ledger, [child(other, "department")]);
    ledger.must(status(ledger, "retire", DEPT, { successors: [code(other)] }), chief);
    expect(ledger.record(DEPT).successors).toEqual([`${other}#1`]);
  });

  it("refuses what has ended, and frees its aliases", () => {
    const ledger = cityLedger();
    const alias = { scheme: "asset", value: "7" };
    register(ledger, [child(DEPT, "department", { aliases: [alias] })]);
    ledger.must(status(ledger, "retire", DEPT), city);
    expect(ledger.refused(status(ledger, "suspend", DEPT), city)).toEqual({
      code: "STATE_RETIRED",
      subject: DEPT,
      because: `${DEPT}#1`,
    });
    register(ledger, [child(`${CITY}.03`, "department", { aliases: [alias] })]);
    expect(ledger.get("alias/MA.156.1301/asset/7")).toEqual({ code: `${CITY}.03#1` });
  });

  it("keeps the aliases of what is only suspended", () => {
    const ledger = cityLedger();
    const alias = { scheme: "asset", value: "7" };
    register(ledger, [child(DEPT, "department", { aliases: [alias] })]);
    ledger.must(status(ledger, "suspend", DEPT), city);
    const items = [child(`${CITY}.03`, "department", { aliases: [alias] })];
    expect(ledger.refused({ op: "register", items }, city)).toMatchObject({
      code: "STATE_ALIAS_TAKEN",
      by: `${DEPT}#1`,
    });
  });

  it("is for the members where nobody governs, and refuses strangers and unknown codes", () => {
    const ledger = deptLedger();
    expect(
      ledger.refused(status(ledger, "suspend", LAMP), { iss: "MA.156.11", key: "city" }),
    ).toMatchObject({ code: "AUTH_ISSUER", want: DEPT });
    const prev = new Uint8Array(32);
    const unknown: Status = {
      op: "status",
      code: code(`${CITY}.77`),
      prev,
      do: "suspend",
      reason: "x",
    };
    expect(ledger.refused(unknown, city)).toMatchObject({
      code: "STATE_UNKNOWN",
      subject: `${CITY}.77`,
    });
    expect(ledger.refused({ ...unknown, do: "retire" }, city)).toMatchObject({
      code: "STATE_UNKNOWN",
    });
    expect(ledger.refused({ ...status(ledger, "suspend", LAMP), prev }, chief)).toMatchObject({
      code: "STATE_PREV",
      subject: LAMP,
    });
    expect(ledger.refused(status(ledger, "suspend", "MA.156"), city)).toMatchObject({
      code: "AUTH_ISSUER",
      want: "member/…",
    });
  });
});
