import {
  type Code,
  type CodeRecord,
  codeKey,
  decisionKey,
  equalBytes,
  err,
  hex,
  manifestKey,
  ok,
  present,
  type Result,
} from "../../core/index.ts";
import type { ControlBefore } from "../../verify/index.ts";
import { MAX_HISTORY_BYTES } from "../limits.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import { createBreaks } from "./breaks.ts";
import { type ChainLink, type ChainReader, previousLink, readLink } from "./chain.ts";
import { generationOf } from "./generation.ts";
import { formatPlace, type HistoryPlace } from "./history-place.ts";

/** What a page of a history shows. */
export type FoundPage = {
  /** Entries of this log: links, what carries them, what dates them. */
  readonly indices: ReadonlySet<number>;
  readonly before: readonly ControlBefore[];
  /** Where the next page goes on; `undefined` at the end. */
  readonly next?: HistoryPlace;
  /** That is not in this log: the record came from the ledger above. */
  readonly isAbove: boolean;
};

/** The chains of one generation, as far as they have been walked. */
type Heads = {
  readonly record: CodeRecord;
  op: Uint8Array | undefined;
  control: Uint8Array | undefined;
};

/**
 * Walks both chains of a record back from a place, the newest link first, through one generation after the other, up to
 * `maxChanges` links or some bytes.
 */
export async function findPage(
  reader: ChainReader,
  code: Code,
  place: HistoryPlace,
  maxChanges: number,
): Promise<Result<FoundPage, HttpRefusal>> {
  const strange = err<HttpRefusal>({ code: "HTTP_CURSOR", got: formatPlace(place).slice(0, 64) });
  const indices = new Set<number>();
  const before: ControlBefore[] = [];
  let bytes = 0;
  let { generation } = place;
  const newest = reader.state.get(codeKey(code));
  const first = newest && generationOf(reader, newest, generation);
  if (newest === undefined || first === undefined) return strange;
  let heads: Heads = { record: first, op: place.op, control: place.control };
  const next = () => {
    return { sizes: place.sizes, generation, op: heads.op, control: heads.control };
  };
  const breaks = createBreaks();
  for (let changes = 0; changes < maxChanges && bytes < MAX_HISTORY_BYTES; changes += 1) {
    await breaks();
    if (heads.op === undefined && heads.control === undefined) {
      generation -= 1;
      const record = generationOf(reader, newest, generation);
      if (record === undefined) return ok({ indices, before, isAbove: false });
      heads = { record, op: record.op, control: record.control };
    }
    const chain = newerChain(reader, heads);
    if (chain === undefined) return ok({ indices, before, next: next(), isAbove: true });
    const hash = present(heads[chain], "the head of a chain");
    const link = readLink(reader, heads.record, chain, hash);
    const needed = link && [...indicesFor(reader, link)];
    // A size that somebody made up may end between a change and its block entry.
    if (link === undefined || !needed?.every((index) => index < place.sizes[0])) return strange;
    for (const index of needed) {
      if (indices.has(index)) continue;
      indices.add(index);
      bytes += present(reader.ledger.entry(index), "an entry of the log").length;
    }
    const ended = advance(reader, heads, chain, link);
    if (ended !== undefined) before.push({ generation, hash: ended as ControlBefore["hash"] });
  }
  const isOver = heads.op === undefined && heads.control === undefined && generation === 1;
  return ok({ indices, before, ...(!isOver && { next: next() }), isAbove: false });
}

/** The chain whose head stands later in this log; `undefined` where neither does. */
function newerChain({ ledger }: ChainReader, { op, control }: Heads): "op" | "control" | undefined {
  const described = op && ledger.indexOf(op);
  const controlled = control && ledger.indexOf(control);
  if (described === undefined) return controlled === undefined ? undefined : "control";
  return controlled !== undefined && controlled > described ? "control" : "op";
}

/**
 * Goes on to the link before. Where a generation began, or a succession ended it, that is the head of both chains.
 *
 * @returns behind such a succession, which names only the `op` before it, the last change of control before it
 */
function advance(
  reader: ChainReader,
  heads: Heads,
  chain: "op" | "control",
  link: ChainLink,
): Uint8Array | undefined {
  const { record, op, control } = heads;
  const isBoth = op !== undefined && control !== undefined && equalBytes(op, control);
  if (link.chain === "born") {
    if (isBoth || chain === "op") heads.op = undefined;
    if (isBoth || chain === "control") heads.control = undefined;
    return undefined;
  }
  heads[chain] = previousLink(reader, record.code, chain, link);
  if (!isBoth) return undefined;
  heads.control = previousLink(reader, record.code, "control", link);
  return heads.control;
}

/** The link itself, what carries what it executed, and its block entry. */
function* indicesFor({ ledger, state }: ChainReader, link: ChainLink): Generator<number> {
  yield link.index;
  const { first, count } = present(ledger.blockOf(link.index), "the block of an entry");
  yield first + count;
  const id = link.manifest ?? link.part.decision;
  if (id === undefined) return;
  // What was proposed is carried by its proposal, whichever vote executed it.
  const carrier = state.get(decisionKey(id))?.op ?? state.get(manifestKey(id))?.op;
  const hash = present(carrier, `what carries ${hex(id)}`);
  yield present(ledger.indexOf(hash), "an entry of the log");
}
