import { describe, expect, it } from "vitest";
import { hex, registrationKey, type Void } from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  member,
  register,
  type Signing,
  TestLedger,
  testKey,
} from "../kit.ts";
import { bulk, take } from "./bulk.ts";

const CITY = "MA.156.1301";
const DEPT = `${CITY}.02`;
const LAMPS = `${DEPT}/LAMP`;
const ALL_USES = ["govern", "issue", "record"] as const;
const MONTH = 30 * 24 * 3600;

const back = (registration: Uint8Array): Void => ({ op: "void", registration, reason: "mistake" });

/** The city with keys of one use each beside its first one. */
function staffedLedger(): TestLedger {
  const ledger = cityLedger();
  const add = [
    keySpec("clerk", ["issue"]),
    keySpec("chief", ["govern"]),
    keySpec("lamps", ["issue"], { scope: { under: code(LAMPS) } }),
  ];
  ledger.must({ op: "keys", code: CITY, prev: ledger.record(CITY).control, add }, city);
  return ledger;
}
const clerk: Signing = { iss: CITY, key: "clerk" };
const chief: Signing = { iss: CITY, key: "chief" };
const lamps: Signing = { iss: CITY, key: "lamps" };

describe("void", () => {
  it("takes a registration back: all of it is void at once, and its aliases are free", () => {
    const ledger = staffedLedger();
    const aliases = [{ scheme: "asset", value: "1" }];
    const id = register(ledger, [child(DEPT, "department"), child(LAMPS, "class", { aliases })]);
    ledger.must(back(id), clerk);
    expect(ledger.effective(LAMPS)).toBe("void");
    register(ledger, [child(`${CITY}.03`, "department", { aliases })]);
    expect(ledger.refused(back(id), clerk)).toEqual({
      code: "STATE_REGISTRATION_VOID",
      registration: hex(id),
    });
  });

  it("takes nothing back below what somebody above has suspended, until that is lifted", () => {
    const ledger = staffedLedger();
    register(ledger, [child(DEPT, "department")]);
    const id = register(ledger, [child(LAMPS, "class")]);
    const turn = (what: "suspend" | "resume") => {
      const { control: prev } = ledger.record(DEPT);
      return { op: "status", code: code(DEPT), prev, do: what, reason: "x" } as const;
    };
    ledger.decide(turn("suspend"), [member("A"), member("B")]);
    expect(ledger.refused(back(id), clerk)).toEqual({
      ...{ code: "STATE_SUSPENDED", subject: DEPT, because: `${DEPT}#1` },
    });
    ledger.decide(turn("resume"), [member("A"), member("B")]);
    // One's own suspension hinders nobody.
    ledger.must(turn("suspend"), chief);
    ledger.must(back(id), clerk);
    ledger.must(turn("resume"), chief);
    expect(ledger.effective(LAMPS)).toBe("void");
  });

  it("does not end the suspension of who stands above: the code is issued anew with it", () => {
    const ledger = staffedLedger();
    const keys = [keySpec("dept", ALL_USES), keySpec("dept chief", ["govern"])];
    register(ledger, [child(DEPT, "department", { keys })]);
    const bureau = `${DEPT}.1`;
    const dept: Signing = { iss: DEPT, key: "dept" };
    register(ledger, [child(bureau, "department")], dept);
    register(ledger, [child(`${bureau}.1`, "department")], dept);
    const turn = (at: string, what: "suspend" | "resume" | "retire") => {
      const { control: prev } = ledger.record(at);
      return { op: "status", code: code(at), prev, do: what, reason: "x" } as const;
    };
    ledger.must(turn(`${bureau}.1`, "suspend"), chief);
    ledger.must(turn(`${bureau}.1`, "suspend"), dept);
    ledger.decide(turn(`${bureau}.1`, "suspend"), [member("A"), member("B")]);
    // The department ends what stands between: all below has ended with it, and is issued anew.
    ledger.must(turn(bureau, "retire"), dept);
    const again = (at: string) => child(at, "department", { after: ledger.record(at).control });
    register(ledger, [again(bureau)], dept);
    const id = register(ledger, [again(`${bureau}.1`)], dept);
    const renewed = ledger.record(`${bureau}.1`);
    expect(renewed).toMatchObject({ generation: 2, suspendedBy: [`${CITY}#1`, "members"] });
    expect(ledger.effective(`${bureau}.1`)).toBe("suspended");
    expect(ledger.refused(turn(`${bureau}.1`, "resume"), dept)).toMatchObject({
      code: "STATE_NOT_SUSPENDED_BY",
    });
    // Taken back, which a key can that governs once the one that signed is known to be stolen, it stays as well.
    const close = [{ kid: testKey("dept").kid, why: "compromised" as const, since: 0 }];
    const deptChief: Signing = { iss: DEPT, key: "dept chief" };
    const add = [keySpec("dept 2", ALL_USES)];
    const { control: prev } = ledger.record(DEPT);
    ledger.must({ op: "keys", code: code(DEPT), prev, close, add }, deptChief);
    ledger.must(turn(`${bureau}.1`, "suspend"), { iss: DEPT, key: "dept 2" });
    ledger.must(back(id), deptChief);
    const second: Signing = { iss: DEPT, key: "dept 2" };
    register(ledger, [child(`${bureau}.1`, "department")], second);
    expect(ledger.record(`${bureau}.1`).suspendedBy).toEqual([`${CITY}#1`, "members"]);
    ledger.must(turn(`${bureau}.1`, "resume"), chief);
    expect(ledger.effective(`${bureau}.1`)).toBe("suspended");
    ledger.decide(turn(`${bureau}.1`, "resume"), [member("A"), member("B")]);
    expect(ledger.effective(`${bureau}.1`)).toBe("active");
  });

  it("of a suspension nothing stays with what the members issue anew, nor of one whose maker has ended", () => {
    const ledger = staffedLedger();
    const keys = [keySpec("dept", ALL_USES)];
    const [bureau, office] = [`${DEPT}.1`, `${DEPT}.1.1`];
    register(ledger, [child(DEPT, "department", { keys })]);
    register(ledger, [child(bureau, "department", { keys: [keySpec("bureau", ALL_USES)] })], {
      iss: DEPT,
      key: "dept",
    });
    register(ledger, [child(office, "department")], { iss: bureau, key: "bureau" });
    const turn = (at: string, what: "suspend" | "resume" | "retire") => {
      const { control: prev } = ledger.record(at);
      return { op: "status", code: code(at), prev, do: what, reason: "x" } as const;
    };
    const both = [member("A"), member("B")];
    ledger.decide({ op: "register", items: [child("MA.156/A", "class")] }, both);
    ledger.decide(turn("MA.156/A", "suspend"), both);
    ledger.decide(turn("MA.156/A", "retire"), both);
    const { control: after } = ledger.record("MA.156/A");
    ledger.decide({ op: "register", items: [child("MA.156/A", "class", { after })] }, both);
    expect(ledger.record("MA.156/A")).toMatchObject({ generation: 2, suspendedBy: [] });
    ledger.must(turn(office, "suspend"), { iss: DEPT, key: "dept" });
    ledger.must(turn(DEPT, "retire"), { iss: DEPT, key: "dept" });
    const again = (at: string, more: object = {}) =>
      child(at, "department", { after: ledger.record(at).control, ...more });
    register(ledger, [again(DEPT)]);
    register(ledger, [again(bureau, { keys: [keySpec("bureau 2", ALL_USES)] })]);
    register(ledger, [again(office)], { iss: bureau, key: "bureau 2" });
    expect(ledger.record(office)).toMatchObject({ generation: 2, suspendedBy: [] });
  });

  it("frees the codes, which may name what they follow", () => {
    const ledger = staffedLedger();
    const id = register(ledger, [child(DEPT, "department")]);
    ledger.must(back(id), clerk);
    const after = ledger.record(DEPT).control;
    register(ledger, [child(DEPT, "department", { after })]);
    expect(ledger.record(DEPT).generation).toBe(2);
  });

  it("refuses to take back what was changed since", () => {
    const ledger = staffedLedger();
    const id = register(ledger, [child(DEPT, "department"), child(`${CITY}.03`, "department")]);
    for (const of of [DEPT, DEPT, `${CITY}.03`]) {
      const { op: prev } = ledger.record(of);
      ledger.must({ op: "update", code: code(of), prev, links: [] }, city);
    }
    expect(ledger.value(registrationKey(id)).changed).toBe(2);
    expect(ledger.refused(back(id), chief)).toEqual({
      code: "STATE_REGISTRATION_CHANGED",
      registration: hex(id),
      changed: 2,
    });
  });

  it("refuses once another registration gave a record children, in its second generation too", () => {
    const ledger = staffedLedger();
    const both = register(ledger, [child(DEPT, "department"), child(LAMPS, "class")]);
    expect(ledger.value(registrationKey(both)).changed).toBe(0);
    ledger.must(back(both), clerk);
    const id = register(ledger, [child(DEPT, "department")], clerk);
    register(ledger, [child(LAMPS, "class")], clerk);
    expect(ledger.record(LAMPS).generation).toBe(2);
    expect(ledger.refused(back(id), chief)).toMatchObject({
      code: "STATE_REGISTRATION_CHANGED",
      changed: 1,
    });
  });

  it("takes back whatever was changed once the signing key is closed as compromised", () => {
    const ledger = staffedLedger();
    const id = register(ledger, [child(DEPT, "department")], clerk);
    ledger.must({ op: "update", code: code(DEPT), prev: ledger.record(DEPT).op, links: [] }, city);
    const close = [{ kid: testKey("clerk").kid, why: "compromised" as const, since: 0 }];
    ledger.must({ op: "keys", code: CITY, prev: ledger.record(CITY).control, close }, chief);
    expect(ledger.refused(back(id), lamps)).toMatchObject({ code: "AUTH_KEY_USE", want: "govern" });
    ledger.must(back(id), chief);
    expect(ledger.effective(DEPT)).toBe("void");
  });

  it("is for keys that issue within the window, and for keys that govern after it", () => {
    const ledger = staffedLedger();
    const id = register(ledger, [child(DEPT, "department")], clerk);
    expect(ledger.refused(back(id), chief)).toMatchObject({ code: "AUTH_KEY_USE", want: "issue" });
    ledger.wait(MONTH + 1);
    expect(ledger.refused(back(id), clerk)).toMatchObject({ code: "AUTH_KEY_USE", want: "govern" });
    ledger.must(back(id), chief);
  });

  it("is refused to a key whose scope does not reach all that was registered", () => {
    const ledger = staffedLedger();
    const id = register(ledger, [child(DEPT, "department"), child(`${CITY}.03`, "department")]);
    expect(ledger.refused(back(id), lamps)).toMatchObject({
      code: "AUTH_KEY_UNDER",
      under: LAMPS,
      subject: CITY,
    });
    register(ledger, [child(LAMPS, "class")]);
    const own = register(ledger, [child(`${LAMPS}/1`, "thing")], lamps);
    ledger.must(back(own), lamps);
  });

  it("is refused to a key for a class that did not sign for all of it, since there may be other classes", () => {
    const ledger = staffedLedger();
    const scope = { classes: ["LAMP"] };
    const add = [keySpec("own", ["issue"], { scope }), keySpec("other", ["issue"], { scope })];
    ledger.must({ op: "keys", code: CITY, prev: ledger.record(CITY).control, add }, city);
    register(ledger, [child(DEPT, "department"), child(LAMPS, "class")]);
    const [own, other]: Signing[] = [
      { iss: CITY, key: "own" },
      { iss: CITY, key: "other" },
    ];
    const camera = register(ledger, [child(`${LAMPS}.CCTV`, "class")], clerk);
    expect(ledger.refused(back(camera), own as Signing)).toMatchObject({
      ...{ code: "AUTH_KEY_CLASSES", subject: LAMPS },
    });
    const lamp = register(ledger, [child(`${LAMPS}/1`, "thing")], own as Signing);
    expect(ledger.refused(back(lamp), other as Signing)).toMatchObject({
      code: "AUTH_KEY_CLASSES",
    });
    ledger.must(back(lamp), own as Signing);
  });

  it("takes a manifest back with all that its chunks brought", () => {
    const ledger = staffedLedger();
    register(ledger, [child(DEPT, "department"), child(LAMPS, "class")]);
    const things = [1, 2, 3].map((n) => child(`${LAMPS}/${n}`, "thing"));
    const id = take(ledger, bulk("register", LAMPS, [things]), clerk);
    ledger.must(back(id), lamps);
    expect(ledger.effective(`${LAMPS}/2`)).toBe("void");
    expect(ledger.record(LAMPS).children.count).toBe(3);
  });

  it("of what the members registered is theirs, m of n, in the window and after", () => {
    const ledger = new TestLedger();
    const classes = ["A", "B"].map((name) =>
      ledger.decide({ op: "register", items: [child(`MA.156/${name}`, "class")] }, [
        member("A"),
        member("B"),
      ]),
    ) as [Uint8Array, Uint8Array];
    ledger.decide(back(classes[0]), [member("A"), member("C")]);
    expect(ledger.effective("MA.156/A")).toBe("void");
    ledger.wait(MONTH + 1);
    ledger.decide(back(classes[1]), [member("A"), member("C")]);
    expect(ledger.effective("MA.156/B")).toBe("void");
  });

  it("goes to the next above when its maker no longer issues", () => {
    const ledger = staffedLedger();
    const keys = [keySpec("dept", ["issue"]), keySpec("dept chief", ["govern"])];
    register(ledger, [child(DEPT, "department", { keys })]);
    const id = register(ledger, [child(LAMPS, "class")], { iss: DEPT, key: "dept" });
    const close = [{ kid: testKey("dept").kid, why: "retired" as const }];
    const { control: prev } = ledger.record(DEPT);
    ledger.must({ op: "keys", code: DEPT, prev, close }, { iss: DEPT, key: "dept chief" });
    ledger.must(back(id), clerk);
    expect(ledger.effective(LAMPS)).toBe("void");
  });

  it("is refused to a maker that is suspended", () => {
    const ledger = staffedLedger();
    const keys = [keySpec("dept", ["issue"])];
    register(ledger, [child(DEPT, "department", { keys })]);
    const dept: Signing = { iss: DEPT, key: "dept" };
    const id = register(ledger, [child(LAMPS, "class")], dept);
    const { control: prev } = ledger.record(DEPT);
    ledger.must({ op: "status", code: code(DEPT), prev, do: "suspend", reason: "theft" }, city);
    expect(ledger.refused(back(id), dept)).toMatchObject({
      code: "STATE_SUSPENDED",
      subject: DEPT,
    });
  });

  it("says of an unknown registration that it is unknown, to whoever is known", () => {
    const ledger = staffedLedger();
    const registration = new Uint8Array(32);
    const unknown = { code: "STATE_REGISTRATION_UNKNOWN", registration: hex(registration) };
    expect(ledger.refused(back(registration), clerk)).toEqual(unknown);
    expect(ledger.undecided(back(registration), [member("A"), member("B")])).toEqual(unknown);
    expect(ledger.refused(back(registration), { iss: "MA.156.11", key: "x" })).toMatchObject({
      code: "AUTH_ISSUER",
    });
  });
});
