import {
  anchorKey,
  base64,
  type DataEntry,
  datasetKey,
  encodeObservations,
  factRoot,
  hashLeaf,
  isShown,
  type Observation,
} from "../../core/index.ts";
import type { DatasetLog, EntryBody, View } from "../../data/index.ts";
import { type Choice, isChosen, provingFacts } from "../../table/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import { chainAbove } from "../registry/chain-proof.ts";
import { proofJson } from "../registry/proof.ts";
import { proveEffective } from "../registry/public-proof.ts";
import type { Services } from "../services.ts";
import type { ExportRequest } from "./export-request.ts";
import type { Piece } from "./export-stream.ts";
import { keysOf } from "./proof.ts";
import { Turns } from "./turns.ts";
import { datasetCode, entryAt } from "./views.ts";

/** Entries that are looked at before their lines are given. */
const SLICE_ENTRIES = 64;
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
  for (let first = 0; first < size; first += SLICE_ENTRIES) {
    const turns = new Turns();
    const entries: { readonly entry: DataEntry; readonly body: EntryBody }[] = [];
    for (let index = first; index < Math.min(size, first + SLICE_ENTRIES); index++) {
      entries.push({ entry: entryAt(log, index), body: await log.body(index) });
      if (turns.isOver) await turns.next();
    }
    const lines = entries.map(({ entry, body }) => proveEntry(view, choice, entry, body));
    const signers = entries.flatMap(({ entry }, i) =>
      lines[i]?.isShown ? keysOf(services, entry) : [],
    );
    const missing = [...new Set(signers)].filter((key) => !known.has(key));
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

function proveEntry(view: View, choice: Choice, entry: DataEntry, body: EntryBody): Line {
  let count = 0;
  let isAnyShown = false;
  const observations = body.observations.map((facts) => {
    const shown = view.show(facts);
    if (shown === undefined || !shown.some(isShown)) return leafJson(facts);
    isAnyShown = true;
    if (isChosen(shown, choice)) count += 1;
    return base64(encodeObservations([provingFacts(shown, choice)]));
  });
  if (!isAnyShown) return { json: { leaf: base64(entry.hash) }, count, isShown: false };
  const received = body.receivedMilliseconds;
  return { json: { entry: base64(entry.bytes), received, observations }, count, isShown: true };
}

function leafJson(observation: Observation): object {
  return { leaf: base64(hashLeaf(factRoot(observation))) };
}
