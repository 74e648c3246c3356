import { decodeEntry, present } from "../../core/index.ts";
import {
  type Choice,
  type Column,
  ColumnFinder,
  chosenFacts,
  FactReader,
  type FactSink,
  FindingSink,
  GroupSink,
  isChosen,
  OtherColumns,
  type Place,
  type Row,
  type RowGroup,
  RowGroupBuilder,
  rowOf,
} from "../../table/index.ts";
import { limitedBy, type ViewLimits } from "../authorised-view.ts";
import { entriesOf, type Slice, type SlicedEntry } from "./slice.ts";

/** Which of what stands in a slice goes into a table: what the view shows, and of that what is wanted. */
export type Selection = { readonly limits: ViewLimits; readonly choice: Choice };

/** What a look at a slice found. */
export type Found = {
  /** The columns that its rows need, beside those that there are in any case. */
  readonly columns: readonly Column[];
  /** Its rows with no others, where that could be made in the same go: mostly nothing has to be read twice. */
  readonly group?: RowGroup;
};

/** @param withGroup whether the rows may be made in the same go */
export function lookThrough(slice: Slice, selection: Selection, withGroup: boolean): Found {
  if (!withGroup) return { columns: findColumns(slice, selection) };
  const group = new RowGroupBuilder();
  try {
    fill(group, slice, selection);
  } catch (cause) {
    if (!(cause instanceof OtherColumns)) throw cause;
    return { columns: findColumns(slice, selection) };
  }
  return { columns: group.columns, group: group.encode() };
}

function findColumns(slice: Slice, selection: Selection): readonly Column[] {
  const finder = new ColumnFinder("observations");
  const reader = new FactReader();
  const sink = new FindingSink(reader, finder);
  for (const each of entriesOf(slice)) readEntry(each, reader, sink, selection);
  return finder.columns;
}

/** @param columns all that any row of the table has */
export function makeGroup(
  slice: Slice,
  selection: Selection,
  columns: readonly Column[],
): RowGroup {
  const group = new RowGroupBuilder(columns);
  fill(group, slice, selection);
  return group.encode();
}

function fill(group: RowGroupBuilder, slice: Slice, selection: Selection): void {
  const reader = new FactReader();
  const sink = new GroupSink(reader, group);
  for (const each of entriesOf(slice)) {
    sink.origin = { ...originOf(each), entry: each.index };
    readEntry(each, reader, sink, selection);
  }
}

function readEntry(
  sliced: SlicedEntry,
  reader: FactReader,
  sink: FactSink,
  { limits, choice }: Selection,
): void {
  const view = limitedBy(limits);
  const readRow = (observation: Parameters<typeof rowOf>[0], at: number): Row | undefined => {
    const shown = view.show(observation);
    if (shown === undefined || !isChosen(shown, choice)) return undefined;
    const place: Place = { ...originOf(sliced), entry: sliced.index, observation: at };
    return rowOf(chosenFacts(shown, choice), place);
  };
  // Who sees everything and wants it gets it without a look at what is kept back.
  const isWhole = [limits, choice].every((each) => Object.values(each).every(isNothing));
  reader.read(sliced.observations, sink, readRow, isWhole);
}

function isNothing(part: unknown): boolean {
  return part === undefined;
}

function originOf({ entry, receivedMilliseconds }: SlicedEntry) {
  const read = decodeEntry(entry);
  const { source } = present(read.ok ? read.value : undefined, "an entry that was judged");
  return { source, receivedMilliseconds };
}
