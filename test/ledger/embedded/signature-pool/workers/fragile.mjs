// Stands in for the worker: answers 1 for each item of the first batch that it gets and 0 afterwards, so that a test sees how
// a batch was divided; and ends when a batch has exactly 7 items, with an error when it has 8.
import { parentPort } from "node:worker_threads";

let batches = 0;

parentPort.on("message", (buffer) => {
  const [items] = new Uint32Array(buffer, 0, 1);
  if (items === 7) process.exit(3);
  if (items === 8) throw new Error("eight");
  batches++;
  parentPort.postMessage(new Uint8Array(items).fill(batches === 1 ? 1 : 0));
});
