import { compareUtf8 } from "../bytes.ts";
import { decodeOwnCbor, encodeCbor } from "../cbor/index.ts";
import { type Code, isBelow } from "../code/index.ts";
import { MAX_ITEMS } from "../op/limits.ts";
import { referredCode } from "./effective.ts";
import type { ImportRow } from "./import-entry.ts";
import { undelegated } from "./kinds/delegate.ts";
import { codeKey, orderKey, registrationKey, STATUS_PAGES } from "./map-keys.ts";
import type { AliasValue, CodeRecord } from "./values.ts";

/** What a parent ledger holds. Of a million values only those are read that are chosen, one after the other. */
export type ParentValues = {
  /** Keys with a value, in any order; those that `isImportable` refuses may be left out. */
  readonly keys: Iterable<string>;
  /** The latest value under one of them, encoded. */
  readonly latest: (key: string) => Uint8Array;
  /** Children of a code in the order of their first registration. */
  readonly childrenOf: (code: Code) => readonly Code[];
};

/**
 * Chooses, of all that a parent ledger holds, what the ledger of a delegated code begins with: records (the code's own
 * without its delegation), their ended generations, keys, aliases, registrations, anchors, datasets and seals, and the
 * register of classes; in the order of their keys.
 * The same values always give the same rows, so that anybody with the parent's log can compare.
 */
export function* selectImport(
  { keys, latest, childrenOf }: ParentValues,
  top: Code,
): Generator<ImportRow> {
  const chosen: string[] = [];
  const orders = new Map<string, readonly Code[]>();
  for (const key of keys) {
    if (!isImportable(key, top)) continue;
    chosen.push(key);
    const code = codeOf(key);
    if (code !== undefined)
      for (const [at, codes] of ordersOf(code, childrenOf)) orders.set(at, codes);
  }
  // One by one: as arguments of one call a million would be too many.
  for (const key of orders.keys()) chosen.push(key);
  chosen.sort(compareUtf8);
  // Keys of codes come before those of the registrations that they name.
  const wanted = new Set<string>();
  for (const key of chosen) {
    const codes = orders.get(key);
    const value = codes === undefined ? latest(key) : encodeCbor(codes);
    if (key.startsWith("registration/") ? !wanted.has(key) : isElsewhere(key, value, top)) continue;
    if (!key.startsWith("code/")) {
      yield [key, value];
      continue;
    }
    const record = decodeOwnCbor(value) as unknown as CodeRecord;
    if (record.registration !== undefined) wanted.add(registrationKey(record.registration));
    yield [key, key === codeKey(top) ? encodeCbor(undelegated(record) as never) : value];
  }
}

/** Whether a key is of a kind, and of a code, that the ledger of `top` takes over. Of some the value has a say too. */
export function isImportable(key: string, top: Code): boolean {
  const kind = key.slice(0, Math.max(0, key.indexOf("/")));
  const rest = key.slice(kind.length + 1);
  switch (kind) {
    case "class":
    case "alias":
    case "registration":
      return true;
    case "key":
      return rest.includes("#") && isWithin(referredCode(rest), top);
    case "code":
      return isWithin(codeOf(key) ?? referredCode(rest), top);
    case "dataset":
    case "seals":
    case "unseal":
    case STATUS_PAGES:
      return isWithin(referredCode(rest), top);
    case "anchor":
      return isBelow(rest as Code, top);
    default:
      return false;
  }
}

function isWithin(code: Code, top: Code): boolean {
  return code === top || isBelow(code, top);
}

/** An alias names its code in its value; one that was given back names none. */
function isElsewhere(key: string, value: Uint8Array, top: Code): boolean {
  if (!key.startsWith("alias/")) return false;
  const { code } = decodeOwnCbor(value) as unknown as AliasValue;
  return code === undefined || !isWithin(referredCode(code), top);
}

/** The code of whose newest record this is the key. */
export function codeOf(key: string): Code | undefined {
  const isRecord = key.startsWith("code/") && !key.includes("#");
  return isRecord ? (key.slice("code/".length) as Code) : undefined;
}

function* ordersOf(
  code: Code,
  childrenOf: ParentValues["childrenOf"],
): Generator<readonly [key: string, codes: readonly Code[]]> {
  const codes = childrenOf(code);
  for (let start = 0; start < codes.length; start += MAX_ITEMS) {
    yield [orderKey(code, start), codes.slice(start, start + MAX_ITEMS)];
  }
}
