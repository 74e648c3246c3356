import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CborValue,
  type CodeRecord,
  codeKey,
  effectiveStatus,
  type MapKey,
  parentOf,
  registrationKey,
} from "../../src/core/index.ts";
import { SealKnowledge } from "../../src/verify/seal/index.ts";
import { code } from "../core/state/kit.ts";

// What stands above a record is looked at once for all that stand below it; here it is compared with looking at all of it each time.

const CHAIN = ["MA", "MA.156", "MA.156.1301", "MA.156.1301.02"].map(code);
const THINGS = [1, 2, 3].map((n) => code(`MA.156.1301.02/LAMP/${n}`));
const ALL = [...CHAIN, code("MA.156.1301.02/LAMP"), ...THINGS];
const REGISTRATIONS = [1, 2].map((n) => new Uint8Array(32).fill(n));

const FIELDS = fc.record({
  is: fc.constantFrom("shown", "shown", "shown", "shown", "absent"),
  status: fc.constantFrom("active", "active", "suspended", "retired"),
  generation: fc.constantFrom(1, 2),
  parentGeneration: fc.option(fc.constantFrom(1, 2)),
  registration: fc.option(fc.constantFrom(...REGISTRATIONS)),
});
const WORLD = fc.tuple(
  fc.array(FIELDS, { minLength: ALL.length, maxLength: ALL.length }),
  fc.array(fc.option(fc.boolean()), { minLength: 2, maxLength: 2 }),
);

/** What the rules say, looking at everything each time; `undefined` where something that they look at is not shown. */
function slowly(record: CodeRecord, values: ReadonlyMap<string, CborValue | undefined>) {
  let isShown = true;
  const get = <T>(key: MapKey<T>): T | undefined => {
    isShown &&= values.has(key);
    return values.get(key) as T | undefined;
  };
  const effective = effectiveStatus({ get }, record);
  return isShown ? effective : undefined;
}

describe("the effective status of a record that evidence shows", () => {
  it("is that of looking at all it depends on, for many records in a row", () => {
    fc.assert(
      fc.property(WORLD, ([records, voided]) => {
        const values = new Map<string, CborValue | undefined>();
        for (const [i, { is, parentGeneration, registration, ...fields }] of records.entries()) {
          const own = ALL[i] ?? code("MA");
          const parent = parentOf(own);
          const record = {
            ...{ code: own, holds: [], ...fields },
            ...(registration && { registration }),
            ...(parent && parentGeneration && { parent: `${parent}#${parentGeneration}` }),
          };
          values.set(codeKey(own), is === "shown" ? record : undefined);
        }
        for (const [i, isVoid] of voided.entries()) {
          const id = REGISTRATIONS[i] ?? new Uint8Array(32);
          // Of one that is not there nobody shows anything.
          if (isVoid !== null) values.set(registrationKey(id), { void: isVoid });
        }
        const verdict = { checkpoint: { origin: "x", size: 1 }, block: { time: 1 } };
        const source = { verdict, values, depth: 0, ageSeconds: 0 };
        const knowledge = new SealKnowledge(
          [{ ...source, judged: new Map(), known: new Map() }] as never,
          [],
          {},
        );
        for (const each of [...THINGS, ...CHAIN, ...THINGS]) {
          const record = values.get(codeKey(each));
          if (record === undefined) continue;
          expect(knowledge.status(codeKey(each), record as never)).toEqual(
            slowly(record as unknown as CodeRecord, values),
          );
        }
      }),
      { numRuns: 500 },
    );
  });
});
