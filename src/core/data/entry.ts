import { type CborValue, encodeCbor, isCborMap } from "../cbor/index.ts";
import { type Code, parseCode } from "../code/index.ts";
import { encodeSign1, sigStructure } from "../cose/index.ts";
import { type Hash, hashLeaf, toHash } from "../merkle/index.ts";
import { type EnvelopeRefusal, openEnvelope } from "../op/index.ts";
import { err, ok, type Result } from "../result.ts";
import { MAX_OBSERVATIONS } from "./limits.ts";

/** Content type that keeps the entries of datasets apart from operations, seals and tokens. */
export const DATA_TYPE = "application/vnd.cityid.data+cbor";

/** What the source says in the headers and the payload of an entry. */
export type EntryClaims = {
  /** Whose data it is: a device, a department. */
  readonly source: Code;
  /** Name of the dataset's log. */
  readonly audience: string;
  /** When the source says it signed. */
  readonly iatSeconds: number;
  /** Observations. */
  readonly count: number;
  /** RFC 9162 root over them. */
  readonly root: Hash;
};

export type EntryHeader = {
  /** −8 and −19: Ed25519; −7: ES256. */
  readonly alg: number;
  /** First 8 bytes of the key's thumbprint: selects a key, proves nothing. */
  readonly kid: Uint8Array;
};

/** An entry of a dataset log. Its signature is not checked. */
export type DataEntry = EntryClaims &
  EntryHeader & {
    /** The COSE_Sign1 as it stands in the log. */
    readonly bytes: Uint8Array;
    /** Leaf hash: its identity. */
    readonly hash: Hash;
    /** What the signature covers. */
    readonly message: Uint8Array;
    readonly signature: Uint8Array;
  };

export type EntryRefusal =
  | EnvelopeRefusal
  | { readonly code: "DATA_ENTRY"; readonly field: string; readonly want: string };

/** An entry that lacks only its signature. */
export type UnsignedEntry = {
  readonly protectedBytes: Uint8Array;
  readonly payload: Uint8Array;
  /** What is to be signed. */
  readonly message: Uint8Array;
};

/** The protected header of entries that one source signs for one log within a second. @see RFC 9597 */
export function encodeEntryHeader(
  { source, audience, iatSeconds }: Omit<EntryClaims, "count" | "root">,
  { alg, kid }: EntryHeader,
): Uint8Array {
  const said = new Map<number, CborValue>([
    [1, source],
    [3, audience],
    [6, iatSeconds],
  ]);
  const header = new Map<number, CborValue>([
    [1, alg],
    [3, DATA_TYPE],
    [4, kid],
    [15, said],
  ]);
  return encodeCbor(header);
}

/**
 * Writes what an entry's signature covers. @see RFC 9052 §4.4
 *
 * @param protectedBytes its header, where somebody has it
 */
export function composeEntry(
  claims: EntryClaims,
  header: EntryHeader,
  protectedBytes: Uint8Array = encodeEntryHeader(claims, header),
): UnsignedEntry {
  const { count, root } = claims;
  const payload = encodeCbor({ n: count, root });
  return { protectedBytes, payload, message: sigStructure(protectedBytes, payload) };
}

/** The entry with its signature of 64 bytes; of ES256 r‖s with low s. */
export function encodeEntry(
  { protectedBytes, payload }: UnsignedEntry,
  signature: Uint8Array,
): Uint8Array {
  return encodeSign1({ protectedBytes, payload, signature });
}

/** An entry of one's own with its signature: what {@link decodeEntry} reads out of its bytes. */
export function completeEntry(
  claims: EntryClaims,
  header: EntryHeader,
  unsigned: UnsignedEntry,
  signature: Uint8Array,
): DataEntry {
  const bytes = encodeEntry(unsigned, signature);
  const { message } = unsigned;
  return { ...claims, ...header, bytes, hash: hashLeaf(bytes), message, signature };
}

/**
 * Reads an entry, and only its one deterministic spelling. The bytes are not trusted; the signature is not looked at.
 *
 * @returns the entry, or the first check that failed: of `openEnvelope`, `DATA_ENTRY` (`iss`, `unprotected`, `payload`, `n`, `root`)
 */
export function decodeEntry(bytes: Uint8Array): Result<DataEntry, EntryRefusal> {
  const envelope = openEnvelope(bytes, DATA_TYPE);
  if (!envelope.ok) return envelope;
  const { iss, aud, iatSeconds, alg, kid, sign1, payload, sigStructure: message } = envelope.value;
  const source = parseCode(iss);
  if (!source.ok) return misfit("iss", "a code");
  if (sign1.webauthn !== undefined) return misfit("unprotected", "nothing: a passkey signs none");
  if (!isCborMap(payload) || Object.keys(payload).length !== 2) return misfit("payload", "n, root");
  const { n: count, root } = payload;
  if (typeof count !== "number" || count < 1 || count > MAX_OBSERVATIONS) {
    return misfit("n", `1 to ${MAX_OBSERVATIONS}`);
  }
  const hash = root instanceof Uint8Array ? toHash(root) : undefined;
  if (hash === undefined) return misfit("root", "32 bytes");
  return ok({
    ...{ source: source.value, audience: aud, iatSeconds, count, root: hash, alg, kid },
    ...{ bytes, hash: hashLeaf(bytes), message, signature: sign1.signature },
  });
}

function misfit(field: string, want: string): Result<never, EntryRefusal> {
  return err({ code: "DATA_ENTRY", field, want });
}
