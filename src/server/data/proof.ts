import {
  type AnchorValue,
  anchorKey,
  base64,
  type Code,
  codeKey,
  type DataEntry,
  type DatasetValue,
  datasetKey,
  decodeCbor,
  encodeFact,
  equalBytes,
  err,
  factLeaf,
  factRoot,
  hashLeaf,
  inclusionPath,
  isShown,
  keyKey,
  type Observation,
  ok,
  parseCheckpoint,
  present,
  type Result,
  referenceTo,
  selfAndAncestors,
  treeOf,
} from "../../core/index.ts";
import type { DatasetLog, View } from "../../data/index.ts";
import type { StateProof } from "../../ledger/index.ts";
import { receiptText } from "../operations/outcome.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { chainAbove } from "../registry/chain-proof.ts";
import { proofJson } from "../registry/proof.ts";
import { proveEffective } from "../registry/public-proof.ts";
import type { Services } from "../services.ts";
import { datasetCode, entryAt } from "./views.ts";

/** Which facts to prove: of one observation, all that are shown where no names are given. */
export type Asked = {
  readonly index: number;
  readonly observation: number;
  readonly names: readonly string[];
};

/**
 * One file from facts up to the ledger: `cityid/facts/v1`. Where the anchored checkpoint covers the entry, the path leads there;
 * else to the newest one, and whoever verifies hears that it is not anchored yet.
 */
export async function proveFacts(
  services: Services,
  log: DatasetLog,
  { index, observation: at, names }: Asked,
  view: View,
): Promise<Result<object, AnyRefusal>> {
  const { observations } = await log.body(index);
  const whole = observations[at];
  // What is outside the view is answered as what is not there.
  const observation = whole && view.show(whole);
  if (observation === undefined) return err({ code: "DATA_FACT_UNKNOWN", name: `#${at}` });
  const facts = chosen(observation, names);
  if (!facts.ok) return facts;
  const entry = entryAt(log, index);
  const code = datasetCode(log);
  const keys = [datasetKey(log.reference), anchorKey(code), ...keysOf(services, entry)];
  const { proof, note } = await proveEffective(services, code, keys);
  const above = await chainAbove(services, proof.head.size);
  const own = proofJson(proof, note);
  const { size, checkpoint } = anchoredIn(proof, log, code, index);
  const tree = treeOf(observation.map(factLeaf));
  const leaves = treeOf(observations.map((each) => hashLeaf(factRoot(each))));
  return ok({
    format: "cityid/facts/v1",
    facts: facts.value.map((place) => ({
      fact: base64(encodeFact(present(shownAt(observation, place), "a fact that is shown"))),
      index: place,
      path: inclusionPath(tree, place).map(base64),
    })),
    of: observation.length,
    observation: { index: at, path: inclusionPath(leaves, at).map(base64) },
    entry: base64(entry.bytes),
    log: receiptText(index, log.inclusion(index, size), checkpoint),
    ledger: above === undefined ? [own] : [...above, own],
  });
}

/** Positions of the facts that are asked for. */
function chosen(
  observation: Observation,
  names: readonly string[],
): Result<readonly number[], AnyRefusal> {
  const places = new Map(
    observation.flatMap((fact, i) => (isShown(fact) ? [[fact.name, i] as const] : [])),
  );
  const lost = names.find((name) => !places.has(name));
  if (lost !== undefined) return err({ code: "DATA_FACT_UNKNOWN", name: lost.slice(0, 64) });
  const all = names.length === 0 ? [...places.values()] : names.map((name) => places.get(name));
  const found = [...new Set(all)].map((place) => present(place, "a place"));
  return found.length === 0 ? err({ code: "DATA_FACT_UNKNOWN", name: "" }) : ok(found);
}

function shownAt(observation: Observation, place: number) {
  const fact = observation[place];
  return fact !== undefined && isShown(fact) ? fact : undefined;
}

/** The key that signed, in whoever's hands it is now. */
export function keysOf({ state }: Services, { source, kid }: DataEntry): readonly string[] {
  for (const code of selfAndAncestors(source)) {
    const record = state.get(codeKey(code));
    const key = record && keyKey(referenceTo(record), kid);
    if (key !== undefined && state.get(key)?.uses.includes("data")) return [key];
  }
  return [];
}

/** The checkpoint that the proved state keeps of this log, if the entry is below it. */
function anchoredIn(
  { values }: StateProof,
  log: DatasetLog,
  code: Code,
  index: number,
): { readonly size: number; readonly checkpoint: string } {
  const shown = <T>(key: string): T | undefined => {
    const bytes = values.find((each) => each.key === key)?.value;
    const decoded = bytes && decodeCbor(bytes);
    return decoded?.ok ? (decoded.value as T) : undefined;
  };
  const dataset = shown<DatasetValue>(datasetKey(log.reference));
  const anchor = shown<AnchorValue>(anchorKey(code));
  const kept = anchor && parseCheckpoint(anchor.checkpoint);
  const isOfLog = dataset && anchor && equalBytes(anchor.delegation, dataset.log.op);
  if (isOfLog && kept?.ok && index < kept.value.size && kept.value.size <= log.size) {
    return { size: kept.value.size, checkpoint: anchor.checkpoint };
  }
  return { size: log.size, checkpoint: log.checkpoint(log.size) };
}
