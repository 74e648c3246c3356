import {
  type CborValue,
  encodeFact,
  encodeObservations,
  err,
  type Fact,
  type FactRefusal,
  factNumber,
  fitObservations,
  isShown,
  MAX_ENTRY_FACTS_BYTES,
  type Observation,
  type Result,
  SALT_BYTES,
} from "../../core/index.ts";
import type { Amendment, Forgetting, JsonMap, JsonValue, Statement } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import { type GatewayLog, gatheredFor } from "./gathered.ts";

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

/**
 * Has changes signed with the node's key for the dataset and appended, all of them in one entry. When it resolves they are durable, and the
 * next question finds them: whoever asks waits until the store has caught up.
 *
 * @returns nothing, else `NGSI_DATA` of what is too large, `AUTH_KEY_…` where the owner closed the key, `HTTP_BUSY`
 */
export async function appendByGateway(
  services: Pick<Services, "state" | "clock" | "random">,
  to: GatewayLog,
  changes: readonly Change[],
): Promise<Result<void, AnyRefusal>> {
  const now = services.clock();
  const observations = changes.map((change) => observationOf(change, now, services.random));
  const facts = encodeObservations(observations);
  const fit = fitObservations(observations, facts.length);
  if (!fit.ok) {
    const path = unfit(observations, fit.error);
    return err({ code: "NGSI_DATA", path, want: "what fits into a fact" });
  }
  return gatheredFor(to.log).append(services, to, {
    observations,
    facts,
    named: changes.map(({ id }) => id),
  });
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
  for (const name of Object.keys(attributes)) said.push([name, cborOf(attributes[name] ?? [])]);
  // In one call, which takes longer than the bytes.
  const salts = random(said.length * SALT_BYTES);
  return said
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value], i): Fact => {
      const salt = salts.subarray(i * SALT_BYTES, (i + 1) * SALT_BYTES);
      return { salt, name, value };
    });
}

/** The same object where nothing of it stands in another way in a fact: most say texts and whole numbers. All in one walk. */
function cborOf(value: JsonValue | readonly JsonMap[]): CborValue {
  if (typeof value === "number") return factNumber(value);
  if (typeof value !== "object") return value;
  return Array.isArray(value) ? cborOfList(value) : cborOfMap(value as JsonMap);
}

function cborOfList(list: readonly JsonValue[]): CborValue {
  let changed: CborValue[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const each = list[i] as JsonValue;
    const said = cborOf(each);
    if (!Object.is(said, each)) {
      changed ??= [...(list as readonly CborValue[])];
      changed[i] = said;
    }
  }
  return changed ?? (list as CborValue);
}

function cborOfMap(map: JsonMap): CborValue {
  let changed: Record<string, CborValue> | undefined;
  for (const name in map) {
    const each = map[name] as JsonValue;
    const said = cborOf(each);
    if (!Object.is(said, each)) {
      changed ??= { ...(map as Record<string, CborValue>) };
      changed[name] = said;
    }
  }
  return changed ?? (map as CborValue);
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
