import { isShown, type Observation, type OpenDataset, ok, type Result } from "../../core/index.ts";
import {
  ALL,
  type ContentRefusal,
  contentRules,
  type DatasetLog,
  positionsIn,
  readStatement,
} from "../../data/index.ts";
import { boundsOf } from "../../table/index.ts";
import type { Services } from "../services.ts";

const UNITS_PER_DEGREE = 1e7;

/** Whether a dataset takes what an entry says: docs/spec/sharing.md, Strict datasets. */
export async function judgeContent(
  state: Services["state"],
  dataset: OpenDataset,
  log: Pick<DatasetLog, "entities">,
  observations: readonly Observation[],
  receivedMilliseconds: number,
): Promise<Result<void, ContentRefusal>> {
  const rules = contentRules(state, dataset, state.remembered);
  if (rules === undefined) return ok(undefined);
  for (const [number, observation] of observations.entries()) {
    const said = readStatement(observation, receivedMilliseconds);
    const attributes = said?.attributes ?? {};
    const positions = [...cornersOf(observation), ...positionsIn(attributes)];
    const types = said?.types ?? [];
    // Who says a part of a thing need not say again what it is.
    const known = said && types.length === 0 ? await typesOf(log, said.id) : types;
    const fit = rules({ id: said?.id, types: known, attributes, positions }, number);
    if (!fit.ok) return fit;
  }
  return ok(undefined);
}

async function typesOf({ entities }: Pick<DatasetLog, "entities">, id: string) {
  await entities.caughtUp();
  return (await entities.entity(id, ALL))?.types ?? [];
}

/** Of the bounds of where it was, in whichever form it says so. */
function cornersOf(observation: Observation): readonly (readonly [number, number])[] {
  const place = observation.find((fact) => isShown(fact) && fact.name === "place");
  const bounds = place && isShown(place) ? boundsOf(place.value) : undefined;
  if (bounds === undefined) return [];
  const [west, south, east, north] = bounds.map((units) => units / UNITS_PER_DEGREE);
  if (west === undefined || south === undefined || east === undefined || north === undefined) {
    return [];
  }
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}
