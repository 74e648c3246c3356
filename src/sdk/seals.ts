import {
  bornPrefix,
  type Code,
  composeSeal,
  encodeSeal,
  fromBase64,
  fromHex,
  HASH_BYTES,
  type Hash,
  hashLeaf,
  merkleRoot,
  type Seal,
  type SealClaims,
  type Seals,
  STATUS_BYTES,
} from "../core/index.ts";
import { type BatchPath, SEAL_EVIDENCE_FORMAT, type SealEvidence } from "../verify/seal/index.ts";
import type { Base64, Hex } from "./json.ts";
import { fromBase64Url, type Signer } from "./signer.ts";
import type { Transport } from "./transport.ts";

/** What is sealed: a code, in the generation that was `born` so. */
export type SealSubject = {
  readonly code: Code;
  /** Of the record, 32 bytes. */
  readonly born: Uint8Array;
};

export type SealTerms = {
  /** The serial of the first seal; those behind it go on from there. */
  readonly first: number;
  readonly iatSeconds: number;
  readonly expSeconds?: number;
};

/** A seal that was made, and its serial. */
export type MadeSeal = { readonly code: Code; readonly serial: number; readonly bytes: Uint8Array };

/** Makes one seal. The signer's key needs the use `seal`; whether it may seal this code, whoever checks judges. */
export async function makeSeal(claims: SealClaims, signer: Signer): Promise<Uint8Array> {
  const unsigned = composeSeal(claims, signer);
  return encodeSeal(unsigned, await signer.sign(unsigned.message));
}

/** Makes seals one after the other, with serials without a gap: what can be logged as one batch. */
export async function* makeSeals(
  subjects: Iterable<SealSubject> | AsyncIterable<SealSubject>,
  { first, ...times }: SealTerms,
  signer: Signer,
): AsyncGenerator<MadeSeal, void, undefined> {
  let serial = first;
  for await (const { code, born } of subjects) {
    const bytes = await makeSeal({ code, serial, born: bornPrefix(born), ...times }, signer);
    yield { code, serial, bytes };
    serial += 1;
  }
}

/** What makes a batch of seals known to the ledger. `holder` is the record whose key made them. */
export function batchOperation(holder: Code, seals: readonly Seal[]): Seals {
  const first = seals[0]?.serial ?? 0;
  const root = merkleRoot(seals.map(({ bytes }) => hashLeaf(bytes)));
  return { op: "seals", code: holder, first, count: seals.length, root };
}

/** As the node answers it. */
export type SealEvidenceJson = {
  readonly format: string;
  readonly proofs: readonly unknown[];
  readonly statuses?: readonly { readonly bits: number; readonly lst: string }[];
  readonly paths?: readonly {
    readonly kid: Hex;
    readonly serial: number;
    readonly first: number;
    readonly leaf: Base64;
    readonly path: readonly Base64[];
  }[];
};

export type Sealing = {
  /** What a verdict on a seal rests on, as text to keep: for `readSealEvidence`. */
  sealEvidence(code: string, kid: Hex, serial: number): Promise<string>;
  /** Gives the node the seals of a batch that was logged: their leaf hashes, so that it serves paths. */
  putBatch(holder: string, kid: Hex, first: number, seals: readonly Uint8Array[]): Promise<void>;
};

export function createSealing(transport: Transport): Sealing {
  return {
    sealEvidence: async (code, kid, serial) => {
      const query = { kid, serial };
      const path = `/v1/codes/${encodeURIComponent(code)}/seals`;
      return (await transport.send("GET", path, { query })).text();
    },
    putBatch: async (holder, kid, first, seals) => {
      const body = new Uint8Array(HASH_BYTES * seals.length);
      for (const [i, bytes] of seals.entries()) body.set(hashLeaf(bytes), HASH_BYTES * i);
      const path = `/v1/seals/${encodeURIComponent(holder)}/${kid}/batches/${first}`;
      await transport.send("PUT", path, { body, type: "application/octet-stream" });
    },
  };
}

/** Not evidence as a node writes it. What is in it is not judged here. */
export class NoSealEvidence extends Error {
  override readonly name = "NoSealEvidence";
}

/**
 * Reads evidence as a node answers it or as it was kept.
 *
 * @throws NoSealEvidence where it has another form
 */
export async function readSealEvidence(text: string): Promise<SealEvidence> {
  try {
    const { format, proofs, statuses = [], paths = [] } = JSON.parse(text) as SealEvidenceJson;
    if (format !== SEAL_EVIDENCE_FORMAT || !Array.isArray(proofs)) throw new NoSealEvidence();
    return {
      proofs,
      statuses: await Promise.all(statuses.map(({ lst }) => inflateStatus(lst))),
      paths: paths.map(readPath),
    };
  } catch (cause) {
    // Whatever another form broke on.
    throw cause instanceof NoSealEvidence ? cause : new NoSealEvidence("", { cause });
  }
}

function readPath({
  kid,
  serial,
  first,
  leaf,
  path,
}: NonNullable<SealEvidenceJson["paths"]>[number]): BatchPath {
  const hash = (each: string) => (fromBase64(each) ?? new Uint8Array()) as Hash;
  const named = fromHex(kid) ?? new Uint8Array();
  return { kid: named, serial, first, leaf: hash(leaf), path: path.map(hash) };
}

/** The bits of a Token Status List; never more than a key has, whatever the stream would give. @throws NoSealEvidence, or what the stream breaks on */
export async function inflateStatus(lst: string): Promise<Uint8Array> {
  const zipped = fromBase64Url(lst);
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bits = new Uint8Array(STATUS_BYTES);
  let at = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return bits.subarray(0, at);
    if (at + value.length > STATUS_BYTES) {
      await reader.cancel();
      throw new NoSealEvidence();
    }
    bits.set(value, at);
    at += value.length;
  }
}
