import {
  anchorKey,
  base64,
  certain,
  type DataEntry,
  datasetKey,
  decodingObservations,
  encodeObservations,
  factRoot,
  hashLeaf,
  isShown,
  type Observation,
} from "../../core/index.ts";
import type { DatasetLog, EncodedBody, View } from "../../data/index.ts";
import { type Choice, isChosen, provingFacts } from "../../table/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import { chainAbove } from "../registry/chain-proof.ts";
import { proofJson } from "../registry/proof.ts";
import { proveEffective } from "../registry/public-proof.ts";
import type { Services } from "../services.ts";
import type { ExportRequest } from "./export-request.ts";
import type { Piece } from "./export-stream.ts";
import { keysOf } from "./proof.ts";
import { inTurns, Turns } from "./turns.ts";
import { datasetCode, entryAt } from "./views.ts";

/** Entries that are looked at before their lines are given, and about how many bytes of what they say: one may have megabytes. */
const SLICE_ENTRIES = 64;
const SLICE_BYTES = 256 * 1024;
/** Keys that one proof of the ledger shows. */
const KEYS_AT_ONCE = 12;

/**
 * The proof of an export, line by line: docs/spec/sharing.md, Exports. What is in the table is shown, of the rest what tells
 * that it is not wanted, or its hash.
 */
export async function* proveExport(
  services: Services,
  log: DatasetLog,
  view: View,
  { format, choice }: ExportRequest,
  size: number,
): AsyncGenerator<Piece> {
  const head = {
    ...{ format: "cityid/export/v1", dataset: log.reference, log: log.checkpoint(size) },
    ...{ table: format, asked: askedJson(choice), ledger: await chainFor(services, log, []) },
  };
  yield lineOf(head);
  const known = new Set<string>();
  const turns = new Turns();
  for (let index = 0; index < size; ) {
    const lines: Line[] = [];
    const signers = new Set<string>();
    let bytes = 0;
    while (index < size && lines.length < SLICE_ENTRIES && bytes < SLICE_BYTES) {
      const entry = entryAt(log, index);
      const body = await log.encodedBody(index);
      const line = await proveEntry(view, choice, entry, body, turns);
      if (line.isShown) for (const key of keysOf(services, entry)) signers.add(key);
      lines.push(line);
      bytes += body.observations.length;
      index += 1;
    }
    const missing = [...signers].filter((key) => !known.has(key));
    for (let i = 0; i < missing.length; i += KEYS_AT_ONCE) {
      const keys = missing.slice(i, i + KEYS_AT_ONCE);
      for (const key of keys) known.add(key);
      yield lineOf({ ledger: await chainFor(services, log, keys) });
    }
    for (const { json, count } of lines) {
      yield lineOf(json, count);
      if (turns.isOver) await turns.next();
    }
  }
}

function lineOf(json: object, count = 0): Piece {
  return { bytes: Buffer.from(`${JSON.stringify(json)}\n`), count };
}

function askedJson(choice: Choice): object {
  const { attributes, sinceMilliseconds: since, beforeMilliseconds: before, bbox } = choice;
  return {
    ...(attributes && { attributes }),
    ...(since !== undefined && { since: timeOfMilliseconds(since) }),
    ...(before !== undefined && { before: timeOfMilliseconds(before) }),
    ...(bbox && { bbox }),
  };
}

/** Proofs down to the ledger of the dataset, of its log, the newest anchor and these keys. */
async function chainFor(
  services: Services,
  log: DatasetLog,
  keys: readonly string[],
): Promise<readonly object[]> {
  const code = datasetCode(log);
  const wanted = [datasetKey(log.reference), anchorKey(code), ...keys];
  const { proof, note } = await proveEffective(services, code, wanted);
  const above = await chainAbove(services, proof.head.size);
  const own = proofJson(proof, note);
  return above === undefined ? [own] : [...above, own];
}

type Line = { readonly json: object; readonly count: number; readonly isShown: boolean };

async function proveEntry(
  view: View,
  choice: Choice,
  entry: DataEntry,
  { observations: encoded, receivedMilliseconds: received }: EncodedBody,
  turns: Turns,
): Promise<Line> {
  const decoded = await inTurns(decodingObservations(encoded), turns);
  let count = 0;
  let isAnyShown = false;
  const observations: (string | object)[] = [];
  for (const facts of certain(decoded, "observations of ours")) {
    if (turns.isOver) await turns.next();
    const shown = view.show(facts);
    if (shown === undefined || !shown.some(isShown)) {
      observations.push(leafJson(facts));
      continue;
    }
    isAnyShown = true;
    if (isChosen(shown, choice)) count += 1;
    observations.push(base64(encodeObservations([provingFacts(shown, choice)])));
  }
  if (!isAnyShown) return { json: { leaf: base64(entry.hash) }, count, isShown: false };
  return { json: { entry: base64(entry.bytes), received, observations }, count, isShown: true };
}

function leafJson(observation: Observation): object {
  return { leaf: base64(hashLeaf(factRoot(observation))) };
}
