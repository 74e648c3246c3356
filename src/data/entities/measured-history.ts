import { isDeepStrictEqual } from "node:util";
import type { JsonMap } from "./entity.ts";
import { type Measurement, measurementsOf } from "./measure.ts";
import type { Amendment, Forgetting, Statement } from "./statement.ts";

/** One observation of a thing, with its row in the order of the log. */
export type Recorded = {
  readonly row: number;
  readonly receivedMilliseconds: number;
  readonly statement: Statement;
};

export type RecordedMeasurement = Measurement & { readonly row: number };

/** An observation with what is left of it. */
type Left = Recorded & {
  readonly attributes: Map<string, readonly JsonMap[]>;
  /** Attributes that the gateway told otherwise since. */
  readonly amended: Set<string>;
};

/**
 * The numbers that the observations of one thing say: what was amended as it is told now, nothing of what is to be forgotten.
 *
 * @param history all that were made of it, or all from one on, in their order
 */
export function measuredHistory(
  history: readonly Recorded[],
  rowOf: (entry: number, at: number) => number,
): readonly RecordedMeasurement[] {
  const kept = new Map<number, Left>();
  for (const { row, receivedMilliseconds, statement } of history) {
    const { kind, amends, forgets, attributes } = statement;
    if (kind === "forget") forget(kept, forgets);
    else if (kind === "amend") amend(kept, amends, rowOf);
    else {
      const said = new Map(Object.entries(attributes));
      kept.set(row, {
        ...{ row, receivedMilliseconds, statement, attributes: said, amended: new Set() },
      });
    }
  }
  return [...kept.values()].flatMap(({ row, receivedMilliseconds, ...left }) => {
    const { attributes, amended } = left;
    const statement = { ...left.statement, attributes: Object.fromEntries(attributes) };
    const all = measurementsOf(statement, receivedMilliseconds, amended);
    return all.map((each) => ({ ...each, row }));
  });
}

function forget(kept: Map<number, Left>, forgets: Forgetting | undefined): void {
  if (forgets === undefined) {
    kept.clear();
    return;
  }
  const { attributes: names, datasetId } = forgets;
  for (const { attributes } of kept.values()) {
    for (const name of names) {
      const said = attributes.get(name);
      if (said === undefined) continue;
      const left = said.filter((each) => datasetId !== "*" && each.datasetId !== datasetId);
      if (left.length > 0) attributes.set(name, left);
      else attributes.delete(name);
    }
  }
}

function amend(
  kept: ReadonlyMap<number, Left>,
  amends: Amendment | undefined,
  rowOf: (entry: number, at: number) => number,
): void {
  if (amends === undefined) return;
  const { entry, at, attribute, datasetId, said } = amends;
  const target = kept.get(rowOf(entry, at));
  const old = instanceOf(target, attribute, datasetId);
  if (target === undefined || old === undefined) return;
  for (const left of kept.values()) {
    if (left.row < target.row) continue;
    if (left.row > target.row) {
      const repeated = instanceOf(left, attribute, datasetId);
      if (repeated === undefined) continue;
      // The gateway repeats what it leaves as it was; what a source says again is an observation of its own.
      if (left.statement.kind === "merge" || !isDeepStrictEqual(repeated, old)) return;
    }
    replace(left, attribute, datasetId, said);
  }
}

function instanceOf(left: Left | undefined, attribute: string, datasetId: string | undefined) {
  return left?.attributes.get(attribute)?.find((each) => each.datasetId === datasetId);
}

function replace(
  { attributes, amended }: Left,
  attribute: string,
  datasetId: string | undefined,
  said: JsonMap | undefined,
): void {
  const before = attributes.get(attribute) ?? [];
  const now = before.flatMap((each) => {
    if (each.datasetId !== datasetId) return [each];
    return said === undefined ? [] : [said];
  });
  attributes.set(attribute, now);
  amended.add(attribute);
}
