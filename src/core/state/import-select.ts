import { decodeOwnCbor, encodeCbor } from "../cbor/index.ts";
import { type Code, isBelow, parentOf } from "../code/index.ts";
import { MAX_ITEMS } from "../op/limits.ts";
import { referredCode } from "./effective.ts";
import type { ImportRow } from "./import-entry.ts";
import { undelegated } from "./kinds/delegate.ts";
import { codeKey, orderKey, registrationKey, STATUS_PAGES } from "./map-keys.ts";
import type { AliasValue, CodeRecord } from "./values.ts";

/**
 * Chooses, of what a parent ledger holds, what the ledger of a delegated code begins with: records (the code's own without its
 * delegation), their ended generations, keys, aliases, registrations, anchors, datasets and seals, the order of children, and
 * the register of classes. The same values always give the same rows, so that anybody with the parent's log can compare.
 *
 * @param rows in the order of their keys: the latest values under all keys that `isImportable` takes, and what `BirthOrder`
 *   says of the codes among them. Of a million one is in memory at a time
 */
export function* selectImport(rows: Iterable<ImportRow>, top: Code): Generator<ImportRow> {
  // Keys of codes come before those of the registrations that they name.
  const wanted = new Set<string>();
  for (const [key, value] of rows) {
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

/** Which rows of an import tell the children of each code below `top`, in the order of their first registration. */
export class BirthOrder {
  readonly #top: Code;
  readonly #counts = new Map<Code, number>();

  constructor(top: Code) {
    this.#top = top;
  }

  /**
   * Of each importable key, in the order in which their first values were made.
   *
   * @returns the key of the row that it stands in, where it is that of a child: a row is the list of its codes, in this order
   */
  rowOf(key: string): { readonly row: string; readonly code: Code } | undefined {
    const code = codeOf(key);
    const parent = code === undefined || code === this.#top ? undefined : parentOf(code);
    if (code === undefined || parent === undefined) return undefined;
    const count = this.#counts.get(parent) ?? 0;
    this.#counts.set(parent, count + 1);
    return { row: orderKey(parent, count - (count % MAX_ITEMS)), code };
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
