import { parentPort } from "node:worker_threads";
import { yieldToOthers } from "../../log/index.ts";
import { findColumns, makeGroup } from "./table-task.ts";
import type { TableAnswer, TableTask } from "./table-thread.ts";

// Runs in a worker thread: finds the columns of slices, and makes row groups of them, in the order in which they come.

// A table can wait; whoever asks for one thing cannot.
yieldToOthers();

parentPort?.on("message", (task: TableTask) => {
  const { answer, transfer } = done(task);
  parentPort?.postMessage(answer, transfer);
});

type Done = { readonly answer: TableAnswer; readonly transfer: ArrayBuffer[] };

function done({ slice, selection, columns }: TableTask): Done {
  try {
    if (columns === undefined) {
      return { answer: { columns: findColumns(slice, selection) }, transfer: [] };
    }
    const group = makeGroup(slice, selection, columns);
    return { answer: { group }, transfer: [group.bytes.buffer] };
  } catch (cause) {
    return {
      answer: { why: cause instanceof Error ? cause.message : String(cause) },
      transfer: [],
    };
  }
}
