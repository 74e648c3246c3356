import { ancestorsOf, type Code } from "../code/index.ts";
import { knownRegistrationKey, lineAbove } from "./line.ts";
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
  let status = own(state, record);
  // Of the record that decides only a part is named until all are known: nearly every record is active, and that often.
  let because: StatusFields | Reference = record;
  let child = record;
  for (const key of lineAbove(record.code)) {
    const ancestor: StatusFields | undefined = state.get(key);
    if (ancestor === undefined) break;
    const { parent } = child;
    if (parent !== undefined && !isReference(parent, ancestor) && isStricter("retired", status)) {
      [status, because] = ["retired", parent];
    }
    const above = own(state, ancestor);
    if (isStricter(above, status)) [status, because] = [above, ancestor];
    child = ancestor;
  }
  return { status, because: typeof because === "string" ? because : referenceTo(because) };
}

/** The record next above another, with its effective status. */
export type Above = { readonly record: StatusFields; readonly effective: EffectiveStatus };

/** {@link effectiveStatus} of a record, where that of what stands above it is known: for many records side by side. */
export function statusBelow(
  state: ValueReader,
  record: StatusFields,
  above: Above | undefined,
): EffectiveStatus {
  const status = own(state, record);
  const { parent } = record;
  const isOrphan = above && parent !== undefined && parent !== referenceTo(above.record);
  const nearest: EffectiveStatus =
    isOrphan && isStricter("retired", status)
      ? { status: "retired", because: parent }
      : { status, because: referenceTo(record) };
  return above && isStricter(above.effective.status, nearest.status) ? above.effective : nearest;
}

type Status = EffectiveStatus["status"];

function own(state: ValueReader, { registration, status }: StatusFields): Status {
  const isVoid = registration !== undefined && state.get(knownRegistrationKey(registration))?.void;
  return isVoid === true ? "void" : status;
}

function isStricter(a: Status, b: Status): boolean {
  return a !== b && STRICTNESS.indexOf(a) > STRICTNESS.indexOf(b);
}

/** Whether a reference is that of this record. */
function isReference(reference: Reference, { code, generation }: StatusFields): boolean {
  return (
    reference.length > code.length &&
    reference.startsWith(code) &&
    reference.slice(code.length) === `#${generation}`
  );
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
