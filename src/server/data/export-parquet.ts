import { present } from "../../core/index.ts";
import {
  type DatasetLog,
  limitsOf,
  type Slice,
  SliceBuilder,
  type TableThread,
  type View,
} from "../../data/index.ts";
import { type Choice, ColumnFinder, parquetFile } from "../../table/index.ts";
import type { Piece } from "./export-stream.ts";
import { Turns } from "./turns.ts";

/** Slices that are on their way to the thread, in it, or wait for the reader. */
const MOST_AHEAD = 3;

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
  const finder = new ColumnFinder("observations");
  // By looking through all of it: a table begins with what columns it has.
  for await (const columns of ahead(slices(log, size), (slice) =>
    thread.columns(slice, selection),
  )) {
    finder.addColumns(columns);
  }
  const { columns } = finder;
  const file = parquetFile(columns);
  yield { bytes: file.begin(), count: 0 };
  const groups = ahead(slices(log, size), (slice) => thread.group(slice, selection, columns));
  for await (const group of groups) {
    if (group.rows > 0) yield { bytes: file.group(group), count: group.rows };
  }
  yield { bytes: file.end(), count: 0 };
}

async function* slices(log: DatasetLog, size: number): AsyncGenerator<Slice> {
  const turns = new Turns();
  const builder = new SliceBuilder();
  for (let index = 0; index < size; index++) {
    const entry = present(log.entry(index), `entry ${index}`);
    builder.add({ ...(await log.encodedBody(index)), index, entry });
    if (builder.isFull) yield builder.take();
    if (turns.isOver) await turns.next();
  }
  if (!builder.isEmpty) yield builder.take();
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
