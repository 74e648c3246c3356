import * as fc from "fast-check";
import { expect } from "vitest";
import {
  type Code,
  fromHex,
  grantEnd,
  grantKey,
  hex,
  isKeyOfSide,
  type KeyUse,
  type Operation,
  present,
  type ValueReader,
} from "../../../src/core/index.ts";
import { ChildLog, describing } from "./kinds/child-log.ts";
import { code, type TestLedger, testKey } from "./kit.ts";
import type { Naive, NaiveRecord } from "./naive.ts";

// Datasets and what is agreed upon about them, once more from the text of the specification.

export type GrantStep =
  | { readonly do: "dataset"; readonly code: string; readonly log: number; readonly stale: boolean }
  | {
      readonly do: "request";
      readonly code: string;
      readonly dataset: string;
      readonly log: number;
      readonly until?: number;
    }
  | {
      readonly do: "grant";
      readonly dataset: string;
      readonly log: number;
      /** Which request; none: everybody. */
      readonly which?: number;
      readonly until?: number;
    }
  | { readonly do: "revoke"; readonly dataset: string; readonly which: number };

export function grantSteps(codes: readonly string[], dataset: string): fc.Arbitrary<GrantStep> {
  // Mostly what could be; sometimes what could not.
  const asked = fc.oneof(
    { weight: 7, arbitrary: fc.constant(dataset) },
    { weight: 1, arbitrary: fc.constantFrom(...codes) },
  );
  const log = fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constant(1) },
  );
  const until = fc.integer({ min: -1, max: 25 });
  return fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({
        ...{ do: fc.constant("dataset" as const), code: asked, log },
        stale: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record(
        {
          ...{ do: fc.constant("request" as const), code: fc.constantFrom(...codes) },
          ...{ dataset: asked, log, until },
        },
        { requiredKeys: ["do", "code", "dataset", "log"] },
      ),
    },
    {
      weight: 5,
      arbitrary: fc.record(
        { do: fc.constant("grant" as const), dataset: asked, log, which: fc.nat(4), until },
        { requiredKeys: ["do", "dataset", "log"] },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ do: fc.constant("revoke" as const), dataset: asked },
        which: fc.nat(5),
      }),
    },
  );
}

/** A record as it was when it stood for a side. */
type Side = { readonly code: string; readonly record: NaiveRecord };

type NaiveRequest = {
  readonly id: string;
  readonly asking: Side;
  readonly dataset: string;
  readonly log: number;
  readonly until: number | undefined;
};

type NaiveGrant = {
  readonly id: string;
  readonly dataset: Side;
  readonly log: number;
  readonly to: Side | "*";
  readonly request: NaiveRequest | undefined;
  readonly until: number | undefined;
  revoked: boolean;
};

const LOGS = [new ChildLog("air.test/log"), new ChildLog("moved.test/log")];
const nameOf = (log: number): string => present(LOGS[log], "a log").log.key.name;

/** What the other steps of the model lend. */
type Actor = {
  readonly ledger: TestLedger;
  readonly naive: Naive;
  keyOf(holder: string, use: KeyUse): string | undefined;
  try(
    op: Operation,
    iss: string,
    key: string,
  ): { readonly id: Uint8Array; readonly hash: Uint8Array } | undefined;
};

export class NaiveGrants {
  readonly #actor: Actor;
  /** Which log a generation of a dataset names. */
  readonly #logs = new Map<NaiveRecord, number>();
  readonly #requests: NaiveRequest[] = [];
  readonly #grants: NaiveGrant[] = [];

  constructor(actor: Actor) {
    this.#actor = actor;
  }

  run(step: GrantStep): void {
    if (step.do === "dataset") this.#describe(step);
    else if (step.do === "request") this.#request(step);
    else if (step.do === "grant") this.#grant(step);
    else this.#revoke(step);
  }

  #describe({ code: at, log, stale }: Extract<GrantStep, { do: "dataset" }>): void {
    const { ledger, naive } = this.#actor;
    const record = naive.latest(at);
    if (record === undefined) return;
    const op = describing(ledger, at, present(LOGS[log], "a log"));
    const isFree = naive.status(at) === "active" && !naive.frozen(at);
    const done = this.#by(at, stale ? { ...op, prev: new Uint8Array(32) } : op);
    expect(done !== undefined, `dataset ${at}`).toBe(isFree && !stale && at.endsWith("AIR"));
    if (done === undefined) return;
    naive.change(record);
    record.op = hex(done.hash);
    this.#logs.set(record, log);
  }

  #request(step: Extract<GrantStep, { do: "request" }>): void {
    const until = this.#end(step.until);
    const { code: by, dataset, log } = step;
    const [asking, asked] = [this.#side(by), this.#dataset(dataset, log)];
    const done = this.#by(this.#standing(by), {
      ...{ op: "request", code: code(by), dataset: code(dataset), log: nameOf(log) },
      ...{ purpose: "x", actions: ["read"], ...(until !== undefined && { until }) },
    });
    const expected = asking !== undefined && asked !== undefined && !this.#isOver(until);
    expect(done !== undefined, `request of ${by} for ${dataset}`).toBe(expected);
    if (done && asking) this.#requests.push({ id: hex(done.id), asking, dataset, log, until });
  }

  #grant({ dataset, log, which, ...step }: Extract<GrantStep, { do: "grant" }>): void {
    const until = this.#end(step.until);
    const request = which === undefined ? undefined : this.#requests.at(-1 - which);
    const side = this.#dataset(dataset, log);
    const to = which === undefined ? ("*" as const) : request && this.#side(request.asking.code);
    const id = present(fromHex(request?.id ?? "00".repeat(32)), "an id");
    const head = { op: "grant", code: code(dataset), log: nameOf(log) } as const;
    const scope = { actions: ["read" as const], ...(until !== undefined && { until }) };
    const done = this.#by(
      this.#standing(dataset),
      which === undefined ? { ...head, to: "*", ...scope } : { ...head, request: id, ...scope },
    );
    const fits =
      request === undefined ||
      (request.dataset === dataset &&
        request.log === log &&
        to !== undefined &&
        to !== "*" &&
        to.record === request.asking.record &&
        !this.#grants.some((each) => each.request === request && this.#counts(each)) &&
        (request.until === undefined || (until !== undefined && until <= request.until)));
    const isKnown = which === undefined || request !== undefined;
    const name = to === undefined || to === "*" ? "*" : to.code;
    const isSame = (a: Side | "*" | undefined, b: Side | "*" | undefined): boolean =>
      a === "*" || b === "*" ? a === b : a?.code === b?.code && a?.record === b?.record;
    const open = this.#grants.filter(
      (each) => isSame(each.dataset, side) && isSame(each.to, to) && this.#counts(each),
    );
    const expected =
      side !== undefined && !this.#isOver(until) && isKnown && fits && open.length < 16;
    expect(done !== undefined, `grant of ${dataset} to ${name}`).toBe(expected);
    if (done === undefined || side === undefined || to === undefined) return;
    this.#grants.push({ id: hex(done.id), dataset: side, log, to, request, until, revoked: false });
  }

  #revoke({ dataset, which }: Extract<GrantStep, { do: "revoke" }>): void {
    const grant = this.#grants.at(-1 - which);
    const id = present(fromHex(grant?.id ?? "00".repeat(32)), "an id");
    const op = { op: "revoke", code: code(dataset), grant: id, reason: "x" } as const;
    const done = this.#by(this.#standing(dataset), op);
    const expected =
      this.#side(dataset) !== undefined &&
      grant !== undefined &&
      grant.dataset.code === dataset &&
      this.#stands(grant.dataset) &&
      !grant.revoked;
    expect(done !== undefined, `revoke ${which} of ${dataset}`).toBe(expected);
    if (done && grant) grant.revoked = true;
  }

  /** Both must say the same of every grant and of every key. */
  check(holders: readonly string[], keys: readonly string[]): void {
    const { ledger, naive } = this.#actor;
    const state = ledger as ValueReader;
    for (const grant of this.#grants) {
      const value = ledger.value(grantKey(present(fromHex(grant.id), "an id")));
      const end = grantEnd(state, value, Math.floor(ledger.now / 1000));
      expect(end === undefined, `grant ${grant.id}: ${end}`).toBe(this.#counts(grant));
    }
    for (const at of holders) {
      const record = naive.latest(at);
      if (record === undefined) continue;
      for (const name of keys) {
        const uses = record.keys.get(name);
        if (uses === undefined) continue;
        const holder = `${at}#${record.generation}`;
        const held = { holder, kid: hex(testKey(name).kid), uses };
        for (const of of holders) {
          const isNearest = naive.nearest(this.#standing(of), "record") === at;
          const known = naive.latest(this.#standing(of)) !== undefined;
          if (!known) continue;
          expect(isKeyOfSide(state, held, of as Code, "record"), `${name} of ${at} for ${of}`).toBe(
            isNearest && uses.includes("record"),
          );
        }
      }
    }
  }

  /** What lives in another ledger is spoken for by the highest code that is delegated. */
  #standing(of: string): string {
    const { naive } = this.#actor;
    const above = ancestors(naive, of).filter((each) => naive.latest(each)?.delegated);
    return above.at(-1) ?? of;
  }

  #side(of: string): Side | undefined {
    const { naive } = this.#actor;
    const at = this.#standing(of);
    const record = naive.latest(at);
    return record !== undefined && naive.status(at) === "active" ? { code: of, record } : undefined;
  }

  #dataset(of: string, log: number): Side | undefined {
    const side = this.#side(of);
    if (side === undefined || side.record.code !== of) return side;
    return this.#logs.get(side.record) === log ? side : undefined;
  }

  #counts({ revoked, until, dataset, log, to }: NaiveGrant): boolean {
    if (revoked || this.#isOver(until) || !this.#stands(dataset)) return false;
    const isHere = dataset.record.code === dataset.code;
    if (isHere && this.#logs.get(dataset.record) !== log) return false;
    return to === "*" || this.#stands(to);
  }

  #stands({ code: of, record }: Side): boolean {
    const { naive } = this.#actor;
    const isThere = naive.latest(record.code) === record && naive.status(record.code) === "active";
    return isThere && (record.code === of || record.delegated);
  }

  #isOver(until: number | undefined): boolean {
    return until !== undefined && until < Math.floor(this.#actor.ledger.now / 1000);
  }

  #end(after: number | undefined): number | undefined {
    return after === undefined ? undefined : Math.floor(this.#actor.ledger.now / 1000) + after;
  }

  #by(
    at: string,
    op: Operation,
  ): { readonly id: Uint8Array; readonly hash: Uint8Array } | undefined {
    const iss = this.#actor.naive.nearest(at, "record");
    // Of a code that is not there the nearest above signs, and is refused.
    const known =
      iss ?? ancestors(this.#actor.naive, at).find((each) => this.#actor.keyOf(each, "record"));
    const key = known && this.#actor.keyOf(known, "record");
    return known === undefined ? undefined : this.#actor.try(op, known, key ?? "none");
  }
}

/** Nearest first, up to the city. */
function ancestors(naive: Naive, of: string): string[] {
  const parent = naive.parentOf(of);
  return parent.length < "MA.156.1301".length ? [] : [parent, ...ancestors(naive, parent)];
}
