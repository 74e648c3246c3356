import { encodeCbor } from "../cbor/index.ts";
import { type Code, isBelow } from "../code/index.ts";
import { MAX_ITEMS } from "../op/limits.ts";
import { referredCode } from "./effective.ts";
import type { ImportRow } from "./import-entry.ts";
import { undelegated } from "./kinds/delegate.ts";
import { codeKey, orderKey, registrationKey, STATUS_PAGES } from "./map-keys.ts";
import type { AliasValue, CodeRecord } from "./values.ts";

/** A decoded value of the parent ledger. */
export type ParentValue = readonly [key: string, value: unknown, encoded: Uint8Array];

/**
 * Chooses, of all that a parent ledger holds, what the ledger of a delegated code begins with: records (the code's own
 * without its delegation), their ended generations, keys, aliases, registrations, anchors, datasets and seals, and the
 * register of classes.
 * The same values always give the same rows, so that anybody with the parent's log can compare.
 *
 * @param childrenOf children of a code in the order of their first registration
 */
export function selectImport(
  values: Iterable<ParentValue>,
  childrenOf: (code: Code) => readonly Code[],
  top: Code,
): ImportRow[] {
  const rows: ImportRow[] = [];
  const registrations = new Map<string, Uint8Array>();
  const wanted = new Set<string>();
  for (const [key, value, encoded] of values) {
    const [kind = ""] = key.split("/", 1);
    if (kind === "registration") registrations.set(key, encoded);
    else if (belongs(kind, key, value, top)) rows.push([key, ownOf(key, value, encoded, top)]);
    if (kind === "code" && belongs(kind, key, value, top)) {
      const { registration } = value as CodeRecord;
      if (registration !== undefined) wanted.add(registrationKey(registration));
      if (!key.includes("#"))
        rows.push(...orderRows(key.slice("code/".length) as Code, childrenOf));
    }
  }
  for (const [key, encoded] of registrations) if (wanted.has(key)) rows.push([key, encoded]);
  return rows;
}

function belongs(kind: string, key: string, value: unknown, top: Code): boolean {
  const within = (code: Code): boolean => code === top || isBelow(code, top);
  switch (kind) {
    case "class":
      return true;
    case "code":
      return within((value as CodeRecord).code);
    case "key":
      return key.includes("#") && within(referredCode(key.slice("key/".length)));
    case "dataset":
    case "seals":
    case "unseal":
    case STATUS_PAGES:
      return within(referredCode(key.slice(kind.length + 1)));
    case "anchor":
      return isBelow(key.slice("anchor/".length) as Code, top);
    case "alias": {
      const { code } = value as AliasValue;
      return code !== undefined && within(referredCode(code));
    }
    default:
      return false;
  }
}

function ownOf(key: string, value: unknown, encoded: Uint8Array, top: Code): Uint8Array {
  if (key !== codeKey(top)) return encoded;
  return encodeCbor(undelegated(value as CodeRecord) as never);
}

function orderRows(code: Code, childrenOf: (code: Code) => readonly Code[]): ImportRow[] {
  const codes = childrenOf(code);
  const rows: ImportRow[] = [];
  for (let start = 0; start < codes.length; start += MAX_ITEMS) {
    const part = codes.slice(start, start + MAX_ITEMS);
    rows.push([orderKey(code, start), encodeCbor(part)]);
  }
  return rows;
}
