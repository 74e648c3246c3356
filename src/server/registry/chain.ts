import {
  type Code,
  type CodeRecord,
  codeKey,
  type Envelope,
  equalBytes,
  manifestKey,
  present,
  type ValueReader,
} from "../../core/index.ts";
import type { LedgerReader } from "../../ledger/index.ts";
import { type CommittedState, decodeValue } from "../state.ts";
import { chunkItem, isChunkEntry } from "./chunk-item.ts";
import { readEntry } from "./entry.ts";
import { type Part, partFor, partOfItem } from "./part.ts";

/** One of the two chains of a record: what describes it, or who controls it. */
export type ChainName = "op" | "control";

/** A link of a chain: the entry that changed the record. */
export type ChainLink = {
  readonly chain: ChainName | "born";
  readonly hash: Uint8Array;
  readonly index: number;
  readonly part: Part;
  /** Who signed it, where the entry is an operation. */
  readonly envelope?: Envelope;
  /** Where it is a chunk, the manifest that it was signed with. */
  readonly manifest?: Uint8Array;
};

/** Reads the log and the state; manifests and registrations, which many records share, are remembered. */
export type ChainReader = {
  readonly ledger: LedgerReader;
  readonly state: Pick<CommittedState, "get" | "remembered">;
};

/**
 * Walks a chain from `from` (a leaf hash) back to the entry that began the generation: every entry names its predecessor by
 * `prev`, so the way costs as much as the chain is long, however many children the record has. In the ledger of a delegated
 * code the chain ends where it was imported: what was before stands in the parent's log.
 */
export function* walkChain(
  reader: ChainReader,
  record: CodeRecord,
  chain: ChainName,
  from: Uint8Array = record[chain],
): Generator<ChainLink, undefined> {
  for (let hash: Uint8Array | undefined = from; hash !== undefined; ) {
    const link: ChainLink | undefined = readLink(reader, record, chain, hash);
    if (link === undefined) {
      present(isImported(reader, record) || undefined, "a link of a chain");
      return;
    }
    yield link;
    hash = link.chain === "born" ? undefined : previousLink(reader, record.code, chain, link);
  }
}

/** The entry with this leaf hash as a link of the record's chain; `undefined` when there is none, or it is about others. */
export function readLink(
  { ledger, state }: ChainReader,
  record: CodeRecord,
  chain: ChainName,
  hash: Uint8Array,
): ChainLink | undefined {
  const index = ledger.indexOf(hash);
  if (index === undefined) return undefined;
  const isFirst = equalBytes(hash, record.born);
  const manifest = isFirst ? manifestOf(state, record) : undefined;
  if (manifest !== undefined) {
    return {
      chain: "born",
      hash,
      index,
      manifest,
      part: registeredPart(ledger, index, record.code),
    };
  }
  const read = readPart(state, entryAt(ledger, index), record.code);
  return read && { chain: isFirst ? "born" : chain, hash, index, ...read };
}

/** The manifest that a record was registered by. */
function manifestOf(
  { remembered }: ChainReader["state"],
  { registration }: CodeRecord,
): Uint8Array | undefined {
  if (registration === undefined) return undefined;
  return remembered.get(manifestKey(registration)) && registration;
}

/** What a chunk registered: most readers want to know that alone, and the item is looked for among hundreds when they want more. */
function registeredPart(ledger: LedgerReader, index: number, code: Code): Part {
  return {
    kind: "register",
    get fields() {
      return partOfItem(present(chunkItem(entryAt(ledger, index), code), "an item").item).fields;
    },
  };
}

function entryAt(ledger: LedgerReader, index: number): Uint8Array {
  return present(ledger.entry(index), "an entry of the log");
}

function readPart(
  state: ValueReader,
  bytes: Uint8Array,
  code: Code,
): Pick<ChainLink, "part" | "envelope" | "manifest"> | undefined {
  if (isChunkEntry(bytes)) {
    const found = chunkItem(bytes, code);
    return found && { part: partOfItem(found.item), manifest: found.manifest };
  }
  const entry = readEntry(bytes);
  const part = partFor(state, entry, code);
  return part && { part, ...(entry.kind === "operation" && { envelope: entry.envelope }) };
}

/** Whether a record came from the parent ledger: the entry that began it is not of this log. */
export function isImported({ ledger }: ChainReader, { born }: CodeRecord): boolean {
  return ledger.indexOf(born) === undefined;
}

/** The hash of the link before this one. `succeed` ends a record too, and names only the `op` that it follows. */
export function previousLink(
  { ledger }: ChainReader,
  code: Code,
  chain: ChainName,
  { part, index }: ChainLink,
): Uint8Array | undefined {
  const { prev } = part.fields;
  if (prev !== undefined && !(part.kind === "succeed" && chain === "control")) return prev;
  return versionBefore(ledger, code, index)?.[chain];
}

/** The record as it was before the entry at `index`; `undefined` when there was none. */
function versionBefore(ledger: LedgerReader, code: Code, index: number): CodeRecord | undefined {
  for (const version of ledger.versions(codeKey(code))) {
    if (version.index < index) return decodeValue<CodeRecord>(version.value);
  }
  return undefined;
}
