import { type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import type { Hash } from "../merkle/hash.ts";
import { bytes, fields, fitShape, integer, literal, type Shape, tuple } from "../op/shape.ts";
import { err, ok, type Result } from "../result.ts";

/** `["block", {…}]`: closes each non-empty block of the log. */
export type BlockEntry = {
  /** Rule version that the block was applied with. */
  readonly app: number;
  /** Block time, Unix milliseconds. */
  readonly time: number;
  /** How many entries of the log the block holds beside this one. */
  readonly count: number;
  /** Log index of its first entry; `first + count` is the index of this one. */
  readonly first: number;
  /** Non-empty blocks before it. */
  readonly height: number;
  /** Root of the map after the block. */
  readonly mapRoot: Hash;
};

export type BlockEntryRefusal = { readonly code: "PROOF_BLOCK_ENTRY"; readonly why: string };

const SAFE = integer(0, Number.MAX_SAFE_INTEGER);

const entry: Shape<readonly ["block", BlockEntry]> = tuple<readonly ["block", BlockEntry]>(
  literal("block"),
  fields<BlockEntry>({
    app: integer(1, 0xffff),
    time: SAFE,
    count: integer(1, Number.MAX_SAFE_INTEGER),
    first: SAFE,
    height: SAFE,
    mapRoot: bytes(32) as Shape<Hash>,
  }),
);

export function encodeBlockEntry(block: BlockEntry): Uint8Array {
  return encodeCbor(["block", block]);
}

/** Reads a block entry; its bytes are not trusted. */
export function decodeBlockEntry(encoded: Uint8Array): Result<BlockEntry, BlockEntryRefusal> {
  const value = decodeCbor(encoded);
  if (!value.ok) return err({ code: "PROOF_BLOCK_ENTRY", why: value.error.code });
  const fit = fitShape(entry, value.value as CborValue);
  return fit.ok ? ok(fit.value[1]) : err({ code: "PROOF_BLOCK_ENTRY", why: fit.error.path });
}

/** Whether an entry of the log is a block entry, by its first bytes: `82 65 "block"`. */
export function isBlockEntry(encoded: Uint8Array): boolean {
  return encoded[0] === 0x82 && encoded[1] === 0x65 && encoded[2] === 0x62 && encoded[3] === 0x6c;
}
