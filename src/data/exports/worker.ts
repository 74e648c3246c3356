import { parentPort } from "node:worker_threads";
import { yieldToOthers } from "../../log/index.ts";
import { lookThrough, makeGroup } from "./table-task.ts";
import type { TableAnswer, TableTask } from "./table-thread.ts";

// Runs in a worker thread: finds the columns of slices, and makes row groups of them, in the order in which they come.

// A table can wait; whoever asks for one thing cannot.
yieldToOthers();

parentPort?.on("message", (task: TableTask) => {
  const { answer, transfer } = done(task);
  parentPort?.postMessage(answer, transfer);
});

type Done = { readonly answer: TableAnswer; readonly transfer: ArrayBuffer[] };

function done(task: TableTask): Done {
  const { slice, selection } = task;
  try {
    if ("columns" in task) {
      const group = makeGroup(slice, selection, task.columns);
      return { answer: { group }, transfer: [group.bytes.buffer] };
    }
    const found = lookThrough(slice, selection, task.withGroup);
    return { answer: { found }, transfer: found.group ? [found.group.bytes.buffer] : [] };
  } catch (cause) {
    return {
      answer: { why: cause instanceof Error ? cause.message : String(cause) },
      transfer: [],
    };
  }
}
