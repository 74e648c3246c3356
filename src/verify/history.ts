import {
  type CborMap,
  type CborValue,
  type Checkpoint,
  type CodeRecord,
  codeKey,
  decodeCbor,
  endedKey,
  equalBytes,
  err,
  type Hash,
  isCborMap,
  ok,
  type Result,
  toHash,
} from "../core/index.ts";
import { type ChainLink, type ChainRefusal, verifyProofChain } from "./delegation.ts";
import { type ControlBefore, type HistoryBundle, parseHistoryBundle } from "./history-bundle.ts";
import type { Content } from "./history-entry.ts";
import { HistoryLog, type HistoryLogRefusal, type LoggedEntry } from "./history-log.ts";
import type { BundleRefusal } from "./reading.ts";
import { type RecordProofRefusal, type RecordVerdict, verifyRecordProof } from "./record-proof.ts";
import type { RecordRefusal } from "./records.ts";
import type { TrustOptions } from "./trust.ts";

/** A chain of a record: what describes it, or who controls it. */
export type HistoryChain = "op" | "control";

/** One change of a record, and the entry of the log that made it. */
export type HistoryChange = {
  readonly generation: number;
  /** Both for the entry that began the generation, and for the succession that ended it. */
  readonly chains: readonly HistoryChain[];
  /** What took effect: of a deciding vote, what was decided; of a chunk, what its manifest does. */
  readonly kind: string;
  /** The fields about this record, as they were signed. */
  readonly fields: CborMap;
  /** Who signed that, and when it says so. Absent from what the genesis made. */
  readonly signed?: { readonly iss: string; readonly iatSeconds: number };
  /** The log that it stands in, and where. */
  readonly origin: string;
  readonly index: number;
  /** Leaf hash of the entry. */
  readonly hash: Hash;
  readonly entry: Uint8Array;
  /** Of a deciding vote or a chunk: the entry that carries what it executed. */
  readonly carriedBy?: { readonly index: number; readonly entry: Uint8Array };
  /** Its block: the time is what the log says, Unix milliseconds. */
  readonly block: { readonly height: number; readonly time: number };
};

/**
 * Where a chain is not proved to be without a gap: a succession that ends a generation ends its control too, and names only
 * the `op` that it follows. Changes of control just before it could be left out.
 */
export type HistoryGap = { readonly generation: number; readonly before: number };

/** The whole history of a record, as of the checkpoint of `record`. */
export type HistoryVerdict = HistorySummary & {
  /** Every change from the first generation on, the oldest first. */
  readonly changes: readonly HistoryChange[];
};

/** What a history of any length says beside its changes. */
export type HistorySummary = {
  /** The newest generation and what counts of its status, as a record proof shows them. */
  readonly record: HistoryRecord;
  /** Of a chain of proofs: the delegations that lead to the ledger of the record. */
  readonly links: readonly ChainLink[];
  readonly gaps: readonly HistoryGap[];
};

type HistoryRecord = RecordVerdict & { readonly record: CodeRecord };

export type HistoryRefusal =
  | BundleRefusal
  | RecordProofRefusal
  | ChainRefusal
  | RecordRefusal
  /** The proof shows no newest generation of a code. */
  | { readonly code: "HISTORY_NO_RECORD"; readonly key: string }
  | { readonly code: "HISTORY_GENERATION"; readonly generation: number }
  | HistoryLogRefusal
  /** A link of a chain is not among the entries. */
  | {
      readonly code: "HISTORY_MISSING";
      readonly generation: number;
      readonly chain: HistoryChain;
      readonly hash: Hash;
    }
  /** An entry that a chain names is not about this record, or no such link: what carries it may be missing. */
  | { readonly code: "HISTORY_LINK"; readonly chain: HistoryChain; readonly index: number }
  /** A link stands behind the one that names it. */
  | { readonly code: "HISTORY_BACKWARDS"; readonly chain: HistoryChain; readonly index: number }
  /** Behind a succession the bundle must say how control was. */
  | { readonly code: "HISTORY_BEFORE"; readonly generation: number }
  | { readonly code: "HISTORY_BEFORE_UNUSED"; readonly generation: number }
  /** A page of a log that the proof does not lead through, or of one below that of the page before. */
  | { readonly code: "HISTORY_ORIGIN"; readonly origin: string }
  /** A page behind the end of the history, or another first one. */
  | { readonly code: "HISTORY_PAGE" };

/**
 * Checks the whole history of a record: that these entries, and no others, made it what it is.
 *
 * The record names the last entry of each of its two chains, each entry the one before it by `prev`, down to the entry that
 * began the generation; a record of every earlier generation is proved beside it. So nothing can be left out. That each
 * `prev` was right when it came is a rule of the ledger: whoever replays the log and attests its map roots says so.
 *
 * @param input - the bundle as text, or the JSON value in it; not trusted
 * @returns what is proved, else the first check that failed: of `parseHistoryBundle`; of `verifyRecordProof`, or of
 *   `verifyProofChain` where the proof is an array; `HISTORY_NO_RECORD`; of each generation, the newest first,
 *   `HISTORY_GENERATION`, `PROOF_RECORD`; `HISTORY_ORIGIN`; of each entry, `HISTORY_ORDER`, of `verifyInclusion`,
 *   `HISTORY_ENTRY`; of the chains of each generation, `HISTORY_BACKWARDS`, `HISTORY_LINK`, `HISTORY_BEFORE`,
 *   `HISTORY_BLOCK`; `HISTORY_BEFORE_UNUSED`, `HISTORY_MISSING`, `HISTORY_UNUSED`
 */
export async function verifyHistory(
  input: unknown,
  options: TrustOptions,
): Promise<Result<HistoryVerdict, HistoryRefusal>> {
  const changes: HistoryChange[] = [];
  const verdict = await verifyHistoryPages([input], options, (page) => void changes.push(...page));
  return verdict.ok ? ok({ ...verdict.value, changes: changes.reverse() }) : verdict;
}

/**
 * The same of a history in pages, one after the other: whoever checks it keeps no more than one of them. Each page goes on
 * where the chains of the one before it ended. They are proved when all are: what `each` is told counts for nothing where
 * this ends with a refusal.
 *
 * @param each - is told the changes of each page, the newest first
 * @returns also `HISTORY_PAGE`, of a page that is one too many
 */
export async function verifyHistoryPages(
  pages: Iterable<unknown> | AsyncIterable<unknown>,
  options: TrustOptions,
  each: (changes: readonly HistoryChange[]) => void | Promise<void>,
): Promise<Result<HistorySummary, HistoryRefusal>> {
  let history: History | undefined;
  for await (const input of pages) {
    const page = parseHistoryBundle(input);
    if (!page.ok) return page;
    if (history === undefined) {
      const begun = await begin(page.value.proof, options);
      if (!begun.ok) return begun;
      history = begun.value;
    } else if (page.value.proof !== undefined) return err({ code: "HISTORY_PAGE" });
    const changes = history.take(page.value);
    if (!changes.ok) return changes;
    await each(changes.value);
  }
  const missing = history?.missing();
  if (history === undefined) return err({ code: "PROOF_JSON" });
  return missing === undefined ? ok(history.summary()) : err(missing);
}

/** Verifies the proof of a history, and sets out from the chains that it names. */
async function begin(
  proof: unknown,
  options: TrustOptions,
): Promise<Result<History, HistoryRefusal>> {
  const chain = Array.isArray(proof)
    ? await verifyProofChain(proof, options)
    : await verifyRecordProof(proof, options);
  if (!chain.ok) return chain;
  const { links, last } = "last" in chain.value ? chain.value : { links: [], last: chain.value };
  const { key, record } = last;
  if (record === undefined || key !== codeKey(record.code)) {
    return err({ code: "HISTORY_NO_RECORD", key });
  }
  const walks: Walks[] = [];
  let { generation } = record;
  do {
    const heads = readHeads(recordOf(last, record, generation), record.code, generation);
    if (!heads.ok) return heads;
    walks.push(walksFrom(heads.value, generation));
    generation -= 1;
  } while (generation > 0);
  return ok(new History({ ...last, record }, links, walks));
}

function recordOf(
  { more }: RecordVerdict,
  newest: CodeRecord,
  generation: number,
): CborMap | undefined {
  if (generation === newest.generation) return newest as unknown as CborMap;
  const key = endedKey(`${newest.code}#${generation}`);
  const value = more.find((each) => each.key === key)?.value;
  const decoded = value && decodeCbor(value);
  return decoded?.ok && isCborMap(decoded.value) ? decoded.value : undefined;
}

type Heads = { readonly [name in HistoryChain | "born"]: Hash };

/** The way down a chain, as far as the pages have led. */
type Walk = {
  readonly generation: number;
  readonly chain: HistoryChain;
  readonly born: Hash;
  /** The next link; `undefined` behind a succession that has not come yet, and at the end. */
  hash: Hash | undefined;
  /** The last link stands there, in the log of the page that is being read. */
  above: number;
  /** The walk of control that goes on behind the next link, a succession that ended both chains. */
  control?: Walk | undefined;
};

/** Both chains of a generation. */
type Walks = readonly [described: Walk, controlled: Walk];

function walksFrom({ op, control, born }: Heads, generation: number): Walks {
  const above = Number.POSITIVE_INFINITY;
  const described: Walk = { generation, chain: "op", born, hash: op, above };
  const controlled: Walk = { generation, chain: "control", born, hash: control, above };
  // Only what begins a generation and what ends it changes both chains.
  if (equalBytes(op, control) && !equalBytes(op, born)) {
    controlled.hash = undefined;
    described.control = controlled;
  }
  return [described, controlled];
}

/** Whether one of the chains has come to its end alone. */
function isTorn([described, controlled]: Walks): boolean {
  const isOver = controlled.hash === undefined && described.control === undefined;
  return (described.hash === undefined) !== isOver;
}

/** Walks the chains of all generations, and gathers what it finds page by page. */
class History {
  readonly #record: HistoryRecord;
  readonly #links: readonly ChainLink[];
  /** From the ledger of the record up. */
  readonly #checkpoints: Checkpoint[];
  readonly #walks: readonly Walks[];
  readonly #gaps: HistoryGap[] = [];
  #changes = new Map<number, HistoryChange>();

  constructor(record: HistoryRecord, links: readonly ChainLink[], walks: readonly Walks[]) {
    this.#record = record;
    this.#links = links;
    this.#checkpoints = [record, ...links.map(({ verdict }) => verdict).reverse()].map(
      ({ checkpoint }) => checkpoint,
    );
    this.#walks = walks;
  }

  /** Takes a page in. @returns its changes, the newest first */
  take({ proof, origin, entries, before }: HistoryBundle): Result<HistoryChange[], HistoryRefusal> {
    const checkpoint = this.#checkpointOf(origin);
    if (checkpoint === undefined) return err({ code: "HISTORY_ORIGIN", origin: String(origin) });
    const log = HistoryLog.open(entries, checkpoint);
    if (!log.ok) return log;
    this.#changes = new Map();
    const words = [...before];
    for (const walk of this.#walks.flat()) {
      const walked = this.#walk(walk, log.value, words);
      if (!walked.ok) return walked;
    }
    const [word] = words;
    if (word) return err({ code: "HISTORY_BEFORE_UNUSED", generation: word.generation });
    const left = log.value.unused();
    // What is left of a page stands behind a link that is not in it. Both chains end with one entry, in one page.
    const isIdle = entries.length === 0 && proof === undefined;
    if (left !== undefined || isIdle || this.#walks.some(isTorn)) {
      return err(this.missing() ?? left ?? { code: "HISTORY_PAGE" });
    }
    return ok([...this.#changes.values()].sort((a, b) => b.index - a.index));
  }

  /** A link that no page has shown. */
  missing(): HistoryRefusal | undefined {
    for (const { generation, chain, hash } of this.#walks.flat()) {
      if (hash) return { code: "HISTORY_MISSING", generation, chain, hash };
    }
    return undefined;
  }

  summary(): HistorySummary {
    return { record: this.#record, links: this.#links, gaps: this.#gaps.toReversed() };
  }

  /** Pages go up from ledger to ledger, never down again. */
  #checkpointOf(origin: string | undefined): Checkpoint | undefined {
    const at = this.#checkpoints.findIndex((each) => each.origin === origin);
    if (origin !== undefined && at !== 0) {
      this.#checkpoints.splice(0, at < 0 ? this.#checkpoints.length : at);
      // An index is of one log.
      for (const walk of this.#walks.flat()) walk.above = Number.POSITIVE_INFINITY;
    }
    return this.#checkpoints[0];
  }

  /** Goes down a chain as far as a page leads. */
  #walk(walk: Walk, log: HistoryLog, before: ControlBefore[]): Result<void, HistoryRefusal> {
    const { chain, born, generation } = walk;
    while (walk.hash) {
      const { hash, control } = walk;
      const logged = log.at(hash);
      if (logged === undefined) break;
      const { index } = logged;
      if (index >= walk.above) return err({ code: "HISTORY_BACKWARDS", chain, index });
      walk.above = index;
      const isFirst = equalBytes(hash, born);
      const content = log.contentFor(logged, this.#record.record.code);
      if (content === undefined || !isLink(content.kind, isFirst ? "born" : chain)) {
        return err({ code: "HISTORY_LINK", chain, index });
      }
      const noted = this.#note(walk, log, logged, content);
      if (!noted.ok) return noted;
      walk.hash = isFirst ? undefined : hashIn(content.fields.prev);
      if (!isFirst && !walk.hash) return err({ code: "HISTORY_LINK", chain, index });
      if (control) {
        const at = before.findIndex((each) => each.generation === generation);
        const [word] = at < 0 ? [] : before.splice(at, 1);
        if (word === undefined) return err({ code: "HISTORY_BEFORE", generation });
        control.hash = word.hash;
        walk.control = undefined;
        this.#gaps.push({ generation, before: index });
      }
    }
    return ok(undefined);
  }

  #note(
    { chain, generation, control }: Walk,
    log: HistoryLog,
    logged: LoggedEntry,
    { kind, fields, carriedBy: id }: Content,
  ): Result<void, HistoryRefusal> {
    const { index, hash, entry } = logged;
    const known = this.#changes.get(index);
    if (known !== undefined) {
      this.#changes.set(index, { ...known, chains: [...known.chains, chain] });
      return ok(undefined);
    }
    const block = log.blockOf(index);
    if (block === undefined) return err({ code: "HISTORY_BLOCK", index });
    const carrier = id && log.carrierOf(id);
    const signed = log.signerOf(logged, id);
    this.#changes.set(index, {
      generation,
      chains: control ? ["op", "control"] : [chain],
      kind,
      fields,
      ...(signed && { signed }),
      origin: (this.#checkpoints[0] as Checkpoint).origin,
      index,
      hash,
      entry,
      ...(carrier && { carriedBy: { index: carrier.index, entry: carrier.entry } }),
      block: { height: block.height, time: block.time },
    });
    return ok(undefined);
  }
}

function readHeads(
  record: CborMap | undefined,
  code: string,
  generation: number,
): Result<Heads, HistoryRefusal> {
  if (record === undefined) return err({ code: "HISTORY_GENERATION", generation });
  const [born, op, control] = [record.born, record.op, record.control].map(hashIn);
  const key = `code/${code}#${generation}`;
  if (born === undefined) return err({ code: "PROOF_RECORD", key, field: "born" });
  if (op === undefined) return err({ code: "PROOF_RECORD", key, field: "op" });
  if (control === undefined) return err({ code: "PROOF_RECORD", key, field: "control" });
  return ok({ born, op, control });
}

function hashIn(value: CborValue | undefined): Hash | undefined {
  return value instanceof Uint8Array ? toHash(value) : undefined;
}

/** What may stand in each place of a chain. */
const LINKS: { readonly [place in HistoryChain | "born"]: readonly string[] } = {
  born: ["genesis", "admit", "register"],
  op: ["update", "succeed", "dataset"],
  control: ["keys", "recover", "status", "delegate"],
};

function isLink(kind: string, place: keyof typeof LINKS): boolean {
  return LINKS[place].includes(kind);
}
