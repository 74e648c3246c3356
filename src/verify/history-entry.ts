import {
  type BlockEntry,
  type CborMap,
  type CborValue,
  decodeBlockEntry,
  decodeCbor,
  type Envelope,
  encodeCbor,
  equalBytes,
  type Hash,
  hashLeaf,
  isBlockEntry,
  isCborMap,
  openEnvelope,
  toHash,
  verifyInclusion,
} from "../core/index.ts";

// An entry that is in a log was judged by the rules when it came, and whoever attests the log's map roots says so. What is
// read here is only what ties entries together, so no shape is judged again.

/** What an entry of the log is, as far as a history needs to know. */
export type LogEntry =
  | { readonly kind: "block"; readonly block: BlockEntry }
  | { readonly kind: "genesis" }
  | { readonly kind: "chunk"; readonly chunk: ChunkEntry }
  | { readonly kind: "operation"; readonly signed: SignedContent };

/** What somebody signed, and the id under which decisions and chunks refer to it. */
export type SignedContent = {
  readonly id: Uint8Array;
  readonly iss: string;
  readonly iatSeconds: number;
  /** The payload. */
  readonly body: CborMap;
  /** Of an `admit`: the application inside, which the applicant signed. */
  readonly application?: SignedContent;
};

type ChunkEntry = {
  readonly manifest: Uint8Array;
  readonly index: number;
  readonly items: readonly CborValue[];
  readonly path: readonly Hash[];
};

/** What one entry did to one record. */
export type Content = {
  readonly kind: string;
  /** The fields about this code. */
  readonly fields: CborMap;
  /** Of a deciding vote or a chunk: the id of what it carries out, which stands in another entry. */
  readonly carriedBy?: Uint8Array;
};

/** Reads an entry; `undefined` where it is none of ours. */
export function readLogEntry(bytes: Uint8Array): LogEntry | undefined {
  if (isBlockEntry(bytes)) {
    const block = decodeBlockEntry(bytes);
    return block.ok ? { kind: "block", block: block.value } : undefined;
  }
  const envelope = openEnvelope(bytes);
  if (envelope.ok) {
    const signed = contentOf(envelope.value);
    return signed && { kind: "operation", signed };
  }
  const decoded = decodeCbor(bytes);
  const [word, rest] = decoded.ok && Array.isArray(decoded.value) ? decoded.value : [];
  if (word === "genesis") return { kind: "genesis" };
  const chunk = word === "chunk" ? readChunk(rest) : undefined;
  return chunk && { kind: "chunk", chunk };
}

function contentOf({ id, iss, iatSeconds, payload }: Envelope): SignedContent | undefined {
  if (!isCborMap(payload)) return undefined;
  const { op, application: bytes } = payload;
  const inner = op === "admit" && bytes instanceof Uint8Array ? openEnvelope(bytes) : undefined;
  const application = inner?.ok ? contentOf(inner.value) : undefined;
  return { id, iss, iatSeconds, body: payload, ...(application && { application }) };
}

function readChunk(value: CborValue | undefined): ChunkEntry | undefined {
  if (!isCborMap(value)) return undefined;
  const { manifest, index, items, path } = value;
  if (!(manifest instanceof Uint8Array) || typeof index !== "number") return undefined;
  if (!Array.isArray(items) || !Array.isArray(path)) return undefined;
  const hashes = path.map((hash) => (hash instanceof Uint8Array ? toHash(hash) : undefined));
  return { manifest, index, items, path: hashes.filter((hash) => hash !== undefined) };
}

/**
 * What an entry did to the record of a code; `undefined` where it is about others.
 *
 * @param find - what was signed under an id, among the other entries
 */
export function contentFor(
  entry: LogEntry,
  code: string,
  find: (id: Uint8Array) => SignedContent | undefined,
): Content | undefined {
  switch (entry.kind) {
    case "block":
      return undefined;
    case "genesis":
      return { kind: "genesis", fields: {} };
    case "chunk":
      return contentOfChunk(entry.chunk, code, find);
    case "operation": {
      const { body } = entry.signed;
      return body.op === "endorse" ? decided(body, code, find) : contentOfBody(body, code);
    }
  }
}

function contentOfChunk(
  { manifest: id, index, items, path }: ChunkEntry,
  code: string,
  find: (id: Uint8Array) => SignedContent | undefined,
): Content | undefined {
  const fields = items.find((item) => isCborMap(item) && item.code === code);
  const manifest = innerOf(find(id)?.body);
  if (!isCborMap(fields) || manifest?.op !== "manifest") return undefined;
  const { what, chunks, root } = manifest;
  if (typeof what !== "string" || typeof chunks !== "number") return undefined;
  const of = root instanceof Uint8Array ? toHash(root) : undefined;
  if (of === undefined) return undefined;
  const leaf = hashLeaf(encodeCbor(items));
  const isPart = verifyInclusion(leaf, { index, size: chunks, path }, of).ok;
  return isPart ? { kind: what, fields, carriedBy: id } : undefined;
}

function decided(
  { decision }: CborMap,
  code: string,
  find: (id: Uint8Array) => SignedContent | undefined,
): Content | undefined {
  // Even a rejection may decide: where fewer votes are needed by then, those before it are enough.
  if (!(decision instanceof Uint8Array)) return undefined;
  const signed = find(decision);
  const { application } = signed ?? {};
  const isApplication = application !== undefined && equalBytes(application.id, decision);
  const content = isApplication
    ? contentOfApplication(application, code)
    : signed && contentOfBody(signed.body, code);
  return content && { ...content, carriedBy: decision };
}

function contentOfApplication({ body }: SignedContent, code: string): Content | undefined {
  return body.op === "apply" && body.code === code ? { kind: "admit", fields: body } : undefined;
}

/** Of an operation that executes itself, or (of a `propose`) what is inside. */
function contentOfBody(body: CborMap, code: string): Content | undefined {
  const inner = innerOf(body);
  const kind = inner?.op;
  if (inner === undefined || typeof kind !== "string") return undefined;
  if (kind === "register") return itemOf(kind, code, inner.items);
  if (kind === "succeed") {
    const item = itemOf(kind, code, inner.from, inner.to);
    // What it was, since when and by what source is said once for all of them.
    return item && { kind, fields: { ...inner, ...item.fields } };
  }
  return inner.code === code ? { kind, fields: inner } : undefined;
}

function innerOf(body: CborMap | undefined): CborMap | undefined {
  if (body?.op !== "propose") return body;
  return isCborMap(body.inner) ? body.inner : undefined;
}

function itemOf(
  kind: string,
  code: string,
  ...lists: readonly (CborValue | undefined)[]
): Content | undefined {
  const items = lists.flatMap((list) => (Array.isArray(list) ? list : [])) as CborValue[];
  const fields = items.find((item) => isCborMap(item) && item.code === code);
  return isCborMap(fields) ? { kind, fields } : undefined;
}
