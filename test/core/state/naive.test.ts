import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hex,
  type KeyUse,
  keyKey,
  type Operation,
  referenceTo,
  registrationKey,
  ringKey,
} from "../../../src/core/index.ts";
import { delegateTo } from "./kinds/child-log.ts";
import {
  ALL,
  child,
  city,
  cityLedger,
  code,
  keySpec,
  named,
  type TestLedger,
  testKey,
} from "./kit.ts";
import { rootOfChildren } from "./model.ts";
import { Naive, type NaiveRecord } from "./naive.ts";
import { type GrantStep, grantSteps, NaiveGrants } from "./naive-grants.ts";

const CITY = "MA.156.1301";
const CODES = [
  `${CITY}.02`,
  `${CITY}.02.1`,
  `${CITY}.02/LAMP`,
  `${CITY}.02/LAMP/1`,
  `${CITY}.02/LAMP/AIR`,
];
const AIR = `${CITY}.02/LAMP/AIR`;
const KEYS = ["k0", "k1", "k2"];
const KINDS = { dept: "department", class: "class", thing: "thing", dataset: "dataset" } as const;

type Step =
  | {
      readonly do: "register";
      readonly code: string;
      readonly key?: string;
      readonly uses: KeyUse[];
    }
  | { readonly do: "update"; readonly code: string; readonly stale: boolean }
  | { readonly do: "suspend" | "resume" | "retire"; readonly code: string; readonly by: string }
  | { readonly do: "delegate"; readonly code: string; readonly by: string }
  | { readonly do: "end"; readonly code: string; readonly by: string }
  | { readonly do: "void"; readonly which: number }
  | GrantStep
  | {
      readonly do: "close";
      readonly code: string;
      readonly key: string;
      readonly why: "retired" | "compromised";
    };

const someCode = fc.constantFrom(...CODES);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        do: fc.constant("register" as const),
        code: someCode,
        key: fc.constantFrom(...KEYS),
        uses: fc.oneof(
          fc.constant<KeyUse[]>(["govern", "issue", "record"]),
          fc.subarray<KeyUse>(["govern", "issue", "record"], { minLength: 1 }),
        ),
      },
      { requiredKeys: ["do", "code", "uses"] },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("update" as const),
      code: someCode,
      stale: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("suspend" as const, "resume" as const, "retire" as const),
      code: someCode,
      by: fc.constantFrom(CITY, ...CODES),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ code: someCode, by: fc.constantFrom(CITY, ...CODES), ends: fc.boolean() })
      .map(({ ends, ...rest }) =>
        ends ? { do: "end" as const, ...rest } : { do: "delegate" as const, ...rest },
      ),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("void" as const), which: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("close" as const),
      code: someCode,
      key: fc.constantFrom(...KEYS),
      why: fc.constantFrom("retired" as const, "compromised" as const),
    }),
  },
);

/** A ledger and its model, which must say the same after each step. */
class Pair {
  readonly ledger: TestLedger = cityLedger();
  readonly naive: Naive = new Naive();
  readonly registrations: {
    readonly id: Uint8Array;
    readonly by: string;
    readonly under: string;
    /** Whose key signed, in the generation it had, and which. */
    readonly signer: readonly [NaiveRecord | undefined, string];
  }[] = [];
  readonly grants: NaiveGrants = new NaiveGrants(this);
  readonly chains = new Map<string, string[]>();
  #count = 0;

  constructor() {
    const { op, control } = this.ledger.record(CITY);
    this.naive.records.push({
      code: CITY,
      generation: 1,
      parentGeneration: 1,
      registration: undefined,
      keys: new Map([["city", [...ALL]]]),
      closed: new Map(),
      suspendedBy: [],
      retired: false,
      delegated: false,
      changed: false,
      op: hex(op),
      control: hex(control),
    });
  }

  /** An open key of the holder with the use. */
  keyOf(holder: string, use: KeyUse): string | undefined {
    const keys = [...(this.naive.latest(holder)?.keys ?? [])];
    return keys.find(([, uses]) => uses.includes(use))?.[0];
  }

  try(
    op: Operation,
    iss: string,
    key: string,
  ): { readonly hash: Uint8Array; readonly id: Uint8Array } | undefined {
    const outcome = this.ledger.do(op, iss === CITY ? city : { iss, key });
    return outcome.ok ? outcome : undefined;
  }

  run(step: Step): void {
    this.#count++;
    // Each operation is signed at another time, so that none is a replay by chance.
    this.ledger.wait(1);
    if (step.do === "register") this.register(step);
    else if (step.do === "update") this.update(step);
    else if (step.do === "void") this.void(step.which);
    else if (step.do === "close") this.close(step);
    else if (step.do === "delegate" || step.do === "end") this.delegate(step);
    else if ("by" in step) this.status(step);
    else this.grants.run(step);
  }

  register(step: Extract<Step, { do: "register" }>): void {
    const { naive } = this;
    const parent = naive.parentOf(step.code);
    const iss = naive.nearest(parent, "issue") ?? CITY;
    const key = this.keyOf(iss, "issue") ?? "none";
    const old = naive.latest(step.code);
    const isVoid = old?.registration !== undefined && naive.voided.has(old.registration);
    const orphaned = old !== undefined && old.parentGeneration !== naive.latest(parent)?.generation;
    const hasEnded = old !== undefined && (isVoid || old.retired || orphaned);
    const after = hasEnded && !isVoid && old ? this.ledger.record(step.code).control : undefined;
    const name = step.key;
    const keys = name === undefined ? {} : { keys: [keySpec(name, step.uses)] };
    const kind = step.code.includes("/")
      ? step.code.endsWith("/LAMP")
        ? KINDS.class
        : step.code === AIR
          ? KINDS.dataset
          : KINDS.thing
      : KINDS.dept;
    const item = child(step.code, kind, {
      names: named(`n${this.#count}`),
      ...keys,
      ...(after === undefined ? {} : { after }),
    });
    const signerUses = naive.latest(iss)?.keys.get(key) ?? [];
    const gives = name === undefined ? [] : step.uses;
    const isGiven =
      gives.every((use) => signerUses.includes(use)) &&
      (!gives.includes("govern") || signerUses.includes("govern"));
    const expected =
      naive.latest(parent) !== undefined &&
      naive.status(parent) === "active" &&
      !naive.frozen(step.code) &&
      (old === undefined || hasEnded) &&
      naive.nearest(parent, "issue") !== undefined &&
      isGiven;
    const done = this.try({ op: "register", items: [item] }, iss, key);
    expect(done !== undefined, `register ${step.code}`).toBe(expected);
    if (done === undefined) return;
    const above = naive.latest(parent) as NaiveRecord;
    naive.spoil(above);
    const signer = [naive.latest(iss), key] as const;
    this.registrations.push({ id: done.id, by: iss, under: parent, signer });
    naive.records.push({
      code: step.code,
      generation: (old?.generation ?? 0) + 1,
      parentGeneration: above.generation,
      registration: this.registrations.length - 1,
      keys: new Map(name === undefined ? [] : [[name, [...step.uses].sort()]]),
      closed: new Map(),
      suspendedBy: (old?.suspendedBy ?? []).filter((who) => this.stays(who, iss)),
      retired: false,
      delegated: false,
      changed: false,
      op: hex(done.hash),
      control: hex(done.hash),
    });
  }

  update({ code: at, stale }: Extract<Step, { do: "update" }>): void {
    const record = this.naive.latest(at);
    const iss = this.naive.nearest(at, "record") ?? CITY;
    const key = this.keyOf(iss, "record") ?? "none";
    const prev = record && !stale ? this.ledger.record(at).op : new Uint8Array(32);
    const op: Operation = { op: "update", code: code(at), prev, names: named(`u${this.#count}`) };
    const expected =
      record !== undefined &&
      !stale &&
      this.naive.status(at) === "active" &&
      !this.naive.frozen(at);
    const done = this.try(op, iss, key);
    expect(done !== undefined, `update ${at}`).toBe(expected);
    if (done === undefined || record === undefined) return;
    this.naive.change(record);
    expect(hex(prev)).toBe(record.op);
    record.op = hex(done.hash);
  }

  status(step: Extract<Step, { do: "suspend" | "resume" | "retire" }>): void {
    const { naive } = this;
    const record = naive.latest(step.code);
    const key = this.keyOf(step.by, "govern") ?? "none";
    const prev = record ? this.ledger.record(step.code).control : new Uint8Array(32);
    const op: Operation = { op: "status", code: code(step.code), prev, do: step.do, reason: "x" };
    const expected = record !== undefined && this.mayChange(step, record);
    const done = this.try(op, step.by, key);
    expect(done !== undefined, `${step.do} ${step.code} by ${step.by}`).toBe(expected);
    if (done === undefined || record === undefined) return;
    naive.change(record);
    expect(hex(prev)).toBe(record.control);
    record.control = hex(done.hash);
    if (step.do === "suspend") record.suspendedBy.push(naive.reference(step.by));
    if (step.do === "retire") record.retired = true;
    if (step.do === "resume") {
      const left = record.suspendedBy.filter((each) => !this.outranks(step.by, each));
      record.suspendedBy.splice(0, record.suspendedBy.length, ...left);
    }
  }

  delegate(step: Extract<Step, { do: "delegate" | "end" }>): void {
    const { naive } = this;
    const { code: at, by } = step;
    const record = naive.latest(at);
    const key = this.keyOf(by, "govern") ?? "none";
    const prev = record ? this.ledger.record(at).control : new Uint8Array(32);
    const op: Operation =
      step.do === "end"
        ? { op: "delegate", code: code(at), prev, do: "end", reason: "x" }
        : record
          ? delegateTo(this.ledger, at)
          : { op: "delegate", code: code(at), prev, do: "change", url: "https://x.test" };
    // The code itself, where it governs; above it the nearest that does, to end it.
    const above = naive.nearest(naive.parentOf(at), "govern");
    const mine = naive.nearest(at, "govern");
    const entitled = step.do === "end" && by !== at ? by === above : by === mine;
    const free = (code: string): boolean =>
      ["active", "suspended"].includes(naive.status(code)) &&
      !naive.frozen(code) &&
      naive.lineage(code).every((each) => each.suspendedBy.every((who) => this.outranks(by, who)));
    const fits = record?.delegated === (step.do === "end");
    // Another ledger must not begin with what somebody above has suspended, whoever delegates.
    const isHeld =
      step.do === "delegate" && record?.suspendedBy.some((who) => who !== naive.reference(at));
    const expected =
      record !== undefined && entitled && fits && free(by) && free(at) && isHeld !== true;
    const done = this.try(op, by, key);
    expect(done !== undefined, `${step.do} ${at} by ${by}`).toBe(expected);
    if (done === undefined || record === undefined) return;
    naive.change(record);
    record.delegated = step.do === "delegate";
    record.control = hex(done.hash);
  }

  /** Of who suspended a code, those above whoever issues it anew still do, while they are there themselves. */
  stays(suspender: string, issuer: string): boolean {
    const [who] = suspender.split("#") as [string];
    return this.isBelow(issuer, who) && this.naive.reference(who) === suspender;
  }

  outranks(by: string, suspender: string): boolean {
    const [who] = suspender.split("#") as [string];
    return this.naive.reference(by) === suspender || this.isBelow(who, by);
  }

  isBelow(at: string, above: string): boolean {
    return at.startsWith(`${above}.`) || at.startsWith(`${above}/`);
  }

  /** A thing without keys of its own is also ended by whoever may issue its like, with a key for that. */
  isIssuer({ code, by }: { readonly code: string; readonly by: string }): boolean {
    const { naive } = this;
    if (code.split("/").length < 3 || naive.holds(code).length > 0) return false;
    const uses = naive.latest(by)?.keys.get(this.keyOf(by, "govern") ?? "none") ?? [];
    return naive.nearest(code, "issue") === by && uses.includes("issue");
  }

  mayChange(
    step: Extract<Step, { do: "suspend" | "resume" | "retire" }>,
    record: NaiveRecord,
  ): boolean {
    const { naive } = this;
    const isAbove = step.by === step.code || this.isBelow(step.code, step.by);
    if (!isAbove || this.keyOf(step.by, "govern") === undefined) return false;
    const isNearest = naive.nearest(step.code, "govern") === step.by;
    if (step.do === "retire" && !isNearest && !this.isIssuer(step)) return false;
    const free = (at: string): boolean =>
      ["active", "suspended"].includes(naive.status(at)) &&
      !naive.frozen(at) &&
      naive
        .lineage(at)
        .every((each) => each.suspendedBy.every((who) => this.outranks(step.by, who)));
    if (!free(step.by)) return false;
    if (step.do === "retire") return free(step.code);
    if (!["active", "suspended"].includes(naive.status(step.code))) return false;
    if (naive.frozen(step.code)) return false;
    return step.do === "suspend"
      ? !record.suspendedBy.includes(naive.reference(step.by))
      : record.suspendedBy.some((who) => this.outranks(step.by, who));
  }

  void(which: number): void {
    const { naive } = this;
    const registration = this.registrations[which];
    if (registration === undefined) return;
    const iss = naive.nearest(registration.by, "issue") ?? CITY;
    const isChanged = naive.spoiled.has(which);
    const holder = isChanged ? (naive.nearest(registration.by, "govern") ?? CITY) : iss;
    const key = this.keyOf(holder, isChanged ? "govern" : "issue") ?? "none";
    const isUnhindered = (at: string): boolean =>
      naive
        .lineage(at)
        .every(({ suspendedBy }) => suspendedBy.every((who) => this.outranks(holder, who)));
    const isFree =
      ["active", "suspended"].includes(naive.status(holder)) &&
      !naive.frozen(holder) &&
      isUnhindered(holder) &&
      isUnhindered(registration.under);
    // What one registration of the model creates stands below the one parent, so all of it is frozen, or none.
    const isElsewhere = naive.lineage(registration.under).some(({ delegated }) => delegated);
    const [signer, name] = registration.signer;
    const isStolen = signer?.closed.get(name) === "compromised";
    const expected = isFree && !isElsewhere && (!isChanged || isStolen) && !naive.voided.has(which);
    const op: Operation = { op: "void", registration: registration.id, reason: "x" };
    const done = this.try(op, holder, key);
    expect(done !== undefined, `void ${which}`).toBe(expected);
    if (done !== undefined) naive.voided.add(which);
  }

  close({ code: at, key: name, why }: Extract<Step, { do: "close" }>): void {
    const { naive } = this;
    const record = naive.latest(at);
    const iss = naive.nearest(at, "govern") ?? CITY;
    const key = this.keyOf(iss, "govern") ?? "none";
    const prev = record ? this.ledger.record(at).control : new Uint8Array(32);
    const { kid } = testKey(name);
    const end = why === "retired" ? { kid, why } : { kid, why, since: 0 };
    const op: Operation = { op: "keys", code: at, prev, close: [end] };
    const others = [...(record?.keys ?? [])].filter(([each]) => each !== name);
    const governed = [...(record?.keys.values() ?? [])].some((uses) => uses.includes("govern"));
    const isOpen = record?.keys.has(name) === true;
    const isRaised = why === "compromised" && record?.closed.get(name) === "retired";
    const expected =
      (isOpen || isRaised) &&
      naive.status(at) === "active" &&
      !naive.frozen(at) &&
      (!governed || others.some(([, uses]) => uses.includes("govern")));
    const done = this.try(op, iss, key);
    expect(done !== undefined, `close ${name} of ${at}`).toBe(expected);
    if (done === undefined || record === undefined) return;
    naive.change(record);
    record.keys.delete(name);
    record.closed.set(name, why);
    record.control = hex(done.hash);
  }

  check(): void {
    const { ledger, naive } = this;
    for (const at of [CITY, ...CODES]) {
      const record = naive.latest(at);
      if (record === undefined) {
        expect(ledger.get(`code/${at}`)).toBeUndefined();
        continue;
      }
      const real = ledger.record(at);
      expect(ledger.effective(at), `status of ${at}`).toBe(naive.status(at));
      expect(real.holds).toEqual(naive.holds(at));
      expect(real.delegation !== undefined).toBe(record.delegated);
      expect({ op: hex(real.op), control: hex(real.control), generation: real.generation }).toEqual(
        {
          op: record.op,
          control: record.control,
          generation: record.generation,
        },
      );
      const children = naive.children(at);
      expect(real.children).toEqual({ count: children.length, root: rootOfChildren(children) });
      this.checkKeys(referenceTo(real), record);
    }
    this.grants.check([CITY, ...CODES], ["city", ...KEYS]);
    for (const [i, { id }] of this.registrations.entries()) {
      const { changed, void: isVoid } = ledger.value(registrationKey(id));
      expect(changed).toBe(naive.spoiled.get(i) ?? 0);
      expect(isVoid).toBe(naive.voided.has(i));
    }
  }

  checkKeys(holder: string, record: NaiveRecord): void {
    const ring = this.ledger.get(ringKey(holder)) as { open: { kid: Uint8Array }[] } | undefined;
    const open = (ring?.open ?? []).map(({ kid }) => hex(kid)).sort();
    expect(open).toEqual([...record.keys.keys()].map((name) => hex(testKey(name).kid)).sort());
    for (const [name, why] of record.closed) {
      expect(this.ledger.value(keyKey(holder, testKey(name).kid)).why).toBe(why);
    }
  }
}

/** A department with a dataset, each with keys of its own or not. */
const begun = fc
  .tuple(fc.boolean(), fc.boolean())
  .map(([ofDepartment, ofDataset]): readonly Step[] => {
    const uses: KeyUse[] = ["govern", "issue", "record"];
    const make = (at: string, key?: string): Step => ({
      ...{ do: "register", code: at, uses },
      ...(key !== undefined && { key }),
    });
    const codes = [make(`${CITY}.02`, ofDepartment ? "k0" : undefined), make(`${CITY}.02/LAMP`)];
    const dataset = make(AIR, ofDataset ? "k1" : undefined);
    const described = { do: "dataset", code: AIR, log: 0, stale: false } as const;
    return [...codes, dataset, make(`${CITY}.02.1`), described];
  });

const DEPARTMENT = `${CITY}.02`;
const anew = (code: string): Step => ({ do: "register", code, uses: ["record"] });
/** By whoever of the two it is for. */
const byEither = (what: "delegate" | "end" | "retire", code: string): Step[] =>
  [CITY, DEPARTMENT].map((by) => ({ do: what, code, by }));

/** What seldom comes about by chance: a side lives elsewhere, comes back, or is somebody else. */
const upheaval = fc.constantFrom<readonly Step[]>(
  byEither("delegate", DEPARTMENT),
  byEither("end", DEPARTMENT),
  byEither("delegate", `${DEPARTMENT}/LAMP`),
  [...byEither("retire", `${DEPARTMENT}.1`), anew(`${DEPARTMENT}.1`)],
  [...byEither("retire", AIR), anew(AIR), { do: "dataset", code: AIR, log: 0, stale: false }],
);

const aboutGrants = fc.oneof(
  {
    weight: 10,
    arbitrary: grantSteps([CITY, ...CODES], AIR).map((step): readonly Step[] => [step]),
  },
  { weight: 2, arbitrary: steps.map((step): readonly Step[] => [step]) },
  { weight: 1, arbitrary: upheaval },
);

describe("the state machine", () => {
  it("agrees with a naive one on who may do what with a dataset, and until when", () => {
    const lists = fc.array(aboutGrants, { minLength: 25, maxLength: 45, size: "max" });
    fc.assert(
      fc.property(begun, lists, (before, list) => {
        const pair = new Pair();
        for (const step of [...before, ...list.flat()]) {
          pair.run(step);
          pair.grants.check([CITY, ...CODES], ["city", ...KEYS]);
        }
        pair.check();
      }),
      { numRuns: 60 },
    );
  });

  it("does what a naive one does, step by step", () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 30, maxLength: 60, size: "max" }), (list) => {
        const pair = new Pair();
        for (const step of list) {
          pair.run(step);
          pair.check();
        }
      }),
      { numRuns: 60 },
    );
  });
});
