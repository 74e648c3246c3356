import {
  type Code,
  type CodeRecord,
  codeKey,
  decisionKey,
  effectiveKeys,
  endedKey,
  equalBytes,
  err,
  hex,
  manifestKey,
  ok,
  present,
  type Result,
  type ValueReader,
} from "../../core/index.ts";
import type { LedgerReader, StateProof } from "../../ledger/index.ts";
import { type ControlBefore, formatHistoryBundle, type HistoryEntry } from "../../verify/index.ts";
import { answer } from "../http/answer.ts";
import { MAX_HISTORY_BYTES, MAX_HISTORY_CHANGES } from "../limits.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { AppContext, Services } from "../services.ts";
import { decodeValue } from "../state.ts";
import { type ChainLink, type ChainReader, walkChain } from "./chain.ts";
import { proofJson } from "./proof.ts";

export const HISTORY_TYPE = "application/vnd.cityid.history+json";

/** The whole history of a record in one bundle that anybody can check. docs/spec/ledger.md, Proofs. */
export async function answerHistoryProof(
  services: Services,
  c: AppContext,
  code: Code,
): Promise<Response> {
  const { ledger, state, problem } = services;
  const proof = await proveGenerations(ledger, state, code);
  const read = await readChains(services, proof);
  if (!read.ok) return problem(c, read.error);
  const { indices, before } = read.value;
  const entries: HistoryEntry[] = [];
  for (const index of [...indices].toSorted((a, b) => a - b)) {
    entries.push(showEntry(index));
    await turn(entries.length);
  }
  const text = formatHistoryBundle({ proof: proofJson(proof), entries, before });
  return answer(c, text, { type: HISTORY_TYPE });

  function showEntry(index: number): HistoryEntry {
    const entry = present(ledger.entry(index), "an entry of the log");
    return { index, entry, path: ledger.inclusion(index, proof.head.size) };
  }
}

/** Proves the record, what its status depends on, and its ended generations, all in one block. */
async function proveGenerations(
  ledger: LedgerReader,
  state: ValueReader,
  code: Code,
): Promise<StateProof> {
  for (;;) {
    const generation = present(state.get(codeKey(code)), "a record").generation;
    const ended = Array.from({ length: generation - 1 }, (_, i) => endedKey(`${code}#${i + 1}`));
    const keys = new Set([codeKey(code), ...effectiveKeys(state, code), ...ended]);
    const proof = await ledger.prove([...keys]);
    // A generation may have begun meanwhile: a block proves more than the one before it asked for.
    if (recordsOf(proof, code)[0]?.generation === generation) return proof;
  }
}

/** The record in a proof, and behind it its ended generations. */
function recordsOf({ values }: StateProof, code: Code): CodeRecord[] {
  return values.flatMap(({ key, value }) => {
    const isOurs = key === codeKey(code) || key.startsWith(endedKey(`${code}#`));
    const record = isOurs ? decodeValue<CodeRecord>(value) : undefined;
    return record === undefined ? [] : [record];
  });
}

type Chains = { readonly indices: ReadonlySet<number>; readonly before: readonly ControlBefore[] };

/** Finds all entries that a history needs: the links of all chains, what carries them, what dates them. */
async function readChains(
  reader: ChainReader,
  proof: StateProof,
): Promise<Result<Chains, HttpRefusal>> {
  const code = present(proof.values[0], "a record").key.slice(codeKey("" as Code).length) as Code;
  const indices = new Set<number>();
  const before: ControlBefore[] = [];
  let changes = 0;
  let bytes = 0;
  const add = (index: number): void => {
    if (indices.has(index)) return;
    indices.add(index);
    bytes += present(reader.ledger.entry(index), "an entry of the log").length;
  };
  for (const record of recordsOf(proof, code)) {
    for (const link of linksOf(reader, record, before)) {
      changes += 1;
      for (const index of indicesFor(reader, link)) add(index);
      if (changes > MAX_HISTORY_CHANGES) return tooLong("changes", MAX_HISTORY_CHANGES);
      if (bytes > MAX_HISTORY_BYTES) return tooLong("bytes", MAX_HISTORY_BYTES);
      await turn(changes);
    }
  }
  return ok({ indices, before });
}

/** Long histories let others go first, every now and then. */
async function turn(done: number): Promise<void> {
  if (done % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
}

function tooLong(what: "changes" | "bytes", max: number): Result<never, HttpRefusal> {
  return err({ code: "HTTP_HISTORY_SIZE", what, max });
}

/** Every link of both chains. Behind a succession that ended the record it notes how control was before. */
function* linksOf(
  reader: ChainReader,
  record: CodeRecord,
  before: ControlBefore[],
): Generator<ChainLink> {
  const { generation, op, control, born } = record;
  yield* walkChain(reader, record, "op");
  const isEnded = equalBytes(op, control) && !equalBytes(op, born);
  let place = 0;
  for (const link of walkChain(reader, record, "control")) {
    if (isEnded && place === 1)
      before.push({ generation, hash: link.hash as ControlBefore["hash"] });
    place += 1;
    yield link;
  }
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
