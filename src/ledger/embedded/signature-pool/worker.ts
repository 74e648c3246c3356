import { parentPort } from "node:worker_threads";
import { isSignatureRight } from "../../../core/index.ts";
import { unpackBatch } from "./batch.ts";

// Runs in a worker thread: takes packed batches, answers each with one byte an item, 1 for a right signature, in order.
parentPort?.on("message", (buffer: ArrayBuffer) => {
  const verdicts = Uint8Array.from(unpackBatch(buffer), (check) => Number(isSignatureRight(check)));
  parentPort?.postMessage(verdicts, [verdicts.buffer]);
});
