import { present } from "../../core/index.ts";
import {
  type DatasetLog,
  limitsOf,
  type Selection,
  type Slice,
  SliceBuilder,
  type TableThread,
  type View,
} from "../../data/index.ts";
import {
  type Choice,
  type Column,
  ColumnFinder,
  fitGroup,
  parquetFile,
  type RowGroup,
} from "../../table/index.ts";
import type { Piece } from "./export-stream.ts";
import { Turns } from "./turns.ts";

/** Slices that are on their way to the thread, in it, or wait for the reader. */
const MOST_AHEAD = 3;
/** Of rows that were made before all columns were known: of so many bytes nothing is read twice. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

/** Entries of the log that become a row group. */
type Stretch = {
  readonly from: number;
  readonly to: number;
  /** How often facts of the log had been forgotten when it was read. */
  readonly erasures: number;
};

type Part = Stretch & {
  readonly made?: { readonly group: RowGroup; readonly columns: readonly Column[] };
};

/**
 * The observations of a log as a file of Parquet, in its order. This thread reads what lies beside the log and hands it over, and
 * another one makes columns of it, a few slices ahead of the reader.
 */
export async function* parquetPieces(
  thread: TableThread,
  log: DatasetLog,
  view: View,
  choice: Choice,
  size: number,
): AsyncGenerator<Piece> {
  const selection = { limits: limitsOf(view), choice };
  const { columns, parts } = await lookThrough(thread, log, selection, size);
  const file = parquetFile(columns);
  yield { bytes: file.begin(), count: 0 };
  const groups = ahead(again(parts, log, columns), async ({ group, slice }) =>
    group === undefined ? thread.group(slice, selection, columns) : group,
  );
  for await (const group of groups) {
    if (group.rows > 0) yield { bytes: file.group(group), count: group.rows };
  }
  yield { bytes: file.end(), count: 0 };
}

/** A table begins with what columns it has: so all of it is looked through, and what can be kept of that is. */
async function lookThrough(
  thread: TableThread,
  log: DatasetLog,
  selection: Selection,
  size: number,
): Promise<{ readonly columns: readonly Column[]; readonly parts: Part[] }> {
  const finder = new ColumnFinder("observations");
  const parts: Part[] = [];
  let left = MOST_KEPT_BYTES;
  const looks = ahead(slices(log, size), async ({ slice, ...stretch }) => {
    const withGroup = left > 0;
    const { columns, group } = await thread.look(slice, selection, withGroup);
    finder.addColumns(columns);
    // What cannot be made now is no better further on.
    left = withGroup && group === undefined ? 0 : left - (group?.bytes.length ?? 0);
    return { ...stretch, ...(group && { made: { group, columns } }) };
  });
  for await (const part of looks) parts.push(part);
  return { columns: finder.columns, parts };
}

type Made = { readonly group: RowGroup; readonly slice?: never };
type Unmade = { readonly group?: never; readonly slice: Slice };

/** Of each part what was made of it, where that has all columns and is as it was; else what it is made of. */
async function* again(
  parts: Part[],
  log: DatasetLog,
  columns: readonly Column[],
): AsyncGenerator<Made | Unmade> {
  const turns = new Turns();
  const builder = new SliceBuilder();
  for (const { from, to, erasures, made } of taken(parts)) {
    const group =
      made && erasures === log.erasures ? fitGroup(made.group, made.columns, columns) : undefined;
    if (group === undefined) {
      await gather(builder, log, from, to, turns);
      yield { slice: builder.take() };
    } else yield { group };
  }
}

/** Each, and then no longer held. */
function* taken<T>(all: T[]): Generator<T> {
  all.reverse();
  for (let each = all.pop(); each !== undefined; each = all.pop()) yield each;
}

async function* slices(
  log: DatasetLog,
  size: number,
): AsyncGenerator<Stretch & { readonly slice: Slice }> {
  const turns = new Turns();
  const builder = new SliceBuilder();
  for (let from = 0; from < size; ) {
    const { erasures } = log;
    const to = await gather(builder, log, from, size, turns);
    yield { slice: builder.take(), from, to, erasures };
    from = to;
  }
}

/** Reads entries until a slice is full, or up to `end`. @returns where it stopped */
async function gather(
  builder: SliceBuilder,
  log: DatasetLog,
  from: number,
  end: number,
  turns: Turns,
): Promise<number> {
  let index = from;
  while (index < end && !builder.isFull) {
    const entry = present(log.entry(index), `entry ${index}`);
    builder.add({ ...(await log.encodedBody(index)), index, entry });
    index += 1;
    if (turns.isOver) await turns.next();
  }
  return index;
}

/** What becomes of each, in order, while the next ones are worked on already. */
async function* ahead<T, R>(
  all: AsyncGenerator<T>,
  work: (each: T) => Promise<R>,
): AsyncGenerator<R> {
  const under: Promise<R>[] = [];
  for await (const each of all) {
    const begun = work(each);
    // Whoever waits for it hears of it; nobody may, where the reader has gone.
    begun.catch(() => undefined);
    under.push(begun);
    if (under.length >= MOST_AHEAD) yield await present(under.shift(), "what was begun");
  }
  for (const each of under) yield await each;
}
