import { parentPort, workerData } from "node:worker_threads";
import { InvariantError } from "../../../core/index.ts";
import { nodeFiles, yieldToOthers } from "../../../log/index.ts";
import { ValuesReader } from "../values-reader.ts";
import { closeWritten, openToWrite, removeIndex } from "./database.ts";
import { type WriterData, type WriterOrder, type WriterReport, writeFailure } from "./messages.ts";
import { type Left, Strokes } from "./strokes.ts";
import { IndexWriter } from "./writer.ts";

// Runs in a worker thread: told how far committed frames reach, it takes them in and says how far it got.

/** Transactions are at least so far apart: who reads what was just written waits as long at most. */
const REST_MILLISECONDS = 50;

if (parentPort === null) throw new InvariantError("a worker has a parent");
const port = parentPort;
const { file, values, identity, freshFrom, isAnew } = workerData as WriterData;
const report = (message: WriterReport): void => port.postMessage(message);

/** Ends the thread: another one begins where the last transaction ended. */
function guarded(work: () => void): void {
  try {
    work();
  } catch (cause) {
    report(writeFailure(cause));
    port.close();
  }
}

yieldToOthers();

guarded(() => {
  if (isAnew) removeIndex(file);
  // Whoever begins anew reads what may have lain on the disk for long.
  const source = new ValuesReader(nodeFiles, values, isAnew ? undefined : freshFrom);
  const sql = openToWrite(file, identity, source);
  const writer = new IndexWriter(sql, source);
  let target = { end: identity.start, size: 0 };
  let isClosing = false;
  let left: Left = "nothing";
  const strokes = new Strokes(() => {
    guarded(work);
    return left;
  }, REST_MILLISECONDS);

  function work(): void {
    const { offset, size } = writer.progress;
    left = "nothing";
    if (isClosing) {
      closeWritten(sql);
      source.close();
      port.close();
    } else if (offset < target.end || size < target.size) {
      const isMore = writer.take(target.end, target.size);
      reportProgress();
      left = isMore ? "more" : "nothing now";
    }
  }

  function reportProgress(): void {
    const { size, records, operations, values, byKind } = writer.progress;
    const codes = records.reduce((sum, each) => sum + each, 0);
    report({ kind: "progress", size, counts: { codes, operations, values, byKind } });
  }

  port.on("message", (order: WriterOrder) => {
    if (order === "close") {
      isClosing = true;
      strokes.hurry();
    } else {
      target = order;
      strokes.wake();
    }
  });
  reportProgress();
});
