import { encodeCbor } from "../../cbor/index.ts";
import {
  MAX_ALIASES,
  MAX_ATTRIBUTES,
  MAX_ATTRIBUTES_BYTES,
  MAX_LANGUAGES,
} from "../../op/limits.ts";
import type { UpdateItem } from "../../op/operation.ts";
import type { Alias, Statement } from "../../op/statement.ts";
import { err, ok, type Result } from "../../result.ts";
import { type AliasRefusal, aliasKeyOf, releaseAlias, takeAlias } from "../aliases.ts";
import { type Need, needToRecord } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo } from "../effective.ts";
import { codeKey } from "../map-keys.ts";
import { active, countChange, follows, notInFuture, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { CodeRecord } from "../values.ts";

export type UpdateRefusal =
  | RuleRefusal
  | AliasRefusal
  | {
      readonly code: "STATE_FIELD_LIMIT";
      readonly subject: string;
      readonly field: string;
      readonly max: number;
    }
  | {
      readonly code: "STATE_ALIAS_NOT_HELD";
      readonly subject: string;
      readonly scheme: string;
      readonly value: string;
    };

export function needForUpdate(tx: Transaction, { code }: UpdateItem): Need {
  return needToRecord(tx, code);
}

export function executeUpdate(
  context: Context,
  item: UpdateItem,
  act: Act,
): Result<void, UpdateRefusal> {
  const found = active(context, item.code);
  if (!found.ok) return found;
  const record = found.value;
  const chained = follows(item.code, item.prev, record.op);
  if (!chained.ok) return chained;
  const timely = notInFuture(context, item);
  if (!timely.ok) return timely;
  const aliases = changeAliases(context, record, item);
  if (!aliases.ok) return aliases;
  const described = describe(record, item, aliases.value, act.hash);
  const limited = withinLimits(described);
  if (!limited.ok) return limited;
  countChange(context, record);
  context.tx.put(codeKey(item.code), described);
  return ok(undefined);
}

function describe(
  record: CodeRecord,
  item: UpdateItem,
  aliases: readonly Alias[],
  op: Uint8Array,
): CodeRecord {
  const geometry = latest(record.geometry, item.geometry);
  const stage = latest(record.stage, item.stage);
  return {
    ...record,
    op,
    names: latestOfEach(record.names, item.names),
    attributes: latestOfEach(record.attributes, item.attributes),
    ...(geometry === undefined ? {} : { geometry }),
    ...(stage === undefined ? {} : { stage }),
    links: item.links ?? record.links,
    aliases,
  };
}

/** The statement that is true at present: of two, the one that begins later; of equal ones, the one recorded last. */
function latest<S extends Statement<unknown>>(present: S | undefined, next: S | undefined) {
  if (present === undefined || next === undefined) return next ?? present;
  return next.validFrom >= present.validFrom ? next : present;
}

function latestOfEach<S extends Statement<unknown>>(
  present: { readonly [name: string]: S },
  next: { readonly [name: string]: S } | undefined,
): { readonly [name: string]: S } {
  if (next === undefined) return present;
  const merged: { [name: string]: S } = { ...present };
  for (const [name, statement] of Object.entries(next)) {
    // Own properties only: an attribute may bear the name of something every object inherits.
    const before = Object.hasOwn(present, name) ? present[name] : undefined;
    merged[name] = latest(before, statement) as S;
  }
  return merged;
}

function changeAliases(
  context: Context,
  record: CodeRecord,
  { aliases }: UpdateItem,
): Result<readonly Alias[], UpdateRefusal> {
  let held = record.aliases;
  for (const alias of aliases?.remove ?? []) {
    const kept = held.filter((each) => !sameAlias(each, alias));
    if (kept.length === held.length) {
      return err({ code: "STATE_ALIAS_NOT_HELD", subject: record.code, ...alias });
    }
    releaseAlias(context, record.code, alias);
    held = kept;
  }
  for (const alias of aliases?.add ?? []) {
    const taken = takeAlias(context, aliasKeyOf(record.code, alias), referenceTo(record), alias);
    if (!taken.ok) return taken;
    if (!held.some((each) => sameAlias(each, alias))) held = [...held, alias];
  }
  return ok(held);
}

function sameAlias(a: Alias, b: Alias): boolean {
  return a.scheme === b.scheme && a.value === b.value;
}

function withinLimits(record: CodeRecord): Result<void, UpdateRefusal> {
  const { names, aliases, attributes } = record;
  if (Object.keys(names).length > MAX_LANGUAGES) return over(record, "names", MAX_LANGUAGES);
  if (aliases.length > MAX_ALIASES) return over(record, "aliases", MAX_ALIASES);
  const count = Object.keys(attributes).length;
  if (count > MAX_ATTRIBUTES) return over(record, "attributes", MAX_ATTRIBUTES);
  if (count > 0 && encodeCbor(attributes).length > MAX_ATTRIBUTES_BYTES) {
    return over(record, "attributes bytes", MAX_ATTRIBUTES_BYTES);
  }
  return ok(undefined);
}

function over({ code: subject }: CodeRecord, field: string, max: number) {
  return err({ code: "STATE_FIELD_LIMIT" as const, subject, field, max });
}
