import { type CborValue, factLeaf, isCborMap, isShown, type Observation } from "../core/index.ts";
import { type Bounds, boundsOf, momentOf } from "./where-and-when.ts";

/** Which of the observations that a reader may see it wants in a table, and what of them. */
export type Choice = {
  /** Names of facts; `id`, `type`, `time` and `@op` are there with whatever else is. All where it is left out. */
  readonly attributes?: readonly string[];
  /** Unix milliseconds, half-open, of the fact `time`; what says no time is outside. */
  readonly sinceMilliseconds?: number;
  readonly beforeMilliseconds?: number;
  /** 1e-7 degree: what its `place` shares a point with by its bounds; west beyond east crosses the antimeridian. */
  readonly bbox?: Bounds;
};

const HEAD: readonly string[] = ["@op", "id", "time", "type"];

/** Whether an observation is one that is wanted, by what is shown of it. */
export function isChosen(observation: Observation, choice: Choice): boolean {
  const { sinceMilliseconds: since, beforeMilliseconds: before, bbox } = choice;
  if (since !== undefined || before !== undefined) {
    const moment = momentOf(valueIn(observation, "time"));
    if (moment === undefined) return false;
    if (since !== undefined && moment < since) return false;
    if (before !== undefined && moment >= before) return false;
  }
  if (bbox === undefined) return true;
  const bounds = boundsOf(valueIn(observation, "place") ?? locationIn(observation));
  return bounds !== undefined && doMeet(bounds, bbox);
}

function valueIn(observation: Observation, name: string): CborValue | undefined {
  for (const fact of observation) if (isShown(fact) && fact.name === name) return fact.value;
  return undefined;
}

/** Where the gateway says that a thing is: the first instance of an attribute of NGSI-LD. */
function locationIn(observation: Observation): CborValue | undefined {
  const location = valueIn(observation, "@op") && valueIn(observation, "location");
  const [first] = Array.isArray(location) ? (location as readonly CborValue[]) : [];
  return first !== undefined && isCborMap(first) ? first.value : undefined;
}

function doMeet(bounds: Bounds, [west, south, east, north]: Bounds): boolean {
  const [w, s, e, n] = bounds;
  if (n < south || s > north) return false;
  return west <= east ? e >= west && w <= east : e >= west || w <= east;
}

/** What of an observation that is wanted goes into the table. */
export function chosenFacts(observation: Observation, { attributes }: Choice): Observation {
  return attributes === undefined ? observation : limited(observation, [...HEAD, ...attributes]);
}

/** What of an observation has to be known to tell whether it is wanted, and what of it goes into the table. */
export function provingFacts(observation: Observation, choice: Choice): Observation {
  if (!isChosen(observation, choice)) return limited(observation, JUDGED);
  const { attributes } = choice;
  if (attributes === undefined) return observation;
  return limited(observation, [...HEAD, ...JUDGED, ...attributes]);
}

const JUDGED: readonly string[] = ["@op", "location", "place", "time"];

function limited(observation: Observation, names: readonly string[]): Observation {
  return observation.map((fact) =>
    isShown(fact) && !names.includes(fact.name) ? factLeaf(fact) : fact,
  );
}
