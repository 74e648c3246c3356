import { deflateSync } from "node:zlib";
import { hex, statusBits, type ValueReader } from "../../core/index.ts";

/** `{"bits", "lst"}`: a Token Status List (draft-ietf-oauth-status-list), without a token around it. */
export type StatusList = { readonly bits: 1; readonly lst: string };

// Lists change rarely and are mostly zeros; 131 072 bytes take a millisecond or two to compress.
const MAX_LISTS = 64;

/** The status lists of keys, as the ledger has them now; each is made once for each state of it. */
export function createStatusLists(
  state: ValueReader,
): (holder: string, kid: Uint8Array, hash: Uint8Array) => StatusList {
  const made = new Map<string, StatusList>();
  return (holder, kid, hash) => {
    const name = hex(hash);
    const list = made.get(name) ?? compress(statusBits(state, holder, kid));
    made.delete(name);
    made.set(name, list);
    for (const oldest of made.keys()) {
      if (made.size <= MAX_LISTS) break;
      made.delete(oldest);
    }
    return list;
  };
}

function compress(bits: Uint8Array): StatusList {
  return { bits: 1, lst: deflateSync(bits).toString("base64url") };
}
