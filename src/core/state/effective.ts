import { ancestorsOf, type Code } from "../code/index.ts";
import type { MapKey } from "./map-keys.ts";
import { codeKey, registrationKey } from "./map-keys.ts";
import type { CodeRecord, Reference } from "./values.ts";

/** From the mildest to the strictest. */
const STRICTNESS = ["active", "suspended", "retired", "void"] as const;

export type EffectiveStatus = {
  readonly status: (typeof STRICTNESS)[number];
  /** The record whose status this is: the code itself or an ancestor. */
  readonly because: Reference;
};

/** Reads values by map key; `undefined` where there is none. */
export interface ValueReader {
  get<T>(key: MapKey<T>): T | undefined;
}

/** What the status of a record depends on. */
export type StatusFields = Pick<
  CodeRecord,
  "code" | "generation" | "status" | "parent" | "registration"
>;

/** How other values name this record. */
export function referenceTo({
  code,
  generation,
}: Pick<CodeRecord, "code" | "generation">): Reference {
  return `${code}#${generation}`;
}

/** The code that a reference names, whatever the generation. */
export function referredCode(reference: Reference): Code {
  return reference.slice(0, reference.indexOf("#")) as Code;
}

/**
 * The strictest status of a record, its ancestors and the registrations they came from. A record whose parent's generation
 * has ended counts as retired.
 *
 * @see docs/spec/operations.md, Keys and authority
 */
export function effectiveStatus(state: ValueReader, record: StatusFields): EffectiveStatus {
  let worst: EffectiveStatus = own(state, record);
  let child = record;
  for (const code of ancestorsOf(record.code)) {
    const ancestor = state.get(codeKey(code));
    if (ancestor === undefined) break;
    if (child.parent !== undefined && child.parent !== referenceTo(ancestor)) {
      worst = stricter(worst, { status: "retired", because: child.parent });
    }
    worst = stricter(worst, own(state, ancestor));
    child = ancestor;
  }
  return worst;
}

function own(state: ValueReader, record: StatusFields): EffectiveStatus {
  const because = referenceTo(record);
  const { registration } = record;
  const isVoid = registration !== undefined && state.get(registrationKey(registration))?.void;
  return { status: isVoid === true ? "void" : record.status, because };
}

function stricter(a: EffectiveStatus, b: EffectiveStatus): EffectiveStatus {
  return STRICTNESS.indexOf(b.status) > STRICTNESS.indexOf(a.status) ? b : a;
}

/** The map keys that `effectiveStatus` reads for a code: ancestors first asked for, registrations as they appear. */
export function effectiveKeys(state: ValueReader, code: Code): string[] {
  const keys: string[] = [];
  for (const each of [code, ...ancestorsOf(code)]) {
    keys.push(codeKey(each));
    const registration = state.get(codeKey(each))?.registration;
    if (registration !== undefined) keys.push(registrationKey(registration));
  }
  return [...new Set(keys)];
}
