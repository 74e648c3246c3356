import { describe, expect, it } from "vitest";
import {
  decodeCbor,
  decodeGenesis,
  encodeGenesis,
  type FoundingValidator,
  hex,
  type InnerOperation,
  type Refusal,
  rulesAt,
  sha256,
  utf8,
  type Validator,
  type ValidatorsList,
  type ValidatorValue,
  voteChanges,
} from "../../../../src/core/index.ts";
import { GENESIS, member, TestLedger, testKey } from "../kit.ts";

const both = [member("A"), member("B")];

const keyOf = (word: string): Uint8Array => testKey(word).key.get(-2) as Uint8Array;
const terms = (id: string): FoundingValidator => ({
  id,
  key: keyOf(id),
  peer: sha256(utf8(id)).subarray(0, 20),
});
const set = (id: string, more: Partial<Extract<Validator, { key?: unknown }>> = {}): Validator => ({
  op: "validator",
  ...terms(id),
  ...more,
});
const FOUR: readonly FoundingValidator[] = ["v1", "v2", "v3", "v4"].map(terms);
const ordered = () => new TestLedger({ ...GENESIS, validators: FOUR });
const value = (ledger: TestLedger, id: string) => ledger.get(`validator/${id}`) as ValidatorValue;
const list = (ledger: TestLedger) => ledger.get("~validators") as ValidatorsList | undefined;
const opOf = (ledger: TestLedger, id: string): Uint8Array => value(ledger, id).op;
const leave = (ledger: TestLedger, id: string): Validator => ({
  op: "validator",
  id,
  prev: opOf(ledger, id),
  leave: true,
});

/** What a decision changes of who votes, as the engine is told. */
function changed(ledger: TestLedger, op: InnerOperation): readonly string[] {
  const before = list(ledger);
  ledger.decide(op, both);
  return voteChanges(before, list(ledger)).map(({ key, power }) => `${hex(key)} ${power}`);
}

describe("validator", () => {
  it("stands in the genesis, and orders the ledger from its first block", () => {
    const ledger = ordered();
    expect(list(ledger)?.active.map(({ id }) => id)).toEqual(["v1", "v2", "v3", "v4"]);
    expect(ledger.get("param/order")).toMatchObject({ value: "validators" });
    expect(value(ledger, "v2")).toMatchObject({ power: 1, active: true });
    expect(new TestLedger().get("param/order")).toBeUndefined();
    const silent = FOUR.map((each) => ({ ...each, power: 0 as const }));
    expect(() => new TestLedger({ ...GENESIS, validators: silent })).toThrow(
      "STATE_VALIDATORS_NONE",
    );
    const twice = [terms("v1"), { ...terms("v1"), id: "v2" }];
    expect(() => new TestLedger({ ...GENESIS, validators: twice })).toThrow("STATE_VALIDATOR_KEY");
  });

  it("is told to the engine once, in the order of the keys, whatever came between", () => {
    const before = list(ordered());
    const names = voteChanges(undefined, before).map(({ key, power }) => `${hex(key)} ${power}`);
    expect(names).toEqual(FOUR.map(({ key }) => `${hex(key)} 1`).sort());
    expect(voteChanges(before, undefined).map(({ power }) => power)).toEqual([0, 0, 0, 0]);
    expect(voteChanges(before, before)).toEqual([]);
    expect(voteChanges(undefined, undefined)).toEqual([]);
  });

  it("joins without a vote, is given one, exchanges its key and leaves, each by a decision", () => {
    const ledger = ordered();
    const address = "10.0.0.5:26656";
    const joining = set("v5", { power: 0, address, url: "https://five.example", cosigner: "x" });
    expect(ledger.refused(joining, member("A"))).toMatchObject({ code: "AUTH_NEEDS_DECISION" });
    expect(changed(ledger, joining)).toEqual([]);
    expect(value(ledger, "v5")).toMatchObject({ address, power: 0, cosigner: "x" });
    ledger.wait(1);
    const prev = () => opOf(ledger, "v5");
    const voting: Validator = { op: "validator", id: "v5", prev: prev(), power: 1 };
    expect(changed(ledger, voting)).toEqual([`${hex(keyOf("v5"))} 1`]);
    expect(value(ledger, "v5")).toMatchObject({ address, url: "https://five.example", power: 1 });
    // What says nothing about votes moves none.
    const moved: Validator = { op: "validator", id: "v5", prev: prev(), address: "10.0.0.6:1" };
    expect(changed(ledger, moved)).toEqual([]);
    ledger.wait(1);
    const fresh: Validator = { op: "validator", id: "v5", prev: prev(), key: keyOf("again") };
    expect([...changed(ledger, fresh)].sort()).toEqual(
      [`${hex(keyOf("v5"))} 0`, `${hex(keyOf("again"))} 1`].sort(),
    );
    ledger.wait(1);
    expect(changed(ledger, leave(ledger, "v5"))).toEqual([`${hex(keyOf("again"))} 0`]);
    expect(value(ledger, "v5")).toMatchObject({ active: false, power: 0 });
    expect(ledger.undecided(leave(ledger, "v5"), both)).toEqual({
      code: "STATE_VALIDATOR_LEFT",
      validator: "v5",
    });
    // It comes back as it was, and votes when that is said.
    ledger.wait(1);
    expect(changed(ledger, { op: "validator", id: "v5", prev: prev() })).toEqual([]);
    expect(value(ledger, "v5")).toMatchObject({ active: true, power: 0 });
  });

  it("is one whole, of its own, at most 21 of them, and follows its last change", () => {
    const ledger = ordered();
    const refusal = (op: Validator): Refusal => ledger.undecided(op, both);
    expect(refusal({ op: "validator", id: "v9", peer: new Uint8Array(20) })).toEqual({
      code: "STATE_VALIDATOR_INCOMPLETE",
      validator: "v9",
      missing: "key",
    });
    expect(refusal({ op: "validator", id: "v9", key: keyOf("v9") })).toMatchObject({
      missing: "peer",
    });
    expect(refusal(set("v9", { key: keyOf("v2") }))).toEqual({
      code: "STATE_VALIDATOR_KEY",
      key: hex(keyOf("v2")),
      by: "v2",
    });
    expect(refusal(set("v9", { peer: terms("v3").peer }))).toMatchObject({
      code: "STATE_VALIDATOR_KEY",
      by: "v3",
    });
    const prev = new Uint8Array(32);
    for (const op of [set("v9", { prev }), { op: "validator", id: "v1", prev, leave: true }]) {
      expect(refusal(op as Validator)).toMatchObject({ code: "STATE_PREV", got: "0".repeat(64) });
    }
    const many = Array.from({ length: 21 }, (_, i) => terms(`v${i}`));
    const full = new TestLedger({ ...GENESIS, validators: many });
    full.wait(1);
    expect(full.undecided(set("more"), both)).toEqual({ code: "STATE_VALIDATORS_LIMIT", max: 21 });
  });

  it("has an Ed25519 key, or the operation has no shape", () => {
    const ledger = ordered();
    // 32 bytes, and no point of the curve that anybody could vote with.
    const inner = set("v9", { key: new Uint8Array(32).fill(0xff) });
    expect(ledger.refused({ op: "propose", inner }, member("A"))).toMatchObject({
      code: "OP_FIELD_TYPE",
      path: "inner/key",
    });
    const repeated = [terms("v1"), terms("v1")];
    const value = decodeCbor(encodeGenesis({ ...GENESIS, validators: repeated }));
    if (!value.ok) throw new Error(value.error.code);
    expect(decodeGenesis(value.value)).toMatchObject({
      error: { code: "OP_FIELD_TYPE", path: "validators" },
    });
  });

  it("changes less than a third of the votes in one moment, and never takes the last one", () => {
    const ledger = ordered();
    ledger.wait(1);
    ledger.decide(leave(ledger, "v1"), both);
    expect(ledger.undecided(leave(ledger, "v2"), both)).toEqual({
      code: "STATE_VALIDATORS_CHANGE",
      changed: 1,
      voters: 4,
    });
    ledger.decide(set("watching", { power: 0 }), both);
    for (const id of ["v2", "v3"]) {
      ledger.wait(1);
      ledger.decide(leave(ledger, id), both);
    }
    ledger.wait(1);
    expect(ledger.undecided(leave(ledger, "v4"), both)).toEqual({ code: "STATE_VALIDATORS_NONE" });
    // Seven take two changes at once.
    const seven = Array.from({ length: 7 }, (_, i) => terms(`v${i}`));
    const larger = new TestLedger({ ...GENESIS, validators: seven });
    larger.wait(1);
    for (const id of ["v1", "v2"]) larger.decide(leave(larger, id), both);
    expect(larger.undecided(leave(larger, "v3"), both)).toMatchObject({ changed: 2, voters: 7 });
  });

  it("orders the blocks of a ledger that one node began, once the members say so", () => {
    const ledger = new TestLedger();
    const order = { op: "param", name: "order", value: "validators" } as const;
    expect(ledger.undecided(order, both)).toEqual({ code: "STATE_VALIDATORS_NONE" });
    ledger.decide(set("v1"), both);
    ledger.wait(1);
    ledger.decide(order, both);
    expect(ledger.get("param/order")).toMatchObject({ value: "validators" });
    ledger.wait(1);
    expect(ledger.undecided(order, both)).toMatchObject({ code: "STATE_PREV", got: "none" });
  });
});

describe("the version of the rules", () => {
  const upgrade = (app: number, height: number, prev?: Uint8Array) =>
    ({
      op: "param",
      name: "upgrade",
      value: { app, height },
      ...(prev === undefined ? {} : { prev }),
    }) as const;
  const prevOf = (ledger: TestLedger) => ledger.value<{ op: Uint8Array }>("param/upgrade").op;

  it("changes at the height that the members voted, and not before", () => {
    const ledger = new TestLedger();
    ledger.decide(upgrade(2, 10), both);
    expect([1, 9, 10, 11].map((height) => rulesAt(ledger, height))).toEqual([1, 1, 2, 2]);
    expect(rulesAt(new TestLedger(), 10)).toBe(1);
    // As long as it has not come, another height may be set.
    ledger.wait(1);
    ledger.decide(upgrade(2, 8, prevOf(ledger)), both);
    expect(rulesAt(ledger, 8)).toBe(2);
  });

  it("counts up by one, at a height that is to come", () => {
    const ledger = new TestLedger();
    expect(ledger.undecided(upgrade(3, 10), both)).toEqual({
      code: "STATE_UPGRADE_APP",
      want: 2,
      got: 3,
    });
    expect(ledger.undecided(upgrade(2, 2), both)).toMatchObject({
      code: "STATE_UPGRADE_HEIGHT",
      got: 2,
    });
    const soon = ledger.blocks.length + 3;
    ledger.decide(upgrade(2, soon), both);
    ledger.decide(set("v1"), both);
    expect(rulesAt(ledger, ledger.blocks.length + 1)).toBe(2);
    // Once it has come, nothing leads back.
    const back = upgrade(2, soon + 100, prevOf(ledger));
    expect(ledger.undecided(back, both)).toMatchObject({ code: "STATE_UPGRADE_APP", want: 3 });
  });
});
