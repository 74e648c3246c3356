/**
 * How a value of the ledger looks in the node's JSON (docs/spec/http.md §1): bytes and COSE_Keys are hex, all else is as it
 * is. Times, which are numbers in the ledger and RFC 3339 text in JSON, are named in the types that have them.
 */
export type Json<T> = T extends Uint8Array | ReadonlyMap<unknown, unknown>
  ? string
  : T extends string | number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: Json<T[K]> };

/** RFC 3339, UTC. */
export type Time = string;

/** Lower-case hex. */
export type Hex = string;

/** Standard base64 with padding. */
export type Base64 = string;

/** A part of a list; `next` is the cursor of the following part. */
export type Page<T> = { readonly items: readonly T[]; readonly next?: string };

/** Which part of a list. */
export type Paging = { readonly limit?: number; readonly cursor?: string };
