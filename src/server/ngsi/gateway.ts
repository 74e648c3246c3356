import {
  type CborValue,
  type Code,
  completeEntry,
  composeEntry,
  encodeFact,
  encodeObservations,
  err,
  type Fact,
  type FactRefusal,
  factNumber,
  fitObservations,
  isShown,
  judgeEntry,
  keyIdentifier,
  MAX_ENTRY_FACTS_BYTES,
  type Observation,
  type OpenDataset,
  ok,
  type Result,
  rootOfEncoded,
  SALT_BYTES,
} from "../../core/index.ts";
import type {
  Amendment,
  DatasetLog,
  Forgetting,
  JsonMap,
  JsonValue,
  Statement,
} from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";

/** What is to be said of an entity: each attribute with all instances that it then has. */
export type Change = {
  readonly id: string;
  readonly kind: Exclude<Statement["kind"], "merge">;
  readonly types?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly expires?: number | null;
  readonly attributes?: { readonly [name: string]: readonly JsonMap[] };
  /** When it was seen; left out: now. */
  readonly timeMilliseconds?: number;
  readonly amends?: Omit<Amendment, "said">;
  readonly forgets?: Forgetting;
};

/** Where the gateway writes; `dataset` is absent for what no ledger knows. */
export type GatewayLog = {
  readonly code: Code;
  readonly log: DatasetLog;
  readonly dataset: OpenDataset | undefined;
};

const RETRY_SECONDS = 1;

/**
 * Signs changes with the node's key for the dataset, as one entry, and appends it. When it resolves they are durable, and the
 * next question finds them: whoever asks waits until the store has caught up.
 *
 * @returns nothing, else `NGSI_DATA` of what is too large, `AUTH_KEY_…` where the owner closed the key, `HTTP_BUSY`
 */
export async function appendByGateway(
  { state, clock, random }: Pick<Services, "state" | "clock" | "random">,
  { code, log, dataset }: GatewayLog,
  changes: readonly Change[],
): Promise<Result<void, AnyRefusal>> {
  const receivedMilliseconds = clock();
  const observations = changes.map((change) => observationOf(change, receivedMilliseconds, random));
  const facts = encodeObservations(observations);
  const fit = fitObservations(observations, facts.length);
  if (!fit.ok) {
    const path = unfit(observations, fit.error);
    return err({ code: "NGSI_DATA", path, want: "what fits into a fact" });
  }
  const entry = signed(log, code, { count: observations.length, facts }, receivedMilliseconds);
  if (dataset !== undefined) {
    // That it is signed by this key we know; whether the key still may, the ledger says.
    const nowSeconds = Math.floor(receivedMilliseconds / 1000);
    const judged = judgeEntry(state.remembered, dataset, entry, nowSeconds, () => true);
    if (!judged.ok) return judged;
  }
  const files = new Map<string, Uint8Array>();
  const answer = await log.append({ entry, observations, facts, files, receivedMilliseconds });
  if ("busy" in answer) {
    return err({ code: "HTTP_BUSY", retryAfter: RETRY_SECONDS, what: answer.busy });
  }
  return ok(undefined);
}

function signed(
  log: DatasetLog,
  source: Code,
  { count, facts }: { readonly count: number; readonly facts: Uint8Array },
  nowMilliseconds: number,
) {
  const claims = {
    ...{ source, audience: log.origin, iatSeconds: Math.floor(nowMilliseconds / 1000) },
    ...{ count, root: rootOfEncoded(facts) },
  };
  const header = { alg: -8, kid: kidOf(log) };
  const unsigned = composeEntry(claims, header);
  return completeEntry(claims, header, unsigned, log.signAsGateway(unsigned.message));
}

const KIDS = new WeakMap<DatasetLog["gateway"], Uint8Array>();

function kidOf({ gateway }: DatasetLog): Uint8Array {
  const kid = KIDS.get(gateway) ?? keyIdentifier(gateway);
  KIDS.set(gateway, kid);
  return kid;
}

function observationOf(
  { id, kind, types, scopes, expires, attributes = {}, ...more }: Change,
  nowMilliseconds: number,
  random: Services["random"],
): Observation {
  const { timeMilliseconds, amends, forgets } = more;
  const said: [string, CborValue][] = [
    ["@op", kind],
    ["id", id],
    ["time", new Date(timeMilliseconds ?? nowMilliseconds).toISOString()],
  ];
  if (scopes !== undefined) said.push(["@scope", scopes]);
  if (types !== undefined) said.push(["type", types]);
  if (expires !== undefined) {
    said.push(["@expires", expires === null ? "" : new Date(expires).toISOString()]);
  }
  if (amends !== undefined) said.push(["@of", [amends.entry, amends.at]]);
  const named = forgets?.attributes ?? (amends && [amends.attribute]);
  if (named !== undefined) said.push(["@names", named]);
  const datasetId = forgets?.datasetId ?? amends?.datasetId;
  if (datasetId !== undefined) said.push(["@dataset", datasetId]);
  for (const [name, instances] of Object.entries(attributes)) {
    said.push([name, instances.map(cborOf)]);
  }
  // In one call, which takes longer than the bytes.
  const salts = random(said.length * SALT_BYTES);
  return said
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value], i): Fact => {
      const salt = salts.subarray(i * SALT_BYTES, (i + 1) * SALT_BYTES);
      return { salt, name, value };
    });
}

function cborOf(value: JsonValue): CborValue {
  if (typeof value === "number") return factNumber(value);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(cborOf);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cborOf(each)]));
}

/** The name of a fact that none can be, by its size or by what it says, or of the one with which they became too many. */
function unfit(observations: readonly Observation[], refusal: FactRefusal): string {
  if (refusal.code === "DATA_FACT") {
    const fact = observations[refusal.observation]?.[Math.max(0, refusal.fact)];
    return fact !== undefined && isShown(fact) ? fact.name : "";
  }
  let sum = 0;
  for (const fact of observations.flat()) {
    sum += isShown(fact) ? encodeFact(fact).length : 0;
    if (sum > MAX_ENTRY_FACTS_BYTES && isShown(fact)) return fact.name;
  }
  return "";
}
