import {
  ALG_ES256,
  type CborValue,
  type ChunkItem,
  decodeBlockEntry,
  decodeCbor,
  type Envelope,
  hashLeaf,
  hex,
  type InnerOperation,
  isBlockEntry,
  type Operation,
  present,
  readItem,
} from "../../core/index.ts";
import type { LedgerReader } from "../../ledger/index.ts";
import { type Json, timeOfMilliseconds, timeOfSeconds, toJson } from "../http/json.ts";

/** An entry of the log, read for showing it. What stands in the log was judged when it came. */
export type Entry =
  | { readonly kind: "operation"; readonly envelope: Envelope; readonly operation: Operation }
  | { readonly kind: "chunk"; readonly items: readonly ChunkItem[]; readonly content: CborValue }
  | { readonly kind: "genesis" | "import" | "block"; readonly content: CborValue };

/** Reads an entry of our own log. */
export function readEntry(bytes: Uint8Array): Entry {
  if (isBlockEntry(bytes)) {
    const block = decodeBlockEntry(bytes);
    return { kind: "block", content: present(block.ok ? block.value : undefined, "a block entry") };
  }
  const item = readItem(bytes);
  if (item.kind === "operation" && item.body.ok) {
    return { kind: "operation", envelope: item.envelope, operation: item.body.value };
  }
  if (item.kind === "chunk") {
    return { kind: "chunk", items: item.chunk.items, content: item.chunk as unknown as CborValue };
  }
  const [word, content] = pairIn(bytes);
  return { kind: word === "import" ? "import" : "genesis", content: present(content, "a content") };
}

function pairIn(bytes: Uint8Array): readonly (CborValue | undefined)[] {
  const decoded = decodeCbor(bytes);
  return decoded.ok && Array.isArray(decoded.value) ? decoded.value : [];
}

/** An entry as it stands in lists: what, when, by whom, about which codes. docs/spec/http.md §2. */
export type EntrySummary = {
  readonly hash: string;
  readonly index: number;
  readonly time: string;
  readonly height: number;
  readonly kind: string;
  readonly signed?: Signed;
  readonly codes: readonly string[];
};

/** Who signed an operation, as its protected header says. */
export type Signed = {
  readonly iss: string;
  readonly aud: string;
  readonly iat: string;
  readonly kid: string;
  readonly alg: "Ed25519" | "ES256";
  readonly passkey?: true;
};

export function summarise(ledger: LedgerReader, index: number, bytes: Uint8Array): EntrySummary {
  const entry = readEntry(bytes);
  const block = present(ledger.blockOf(index), "the block of an entry");
  return {
    hash: hex(hashLeaf(bytes)),
    index,
    time: timeOfMilliseconds(block.timeMilliseconds),
    height: block.height,
    kind: entry.kind === "operation" ? entry.operation.op : entry.kind,
    ...(entry.kind === "operation" && { signed: signedJson(entry.envelope) }),
    codes: codesOf(entry).slice(0, MAX_CODES),
  };
}

const MAX_CODES = 20;

export function signedJson({ iss, aud, iatSeconds, kid, alg, sign1 }: Envelope): Signed {
  return {
    iss,
    aud,
    iat: timeOfSeconds(iatSeconds),
    kid: hex(kid),
    alg: alg === ALG_ES256 ? "ES256" : "Ed25519",
    ...(sign1.webauthn !== undefined && { passkey: true }),
  };
}

/** The content of an entry as JSON. */
export function contentJson(entry: Entry): Json {
  return toJson(entry.kind === "operation" ? entry.operation : entry.content);
}

/** The codes that an entry names as what it is about. */
function codesOf(entry: Entry): readonly string[] {
  if (entry.kind === "chunk") return entry.items.map(({ code }) => code);
  return entry.kind === "operation" ? codesOfOperation(entry.operation) : [];
}

function codesOfOperation(op: Operation): readonly string[] {
  switch (op.op) {
    case "propose":
      return codesOfInner(op.inner);
    case "admit":
    case "endorse":
      return [];
    default:
      return codesOfInner(op);
  }
}

export function codesOfInner(op: InnerOperation): readonly string[] {
  switch (op.op) {
    case "gazette":
    case "register":
      return op.items.map(({ code }) => code);
    case "manifest":
      return [op.under];
    case "update":
    case "keys":
    case "recover":
    case "status":
    case "delegate":
    case "dataset":
    case "grant":
    case "revoke":
    case "seals":
    case "unseal":
      return [op.code];
    case "request":
      return [op.code, op.dataset];
    case "anchor":
      return op.items.map(({ code }) => code);
    case "succeed":
      return [...new Set([...op.from, ...op.to].map(({ code }) => code))];
    case "classes":
    case "void":
    case "member":
    case "validator":
    case "param":
      return [];
  }
}
