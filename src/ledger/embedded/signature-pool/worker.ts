import { parentPort } from "node:worker_threads";
import { areSignaturesRight } from "../../../core/index.ts";
import { unpackBatch } from "./batch.ts";

// Runs in a worker thread: takes packed batches, answers each with one byte an item, 1 for a right signature, in order.
parentPort?.on("message", (buffer: ArrayBuffer) => {
  const verdicts = Uint8Array.from(areSignaturesRight(unpackBatch(buffer)), Number);
  parentPort?.postMessage(verdicts, [verdicts.buffer]);
});
