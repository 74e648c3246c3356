import { concat } from "../bytes.ts";
import { type CborRefusal, type CborValue, decodeCbor, encodeCbor } from "../cbor/index.ts";
import { type Hash, hashLeaf } from "../merkle/hash.ts";
import { err, ok, type Result } from "../result.ts";
import { type Envelope, type EnvelopeRefusal, openEnvelope } from "./envelope.ts";
import { MAX_CHUNK_BYTES } from "./limits.ts";
import type { Apply, Chunk, Operation } from "./operation.ts";
import { fitShape, type ShapeRefusal } from "./shape.ts";
import { application, chunk, operation } from "./shapes.ts";

/** Bytes that somebody wants in the log, read as far as that needs no ledger. */
export type Item =
  | {
      readonly kind: "operation";
      readonly bytes: Uint8Array;
      /** Leaf hash: the operation's identity. */
      readonly hash: Hash;
      readonly envelope: Envelope;
      /** Judged after `aud` and `iat`, in the order that operations.md documents. */
      readonly body: Result<Operation, ShapeRefusal>;
    }
  | {
      readonly kind: "chunk";
      readonly bytes: Uint8Array;
      readonly hash: Hash;
      readonly chunk: Chunk;
      /** Leaf of the manifest's tree: the deterministic CBOR of the items. */
      readonly leaf: Hash;
      /** Where each of its items begins in `bytes`. */
      readonly starts: readonly number[];
    }
  | {
      readonly kind: "refused";
      readonly bytes: Uint8Array;
      readonly hash: Hash;
      readonly refusal: ItemRefusal;
    };

export type ItemRefusal =
  | EnvelopeRefusal
  | CborRefusal
  | ShapeRefusal
  | { readonly code: "OP_NOT_AN_ENTRY"; readonly first: number };

const SIGN1_TAG = 0xd2;
const ARRAY_OF_TWO = 0x82;

/** Whether bytes are a chunk, as far as their first one tells. */
export function isChunk(bytes: Uint8Array): boolean {
  return bytes[0] === ARRAY_OF_TWO;
}

/** Reads one submitted item: a COSE_Sign1 operation or a `["chunk", …]`. */
export function readItem(bytes: Uint8Array): Item {
  return readHashedItem(bytes, hashLeaf(bytes));
}

/** Reads an item whose leaf hash is known. */
export function readHashedItem(bytes: Uint8Array, hash: Hash): Item {
  const read = isChunk(bytes) ? readChunk(bytes, hash) : readOperation(bytes, hash);
  return read.ok ? read.value : { kind: "refused", bytes, hash, refusal: read.error };
}

function readOperation(bytes: Uint8Array, hash: Hash): Result<Item, ItemRefusal> {
  const first = bytes[0];
  if (first !== SIGN1_TAG) return err({ code: "OP_NOT_AN_ENTRY", first: first ?? -1 });
  const envelope = openEnvelope(bytes);
  if (!envelope.ok) return envelope;
  const body = fitShape(operation, envelope.value.payload);
  return ok({ kind: "operation", bytes, hash, envelope: envelope.value, body });
}

/** An application as its applicant signed it. The signature is not checked. */
export type Application = { readonly envelope: Envelope; readonly body: Apply };

/** Reads the application that an `admit` carries: the applicant's own COSE_Sign1. */
export function readApplication(bytes: Uint8Array): Result<Application, ItemRefusal> {
  const envelope = openEnvelope(bytes);
  if (!envelope.ok) return envelope;
  const body = fitShape(application, envelope.value.payload);
  if (!body.ok) return body;
  return ok({ envelope: envelope.value, body: body.value });
}

function readChunk(bytes: Uint8Array, hash: Hash): Result<Item, ItemRefusal> {
  if (bytes.length > MAX_CHUNK_BYTES) {
    return err({ code: "OP_SIZE", bytes: bytes.length, max: MAX_CHUNK_BYTES });
  }
  const starts: number[] = [];
  const decoded = decodeCbor(bytes, { depth: ITEM_DEPTH, starts });
  if (!decoded.ok) return decoded;
  const [word, rest] = decoded.value as readonly CborValue[];
  if (word !== "chunk") return err({ code: "OP_FIELD_TYPE", path: "0", want: "chunk" });
  const body = fitShape(chunk, rest as CborValue);
  if (!body.ok) return body;
  const leaf = hashLeaf(itemsOf(bytes, body.value));
  return ok({ kind: "chunk", bytes, hash, chunk: body.value, leaf, starts });
}

/** `["chunk", {"items": [item, …]}]` */
const ITEM_DEPTH = 3;

// The fields of a chunk in the order of their encoded keys: path, index, items, manifest. What stands around the items is
// short, so encoding that again finds their bytes for less than encoding the items would cost.
const CHUNK_HEAD = concat(Uint8Array.of(0x82), encodeCbor("chunk"), Uint8Array.of(0xa4));
const MANIFEST_TAIL_BYTES = encodeCbor("manifest").length + 2 + 32;

function itemsOf(bytes: Uint8Array, body: Chunk): Uint8Array {
  const before =
    CHUNK_HEAD.length +
    encodeCbor("path").length +
    encodeCbor(body.path).length +
    encodeCbor("index").length +
    encodeCbor(body.index).length +
    encodeCbor("items").length;
  return bytes.subarray(before, bytes.length - MANIFEST_TAIL_BYTES);
}

/** Encodes a chunk as the entry that carries it. */
export function encodeChunk(body: Chunk): Uint8Array {
  return encodeCbor(["chunk", body as unknown as CborValue]);
}

/** The bytes that a chunk's leaf in the manifest's tree is the hash of. */
export function encodeChunkItems(items: Chunk["items"]): Uint8Array {
  return encodeCbor(items as unknown as CborValue);
}

/** Encodes the payload of an operation or an application. */
export function encodePayload(body: Operation | Apply): Uint8Array {
  return encodeCbor(body as unknown as CborValue);
}
