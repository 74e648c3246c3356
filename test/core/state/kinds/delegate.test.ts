import { describe, expect, it } from "vitest";
import type { Delegate, Operation, Status } from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  member,
  named,
  register,
  type TestLedger,
} from "../kit.ts";
import { bulk } from "./bulk.ts";
import { CHILD_ORIGIN, ChildLog, delegateTo } from "./child-log.ts";

const CITY = "MA.156.1301";
const DEPT = `${CITY}.02`;
const LAMPS = `${DEPT}/LAMP`;
const LAMP = `${LAMPS}/1`;
const dept = { iss: DEPT, key: "dept" } as const;
const both = [member("A"), member("B")];

/** A city whose department governs itself, with a lamp. */
function lampLedger(): TestLedger {
  const ledger = cityLedger();
  const keys = [keySpec("dept", ["data", "govern", "issue", "record"])];
  register(ledger, [child(DEPT, "department", { keys })]);
  register(ledger, [child(LAMPS, "class"), child(LAMP, "thing")], dept);
  return ledger;
}

/** The same, with the department's subtree in another ledger. */
function delegated(): TestLedger {
  const ledger = lampLedger();
  ledger.must(delegateTo(ledger, DEPT), dept);
  return ledger;
}

function end(ledger: TestLedger, of: string): Delegate {
  const { control: prev } = ledger.record(of);
  return { op: "delegate", code: code(of), prev, do: "end", reason: "test" };
}

function status(ledger: TestLedger, of: string, what: Status["do"]): Status {
  const { control: prev } = ledger.record(of);
  return { op: "status", code: code(of), prev, do: what, reason: "test" };
}

function update(ledger: TestLedger, of: string): Operation {
  return { op: "update", code: code(of), prev: ledger.record(of).op, names: named("新名") };
}

const frozen = (subject: string) => ({
  code: "STATE_DELEGATED",
  subject,
  because: `${DEPT}#1`,
  origin: CHILD_ORIGIN,
  url: "https://city.test",
});

describe("delegate", () => {
  it("says where the subtree lives, and moves control", () => {
    const ledger = lampLedger();
    const { hash } = ledger.must(delegateTo(ledger, DEPT), dept);
    const { policy } = new ChildLog();
    const { control, op, born, delegation } = ledger.record(DEPT);
    expect(control).toEqual(hash);
    expect(op).toEqual(born);
    expect(delegation).toEqual({
      op: hash,
      origin: CHILD_ORIGIN,
      policy,
      url: "https://city.test",
    });
  });

  it("takes what the code's govern keys agree to", () => {
    const ledger = cityLedger(2);
    const op = delegateTo(ledger, CITY);
    expect(ledger.refused(op, city)).toMatchObject({ code: "AUTH_NEEDS_DECISION", threshold: 2 });
    expect(ledger.refused(op, member("A"))).toMatchObject({ code: "AUTH_ISSUER", want: CITY });
    ledger.decide(op, [city, { iss: CITY, key: "city two" }]);
    expect(ledger.record(CITY).delegation?.origin).toBe(CHILD_ORIGIN);
  });

  it("is refused while somebody above has suspended the code, whoever delegates", () => {
    const ledger = lampLedger();
    const [keyless, own] = [`${CITY}.07`, DEPT];
    register(ledger, [child(keyless, "department")]);
    ledger.must(status(ledger, keyless, "suspend"), city);
    expect(ledger.refused(delegateTo(ledger, keyless), city)).toEqual({
      code: "STATE_SUSPENDED",
      subject: keyless,
      because: `${keyless}#1`,
    });
    ledger.must(status(ledger, keyless, "resume"), city);
    ledger.must(delegateTo(ledger, keyless), city);
    ledger.decide(status(ledger, own, "suspend"), both);
    expect(ledger.refused(delegateTo(ledger, own), dept)).toMatchObject({
      code: "STATE_SUSPENDED",
    });
    // Its own suspension goes with it: there it is lifted as here.
    ledger.decide(status(ledger, own, "resume"), both);
    ledger.must(status(ledger, own, "suspend"), dept);
    ledger.must(delegateTo(ledger, own), dept);
  });

  it("freezes all that is strictly below", () => {
    const ledger = delegated();
    const steps: [Operation, string][] = [
      [update(ledger, LAMP), LAMP],
      [status(ledger, LAMP, "suspend"), LAMP],
      [status(ledger, LAMP, "retire"), LAMP],
      [{ op: "keys", code: LAMPS, prev: ledger.record(LAMPS).control, threshold: 1 }, LAMPS],
      [{ op: "register", items: [child(`${LAMPS}/2`, "thing")] }, LAMPS],
      [{ op: "register", items: [child(`${DEPT}.1`, "department")] }, DEPT],
      [bulk("register", DEPT, [[child(`${DEPT}.1`, "department")]]).manifest, DEPT],
      [{ ...delegateTo(ledger, LAMPS), origin: "x.test/log" }, LAMPS],
    ];
    for (const [op, subject] of steps) {
      expect(ledger.refused(op, dept), JSON.stringify(op)).toMatchObject(frozen(subject));
    }
    const recovery = {
      op: "recover",
      code: code(LAMPS),
      prev: ledger.record(LAMPS).control,
      do: "start",
      keys: [keySpec("new", ["govern"])],
    } as const;
    expect(ledger.refused(recovery, dept)).toMatchObject(frozen(LAMPS));
    const at = (of: string) => ({ code: code(of), prev: ledger.record(of).op });
    const terms = { date: "2026-01-01", source: "x", grants: "end", delegation: "end" } as const;
    expect(
      ledger.refused(
        { op: "succeed", type: "rename", from: [at(LAMPS)], to: [at(LAMP)], ...terms },
        dept,
      ),
    ).toMatchObject(frozen(LAMPS));
  });

  it("stops the chunks of a manifest that was opened before", () => {
    const ledger = lampLedger();
    const parts = bulk("register", DEPT, [[child(`${LAMPS}/2`, "thing")]]);
    const { id } = ledger.must(parts.manifest, dept);
    ledger.must(delegateTo(ledger, DEPT), dept);
    const [chunk = new Uint8Array()] = parts.chunks(id);
    expect(ledger.refusedItem(chunk)).toMatchObject(frozen(DEPT));
  });

  it("stops items below it in a manifest of somebody above", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department"), child(LAMPS, "class")]);
    const { op: prev } = ledger.record(LAMPS);
    const item = { code: code(LAMPS), prev, names: named("新名") };
    const parts = bulk("update", CITY, [[item]]);
    const { id } = ledger.must(parts.manifest, city);
    ledger.must(delegateTo(ledger, DEPT), city);
    const [chunk = new Uint8Array()] = parts.chunks(id);
    expect(ledger.refusedItem(chunk)).toMatchObject(frozen(LAMPS));
  });

  it("takes back no registration that lies there as a whole", () => {
    const ledger = lampLedger();
    const registration = register(ledger, [child(`${LAMPS}/2`, "thing")], dept);
    ledger.must(delegateTo(ledger, DEPT), dept);
    const op = { op: "void", registration, reason: "x" } as const;
    expect(ledger.refused(op, dept)).toMatchObject(frozen(LAMPS));
    ledger.must(end(ledger, DEPT), dept);
    ledger.must(op, dept);
    expect(ledger.effective(`${LAMPS}/2`)).toBe("void");
  });

  it("leaves the record itself, and what stands beside it, as they were", () => {
    const ledger = delegated();
    ledger.must(update(ledger, DEPT), dept);
    ledger.must(status(ledger, DEPT, "suspend"), city);
    ledger.must(status(ledger, DEPT, "resume"), city);
    register(ledger, [child(`${CITY}.03`, "department")]);
    expect(ledger.record(DEPT).delegation?.origin).toBe(CHILD_ORIGIN);
  });

  it("judges the effective status first", () => {
    const ledger = delegated();
    ledger.must(status(ledger, DEPT, "suspend"), city);
    expect(ledger.refused(update(ledger, LAMP), dept)).toMatchObject({ code: "STATE_SUSPENDED" });
  });

  it("changes policy or address, and nothing else", () => {
    const ledger = delegated();
    const head = { op: "delegate", code: code(DEPT), do: "change" } as const;
    const before = ledger.record(DEPT).delegation;
    const prev = () => ledger.record(DEPT).control;
    expect(ledger.refused({ ...head, prev: prev() }, dept)).toEqual({
      code: "STATE_NOTHING_TO_DO",
      subject: DEPT,
    });
    ledger.must({ ...head, prev: prev(), url: "https://new.test" }, dept);
    expect(ledger.record(DEPT).delegation).toEqual({ ...before, url: "https://new.test" });
    const { log } = new ChildLog();
    const policy = new ChildLog().policy.replace("quorum W", "quorum none");
    ledger.must({ ...head, prev: prev(), policy }, dept);
    expect(ledger.record(DEPT).delegation).toEqual({ ...before, url: "https://new.test", policy });
    expect(ledger.refused({ ...head, prev: prev(), policy: "quorum none\n" }, dept)).toEqual({
      code: "STATE_DELEGATION_LOG",
      subject: DEPT,
      origin: log.key.name,
      logs: [],
    });
  });

  it("is taken back by the code itself, or by whoever stands above", () => {
    for (const who of [dept, city]) {
      const ledger = delegated();
      ledger.must(end(ledger, DEPT), who);
      expect(ledger.record(DEPT).delegation).toBeUndefined();
      ledger.must(update(ledger, LAMP), dept);
    }
  });

  it("is taken back from a city by the members", () => {
    const ledger = cityLedger();
    ledger.must(delegateTo(ledger, CITY), city);
    expect(ledger.refused(end(ledger, CITY), member("A"))).toMatchObject({
      code: "AUTH_NEEDS_DECISION",
      electorate: "members",
    });
    ledger.decide(end(ledger, CITY), both);
    expect(ledger.record(CITY).delegation).toBeUndefined();
  });

  it("is ended by the nearest that governs where the code itself does not", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department")]);
    ledger.must(delegateTo(ledger, DEPT), city);
    expect(ledger.refused(end(ledger, DEPT), dept)).toMatchObject({ want: CITY });
    ledger.must(end(ledger, DEPT), city);
    expect(ledger.record(DEPT).delegation).toBeUndefined();
  });

  it("refuses what would make no sense", () => {
    const ledger = lampLedger();
    const op = delegateTo(ledger, DEPT);
    const refused = (more: Partial<typeof op>) => ledger.refused({ ...op, ...more }, dept);
    expect(refused({ origin: "ledger.test/log" })).toMatchObject({ code: "STATE_DELEGATED_HERE" });
    expect(refused({ origin: "other.test/log" })).toEqual({
      code: "STATE_DELEGATION_LOG",
      subject: DEPT,
      origin: "other.test/log",
      logs: [CHILD_ORIGIN],
    });
    expect(refused({ policy: "log x\n" })).toMatchObject({ code: "POLICY_KEY", line: 1 });
    expect(refused({ prev: new Uint8Array(32) })).toMatchObject({ code: "STATE_PREV" });
    expect(refused({ code: code(`${DEPT}.9`) })).toMatchObject({ code: "STATE_UNKNOWN" });
    expect(ledger.refused(end(ledger, DEPT), dept)).toEqual({
      code: "STATE_NOT_DELEGATED",
      subject: DEPT,
    });
    ledger.must(op, dept);
    const again = { ...op, prev: ledger.record(DEPT).control };
    expect(ledger.refused(again, dept)).toEqual({
      code: "STATE_DELEGATED_ALREADY",
      subject: DEPT,
      origin: CHILD_ORIGIN,
    });
  });

  it("is nothing that a suspended signer can do", () => {
    const ledger = lampLedger();
    ledger.must(status(ledger, DEPT, "suspend"), city);
    const op = delegateTo(ledger, DEPT);
    expect(ledger.refused(op, dept)).toMatchObject({ code: "STATE_SUSPENDED" });
    const retired = cityLedger();
    register(retired, [child(DEPT, "department")]);
    retired.must(status(retired, DEPT, "retire"), city);
    expect(retired.refused(delegateTo(retired, DEPT), city)).toMatchObject({
      code: "STATE_RETIRED",
    });
  });

  it("ends with the code, or is carried on, as a succession says", () => {
    for (const fate of ["end", "carry"] as const) {
      const ledger = delegated();
      register(ledger, [child(`${CITY}.03`, "department")]);
      const at = (of: string) => ({ code: code(of), prev: ledger.record(of).op });
      ledger.must(
        {
          op: "succeed",
          type: "rename",
          from: [at(DEPT)],
          to: [at(`${CITY}.03`)],
          date: "2026-01-01",
          source: "x",
          grants: "end",
          delegation: fate,
        },
        city,
      );
      expect(ledger.record(DEPT).status).toBe("retired");
      expect(ledger.record(DEPT).delegation !== undefined).toBe(fate === "carry");
    }
  });

  it("goes with its generation", () => {
    const ledger = delegated();
    ledger.must(status(ledger, DEPT, "retire"), dept);
    const after = ledger.record(DEPT).control;
    register(ledger, [child(DEPT, "department", { after })]);
    expect(ledger.record(DEPT)).toMatchObject({ generation: 2 });
    expect(ledger.record(DEPT).delegation).toBeUndefined();
    register(ledger, [child(`${DEPT}.1`, "department")]);
  });
});
