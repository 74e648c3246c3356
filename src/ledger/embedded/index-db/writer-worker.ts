import { parentPort, workerData } from "node:worker_threads";
import { InvariantError } from "../../../core/index.ts";
import { nodeFiles } from "../../../log/index.ts";
import { ValuesReader } from "../values-reader.ts";
import { closeWritten, openToWrite, removeIndex } from "./database.ts";
import { type WriterData, type WriterOrder, type WriterReport, writeFailure } from "./messages.ts";
import { IndexWriter } from "./writer.ts";
import { yieldToOthers } from "./yield-to-others.ts";

// Runs in a worker thread: told how far committed frames reach, it takes them in and says how far it got.

if (parentPort === null) throw new InvariantError("a worker has a parent");
const port = parentPort;
const { file, values, identity, isAnew } = workerData as WriterData;
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
  const source = new ValuesReader(nodeFiles, values);
  const sql = openToWrite(file, identity, source);
  const writer = new IndexWriter(sql, source);
  let target = { end: identity.start, size: 0 };
  let isRunning = false;
  let isClosing = false;

  function step(): void {
    const { offset, size } = writer.progress;
    isRunning = !isClosing && (offset < target.end || size < target.size);
    if (isRunning) {
      writer.take(target.end, target.size);
      reportProgress();
      // Orders come in between.
      setImmediate(() => guarded(step));
    } else if (isClosing) {
      closeWritten(sql);
      source.close();
      port.close();
    }
  }

  function reportProgress(): void {
    const { size, records, operations, values, byKind } = writer.progress;
    const codes = records.reduce((sum, each) => sum + each, 0);
    report({ kind: "progress", size, counts: { codes, operations, values, byKind } });
  }

  port.on("message", (order: WriterOrder) => {
    if (order === "close") isClosing = true;
    else target = order;
    if (!isRunning) guarded(step);
  });
  reportProgress();
});
