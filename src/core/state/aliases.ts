import type { Code } from "../code/index.ts";
import { present } from "../invariant.ts";
import type { Alias } from "../op/statement.ts";
import { err, ok, type Result } from "../result.ts";
import type { Context } from "./context.ts";
import { effectiveStatus, referenceTo, referredCode } from "./effective.ts";
import { aliasKey, codeKey, type MapKey } from "./map-keys.ts";
import type { AliasValue, Reference } from "./values.ts";

export type AliasRefusal = {
  readonly code: "STATE_ALIAS_TAKEN";
  readonly scheme: string;
  readonly value: string;
  readonly by: Reference;
};

/** The code within which an alias is unique: the division, or what stands in for one above it. */
export function divisionOf(code: Code): string {
  let dots = 0;
  let end = 0;
  // Up to the third separator, or to where the class begins.
  for (; end < code.length && code.charAt(end) !== "/"; end++) {
    if (code.charAt(end) === "." && ++dots === DIVISION_NODES) break;
  }
  return code.slice(0, end);
}

/** `MA`, country, division. */
const DIVISION_NODES = 3;

/** Where an alias of this code stands. */
export function aliasKeyOf(code: Code, { scheme, value }: Alias): MapKey<AliasValue> {
  return aliasKey(divisionOf(code), scheme, value);
}

/** Gives an alias, which stands under `key`, to a record, unless a record that is still in force has it. */
export function takeAlias(
  context: Context,
  key: MapKey<AliasValue>,
  reference: Reference,
  { scheme, value }: Alias,
): Result<void, AliasRefusal> {
  const by = context.tx.get(key)?.code;
  if (by !== undefined && by !== reference && inForce(context, by)) {
    return err({ code: "STATE_ALIAS_TAKEN", scheme, value, by });
  }
  context.tx.put(key, { code: reference });
  return TAKEN;
}

const TAKEN = ok(undefined);

export function releaseAlias(context: Context, code: Code, alias: Alias): void {
  context.tx.put(aliasKeyOf(code, alias), {});
}

/** Whether the generation that a reference names is still there, and neither retired nor void. */
export function inForce(context: Context, reference: Reference): boolean {
  const record = present(context.tx.get(codeKey(referredCode(reference))), reference);
  if (referenceTo(record) !== reference) return false;
  const { status } = effectiveStatus(context.tx, record);
  return status === "active" || status === "suspended";
}
