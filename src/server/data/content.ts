import { isShown, type Observation, type OpenDataset, ok, type Result } from "../../core/index.ts";
import {
  ALL,
  type ContentRefusal,
  contentRules,
  cornersOf,
  type DatasetLog,
  positionsIn,
  readStatement,
  type Statement,
} from "../../data/index.ts";
import type { Services } from "../services.ts";

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
    // These end something, and say nothing.
    if (said?.kind === "end" || said?.kind === "forget") continue;
    const attributes = said === undefined ? {} : attributesOf(said);
    const place = observation.find((fact) => isShown(fact) && fact.name === "place");
    const corners = place && isShown(place) ? cornersOf(place.value) : [];
    const positions = [...corners, ...positionsIn(attributes)];
    const types = said?.types ?? [];
    // Who says a part of a thing need not say again what it is.
    const known = said && types.length === 0 ? await typesOf(log, said.id) : types;
    const fit = rules({ id: said?.id, types: known, attributes, positions }, number);
    if (!fit.ok) return fit;
  }
  return ok(undefined);
}

/** What is said, or is to be told in the place of what was said before. */
function attributesOf({ attributes, amends }: Statement): Statement["attributes"] {
  return amends?.said === undefined ? attributes : { [amends.attribute]: [amends.said] };
}

async function typesOf({ entities }: Pick<DatasetLog, "entities">, id: string) {
  return (await entities.now(id, ALL))?.types ?? [];
}
