import { certain, decodingObservations } from "../../core/index.ts";
import {
  contentOf,
  type DatasetLog,
  type Entity,
  entityView,
  LOCATION,
  placeOf,
  still,
  type View,
} from "../../data/index.ts";
import {
  type Cell,
  type Choice,
  chosenFacts,
  isChosen,
  isGeometry,
  type JsonMap,
  type Row,
  rowOf,
} from "../../table/index.ts";
import type { ExportRequest } from "./export-request.ts";
import { inTurns, Turns } from "./turns.ts";
import { entryAt } from "./views.ts";

/** Rows that are given at once: written as text they take as long again as it took to read them, in the same turn. */
const SLICE_ROWS = 256;
/** Entities that are read at once. */
const PAGE_ENTITIES = 256;

/** The rows of an export, a bounded number of them in memory, with turns for others in between. */
export function exportRows(
  log: DatasetLog,
  view: View,
  request: ExportRequest,
  size: number,
  nowMilliseconds: number,
): AsyncGenerator<readonly Row[]> {
  return request.of === "observations"
    ? observationRows(log, view, request.choice, size)
    : entityRows(log, view, request, nowMilliseconds);
}

/** In the order of the log: as many of its entries as `size` says. */
async function* observationRows(
  log: DatasetLog,
  view: View,
  choice: Choice,
  size: number,
): AsyncGenerator<readonly Row[]> {
  const turns = new Turns();
  let rows: Row[] = [];
  for (let index = 0; index < size; index++) {
    // Each entry for itself, decoded when it is its turn: those that came with it are many.
    const { observations: encoded, receivedMilliseconds } = await log.encodedBody(index);
    const decoded = await inTurns(decodingObservations(encoded), turns);
    const observations = certain(decoded, "observations of ours");
    const { source } = entryAt(log, index);
    for (const [observation, facts] of observations.entries()) {
      const shown = view.show(facts);
      if (shown !== undefined && isChosen(shown, choice)) {
        const place = { entry: index, observation, source, receivedMilliseconds };
        const row = rowOf(chosenFacts(shown, choice), place);
        if (row !== undefined) rows.push(row);
      }
      if (rows.length < SLICE_ROWS && !turns.isOver) continue;
      if (rows.length > 0) yield rows;
      rows = [];
      await turns.next();
    }
  }
  if (rows.length > 0) yield rows;
}

/** Things as the view shows them now, without what has expired. */
async function* entityRows(
  { entities }: DatasetLog,
  view: View,
  { choice, box }: ExportRequest,
  nowMilliseconds: number,
): AsyncGenerator<readonly Row[]> {
  const { sinceMilliseconds: since, beforeMilliseconds: before } = choice;
  const query = {
    ...(since !== undefined && { fromMilliseconds: since }),
    ...(before !== undefined && { toMilliseconds: before - 1 }),
    ...(box && { bbox: box }),
  };
  const seen = entityView(view);
  await entities.caughtUp();
  let after: number | undefined;
  do {
    const page = await entities.find(query, seen, {
      limit: PAGE_ENTITIES,
      ...(after !== undefined && { after }),
    });
    const left = page.entities.flatMap((each) => still(each, nowMilliseconds) ?? []);
    if (left.length > 0) yield left.map((each) => rowOfEntity(each, choice));
    after = page.next;
    await new Turns().next();
  } while (after !== undefined);
}

function rowOfEntity(entity: Entity, { attributes }: Choice): Row {
  const isWanted = (name: string) => attributes === undefined || attributes.includes(name);
  const row = new Map<string, Cell>([
    ["id", entity.id],
    ["type", entity.types.join(" ")],
    ["time", new Date(entity.time).toISOString()],
  ]);
  const place = placeOf(entity);
  const isPlaced = isGeometry(place);
  if (isPlaced && (isWanted("place") || isWanted(LOCATION))) row.set("place", place as JsonMap);
  for (const [name, instances] of Object.entries(entity.attributes)) {
    if (!isWanted(name) || (name === LOCATION && isPlaced)) continue;
    const all = instances.map(({ said }) => said);
    const [first] = all;
    if (first !== undefined) row.set(name, all.length > 1 ? all : (contentOf(first) ?? first));
  }
  return row;
}
