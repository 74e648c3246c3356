import { equalBytes, hex } from "../bytes.ts";
import { ancestorsOf, type Code, codeParts, isBelow } from "../code/index.ts";
import { MEMBER } from "../op/operation.ts";
import type { IsoDate, Statement } from "../op/statement.ts";
import { err, ok, type Result } from "../result.ts";
import { type Need, needMembers, needNearest, selfAndAncestors } from "./authority.ts";
import { type Context, type Ground, today } from "./context.ts";
import { type EffectiveStatus, effectiveStatus, referenceTo, referredCode } from "./effective.ts";
import { lineAbove } from "./line.ts";
import { codeKey, type MapKey } from "./map-keys.ts";
import type { Transaction } from "./transaction.ts";
import type { Authority, CodeRecord, Reference } from "./values.ts";

// Rules that several kinds share.

export type RuleRefusal =
  | { readonly code: "STATE_UNKNOWN"; readonly subject: string }
  | { readonly code: "STATE_SUSPENDED"; readonly subject: string; readonly because: Reference }
  | { readonly code: "STATE_RETIRED"; readonly subject: string; readonly because: Reference }
  | { readonly code: "STATE_VOID"; readonly subject: string; readonly because: Reference }
  | {
      readonly code: "STATE_DELEGATED";
      readonly subject: string;
      readonly because: Reference;
      readonly origin: string;
      readonly url: string;
    }
  | {
      readonly code: "STATE_PREV";
      readonly subject: string;
      readonly want: string;
      readonly got: string;
    }
  | {
      readonly code: "STATE_VALID_FROM";
      readonly field: string;
      readonly validFrom: IsoDate;
      readonly today: IsoDate;
    };

/** Whether a code is a division's own: cities answer to the members, and all that is below them to a parent. */
export function isDivision(code: Code): boolean {
  const { division, departments, classNodes } = codeParts(code);
  return division !== undefined && departments.length === 0 && classNodes.length === 0;
}

/** Whoever stands above a code governs it, by as many keys as must agree there: of a division the consortium. */
export function needAbove(tx: Transaction, code: Code, subjects: readonly Code[]): Need {
  if (isDivision(code)) return needMembers(tx, "govern", subjects);
  return needNearest(tx, ancestorsOf(code), "govern", subjects, ({ threshold }) => threshold);
}

/** The record, whatever its status. */
export function existing(context: Context, code: Code): Result<CodeRecord, RuleRefusal> {
  const record = context.tx.get(codeKey(code));
  return record === undefined ? err({ code: "STATE_UNKNOWN", subject: code }) : ok(record);
}

/** The record, if its effective status is active and this ledger is the one to change it. */
export function active(context: Context, code: Code): Result<CodeRecord, RuleRefusal> {
  const record = existing(context, code);
  if (!record.ok) return record;
  const refusal =
    inactive(code, effectiveStatus(context.tx, record.value)) ?? frozen(context, code, false);
  return refusal === undefined ? record : err(refusal);
}

/** As `active`, for what would change something below the record. */
export function activeAbove(context: Context, code: Code): Result<CodeRecord, RuleRefusal> {
  const record = active(context, code);
  if (!record.ok) return record;
  const refusal = frozen(context, code, true);
  return refusal === undefined ? record : err(refusal);
}

/**
 * Why this ledger changes nothing at `code` (or, where `below`, below it): what stands strictly below a delegated record
 * lives in another ledger.
 */
export function frozen(context: Context, code: Code, below: boolean): RuleRefusal | undefined {
  const own = below ? delegated(context, code, codeKey(code)) : undefined;
  if (own !== undefined) return own;
  for (const key of lineAbove(code)) {
    const above = delegated(context, code, key);
    if (above !== undefined) return above;
  }
  return undefined;
}

function delegated(
  { tx }: Context,
  subject: Code,
  key: MapKey<CodeRecord>,
): RuleRefusal | undefined {
  const record = tx.get(key);
  if (record?.delegation === undefined) return undefined;
  const { origin, url } = record.delegation;
  return { code: "STATE_DELEGATED", subject, because: referenceTo(record), origin, url };
}

/** The record, if it is active or suspended: a suspension must not stop its own undoing. */
export function notEnded(context: Context, code: Code): Result<CodeRecord, RuleRefusal> {
  const record = existing(context, code);
  if (!record.ok) return record;
  const effective = effectiveStatus(context.tx, record.value);
  const ended = effective.status === "suspended" ? undefined : inactive(code, effective);
  const refusal = ended ?? frozen(context, code, false);
  return refusal === undefined ? record : err(refusal);
}

/**
 * The record, if it has not ended and `by` could lift each suspension that lies on it: one's own suspension hinders
 * nobody, and that of somebody above is not evaded by what it should stop.
 */
export function unhindered(
  context: Context,
  code: Code,
  by: Authority,
): Result<CodeRecord, RuleRefusal> {
  const record = notEnded(context, code);
  if (!record.ok) return record;
  const because = hindrance(context, code, by);
  return because === undefined ? record : err({ code: "STATE_SUSPENDED", subject: code, because });
}

/** At or above a code, the record that somebody suspended whose suspension `by` could not lift. */
export function hindrance(context: Context, code: Code, by: Authority): Reference | undefined {
  for (const each of selfAndAncestors(code)) {
    const record = context.tx.get(codeKey(each));
    // A ledger that a subtree was delegated to does not hold what stands above it.
    if (record === undefined) continue;
    if (record.suspendedBy.some((suspender) => !outranks(by, suspender))) {
      return referenceTo(record);
    }
  }
  return undefined;
}

/**
 * Whether a record's keys may act at all: not once it has ended, nor while somebody else has suspended it. For kinds that
 * act on what is suspended; where the subject must be active, so must everybody above it.
 */
export function mayAct(context: Context, by: Authority): Result<void, RuleRefusal> {
  if (by === "members" || by.startsWith(MEMBER)) return ok(undefined);
  const record = unhindered(context, referredCode(by), by);
  return record.ok ? ok(undefined) : record;
}

/** Whether `by` may lift what `suspender` imposed: its own, or that of someone below it. */
export function outranks(by: Authority, suspender: Authority): boolean {
  if (by === suspender || by === "members") return true;
  if (suspender === "members") return false;
  return isBelow(referredCode(suspender), referredCode(by));
}

/** Who has suspended a record that stands above `top`, where the ledger of `top` ends: nobody there could stand in for it. */
export function suspenderAbove(
  { suspendedBy }: Pick<CodeRecord, "suspendedBy">,
  top: Code,
): Authority | undefined {
  return suspendedBy.find((each) => standsAbove(each, top));
}

/** Whether an authority stands strictly above a code. */
export function standsAbove(by: Authority, code: Code): boolean {
  return by === "members" || isBelow(code, referredCode(by));
}

/** Why an effective status hinders; `undefined` where it does not. */
export function inactive(
  subject: string,
  { status, because }: EffectiveStatus,
): RuleRefusal | undefined {
  if (status === "active") return undefined;
  if (status === "suspended") return { code: "STATE_SUSPENDED", subject, because };
  if (status === "retired") return { code: "STATE_RETIRED", subject, because };
  return { code: "STATE_VOID", subject, because };
}

/** Whether `prev` names the change that was really the last one. */
export function follows(
  subject: string,
  prev: Uint8Array,
  last: Uint8Array,
): Result<void, RuleRefusal> {
  return equalBytes(prev, last)
    ? ok(undefined)
    : err({ code: "STATE_PREV", subject, want: hex(last), got: hex(prev) });
}

/** Whether both name the same last change; both absent where there was none. */
export function samePrev(prev: Uint8Array | undefined, last: Uint8Array | undefined): boolean {
  if (prev === undefined || last === undefined) return prev === last;
  return equalBytes(prev, last);
}

export function shown(hash: Uint8Array | undefined): string {
  return hash === undefined ? "none" : hex(hash);
}

/** What makes statements: a registration, an update, the names of a genesis. */
type Stated = {
  readonly names?: Readonly<Record<string, Statement<unknown>>>;
  readonly attributes?: Readonly<Record<string, Statement<unknown>>>;
  readonly geometry?: Statement<unknown>;
  readonly stage?: Statement<unknown>;
};

/** Refuses statements about the future: time alone changes nothing. */
export function notInFuture(
  context: Ground,
  ...items: readonly Stated[]
): Result<void, RuleRefusal> {
  const now = today(context);
  for (const item of items) {
    const field = firstAfter(item, now);
    if (field !== undefined) {
      return err({ code: "STATE_VALID_FROM", ...field, today: now });
    }
  }
  return ok(undefined);
}

type Dated = { readonly field: string; readonly validFrom: IsoDate };

function firstAfter(
  { names, attributes, geometry, stage }: Stated,
  now: IsoDate,
): Dated | undefined {
  return (
    inMap("names", names, now) ??
    inMap("attributes", attributes, now) ??
    one("geometry", geometry, now) ??
    one("stage", stage, now)
  );
}

function inMap(field: string, statements: Stated["names"], now: IsoDate): Dated | undefined {
  if (statements === undefined) return undefined;
  for (const name of Object.keys(statements)) {
    const late = one(field, statements[name], now);
    if (late !== undefined) return { ...late, field: `${field}/${name}` };
  }
  return undefined;
}

function one(
  field: string,
  statement: Statement<unknown> | undefined,
  now: IsoDate,
): Dated | undefined {
  if (statement === undefined || statement.validFrom <= now) return undefined;
  return { field, validFrom: statement.validFrom };
}

/** Notes that a record of a registration was changed for the first time, so that the registration stays as it is. */
export function countChange(context: Context, record: CodeRecord): void {
  const { registration, born, op, control } = record;
  if (registration === undefined || !equalBytes(born, op) || !equalBytes(born, control)) return;
  context.work.raiseChanged(registration);
}
