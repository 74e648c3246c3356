import {
  type CborMap,
  type CborValue,
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
import { type ControlBefore, parseHistoryBundle } from "./history-bundle.ts";
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
export type HistoryVerdict = {
  /** The newest generation and what counts of its status, as a record proof shows them. */
  readonly record: RecordVerdict & { readonly record: CodeRecord };
  /** Every change from the first generation on, the oldest first. */
  readonly changes: readonly HistoryChange[];
  readonly gaps: readonly HistoryGap[];
};

export type HistoryRefusal =
  | BundleRefusal
  | RecordProofRefusal
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
  | { readonly code: "HISTORY_BEFORE_UNUSED"; readonly generation: number };

/**
 * Checks the whole history of a record: that these entries, and no others, made it what it is.
 *
 * The record names the last entry of each of its two chains, each entry the one before it by `prev`, down to the entry that
 * began the generation; a record of every earlier generation is proved beside it. So nothing can be left out. That each
 * `prev` was right when it came is a rule of the ledger: whoever replays the log and attests its map roots says so.
 *
 * @param input - the bundle as text, or the JSON value in it; not trusted
 * @returns what is proved, else the first check that failed: of `parseHistoryBundle`; of `verifyRecordProof`;
 *   `HISTORY_NO_RECORD`; of each entry, `HISTORY_ORDER`, of `verifyInclusion`, `HISTORY_ENTRY`; of each generation, the
 *   newest first, `HISTORY_GENERATION`, `PROOF_RECORD`, and of its chains `HISTORY_MISSING`, `HISTORY_BACKWARDS`,
 *   `HISTORY_LINK`, `HISTORY_BEFORE`, `HISTORY_BLOCK`; `HISTORY_UNUSED`, `HISTORY_BEFORE_UNUSED`
 */
export async function verifyHistory(
  input: unknown,
  options: TrustOptions,
): Promise<Result<HistoryVerdict, HistoryRefusal>> {
  const bundle = parseHistoryBundle(input);
  if (!bundle.ok) return bundle;
  const proof = await verifyRecordProof(bundle.value.proof, options);
  if (!proof.ok) return proof;
  const { key, record, checkpoint } = proof.value;
  if (record === undefined || key !== codeKey(record.code)) {
    return err({ code: "HISTORY_NO_RECORD", key });
  }
  const log = HistoryLog.open(bundle.value.entries, checkpoint);
  if (!log.ok) return log;
  const history = new History(log.value, record.code, bundle.value.before);
  let { generation } = record;
  do {
    const taken = history.take(recordOf(proof.value, record, generation), generation);
    if (!taken.ok) return taken;
    generation -= 1;
  } while (generation > 0);
  const left = history.unused();
  if (left !== undefined) return err(left);
  return ok({ record: { ...proof.value, record }, ...history.done() });
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

/** Walks the chains of one generation after the other, and gathers what it finds. */
class History {
  readonly #log: HistoryLog;
  readonly #code: string;
  readonly #before: ControlBefore[];
  readonly #changes = new Map<number, HistoryChange>();
  readonly #gaps: HistoryGap[] = [];

  constructor(log: HistoryLog, code: string, before: readonly ControlBefore[]) {
    this.#log = log;
    this.#code = code;
    this.#before = [...before];
  }

  /** Walks both chains of a generation, from the heads that its record names. */
  take(record: CborMap | undefined, generation: number): Result<void, HistoryRefusal> {
    if (record === undefined) return err({ code: "HISTORY_GENERATION", generation });
    const heads = readHeads(record, `${this.#code}#${generation}`);
    if (!heads.ok) return heads;
    const described = this.#walk("op", heads.value.op, heads.value.born, generation);
    if (!described.ok) return described;
    const control = this.#controlHead(heads.value, generation);
    if (!control.ok) return control;
    return this.#walk("control", control.value, heads.value.born, generation);
  }

  /** An entry, or a word about one, that no chain needs. */
  unused(): HistoryRefusal | undefined {
    const [left] = this.#before;
    if (left === undefined) return this.#log.unused();
    return { code: "HISTORY_BEFORE_UNUSED", generation: left.generation };
  }

  done(): Pick<HistoryVerdict, "changes" | "gaps"> {
    const changes = [...this.#changes.values()].toSorted((a, b) => a.index - b.index);
    return { changes, gaps: this.#gaps.toReversed() };
  }

  #walk(
    chain: HistoryChain,
    head: Hash,
    born: Hash,
    generation: number,
  ): Result<void, HistoryRefusal> {
    let hash = head;
    for (let above = Number.POSITIVE_INFINITY; ; ) {
      const logged = this.#log.at(hash);
      if (logged === undefined) return err({ code: "HISTORY_MISSING", generation, chain, hash });
      const { index } = logged;
      if (index >= above) return err({ code: "HISTORY_BACKWARDS", chain, index });
      above = index;
      const isFirst = equalBytes(hash, born);
      const content = this.#log.contentFor(logged, this.#code);
      if (content === undefined || !isLink(content.kind, isFirst ? "born" : chain)) {
        return err({ code: "HISTORY_LINK", chain, index });
      }
      const noted = this.#note(chain, logged, content, generation);
      if (!noted.ok || isFirst) return noted;
      const prev = hashIn(content.fields.prev);
      if (prev === undefined) return err({ code: "HISTORY_LINK", chain, index });
      hash = prev;
    }
  }

  /** Where the chain of control is walked from: behind a succession that ended it, from where the bundle says. */
  #controlHead({ op, control, born }: Heads, generation: number): Result<Hash, HistoryRefusal> {
    // Only what begins a generation and what ends it changes both chains.
    if (!equalBytes(op, control) || equalBytes(op, born)) return ok(control);
    const at = this.#before.findIndex((each) => each.generation === generation);
    const [before] = at < 0 ? [] : this.#before.splice(at, 1);
    if (before === undefined) return err({ code: "HISTORY_BEFORE", generation });
    const ending = this.#log.at(control) as LoggedEntry;
    const change = this.#changes.get(ending.index) as HistoryChange;
    this.#changes.set(ending.index, { ...change, chains: ["op", "control"] });
    this.#gaps.push({ generation, before: ending.index });
    return ok(before.hash);
  }

  #note(
    chain: HistoryChain,
    logged: LoggedEntry,
    { kind, fields, carriedBy: id }: Content,
    generation: number,
  ): Result<void, HistoryRefusal> {
    const { index, hash, entry } = logged;
    const known = this.#changes.get(index);
    if (known !== undefined) {
      this.#changes.set(index, { ...known, chains: [...known.chains, chain] });
      return ok(undefined);
    }
    const block = this.#log.blockOf(index);
    if (block === undefined) return err({ code: "HISTORY_BLOCK", index });
    const carrier = id && this.#log.carrierOf(id);
    const signed = this.#log.signerOf(logged, id);
    this.#changes.set(index, {
      generation,
      chains: [chain],
      kind,
      fields,
      ...(signed && { signed }),
      index,
      hash,
      entry,
      ...(carrier && { carriedBy: { index: carrier.index, entry: carrier.entry } }),
      block: { height: block.height, time: block.time },
    });
    return ok(undefined);
  }
}

function readHeads(record: CborMap, reference: string): Result<Heads, RecordRefusal> {
  const [born, op, control] = [record.born, record.op, record.control].map(hashIn);
  const key = `code/${reference}`;
  if (born === undefined) return err({ code: "PROOF_RECORD", key, field: "born" });
  if (op === undefined) return err({ code: "PROOF_RECORD", key, field: "op" });
  if (control === undefined) return err({ code: "PROOF_RECORD", key, field: "control" });
  return ok({ born, op, control });
}

function hashIn(value: CborValue | undefined): Hash | undefined {
  return value instanceof Uint8Array ? toHash(value) : undefined;
}

/** What may stand in each place of a chain. Kinds that the rules will have one day (`dataset`) join here. */
const LINKS: { readonly [place in HistoryChain | "born"]: readonly string[] } = {
  born: ["genesis", "admit", "register"],
  op: ["update", "succeed"],
  control: ["keys", "recover", "status", "delegate"],
};

function isLink(kind: string, place: keyof typeof LINKS): boolean {
  return LINKS[place].includes(kind);
}
