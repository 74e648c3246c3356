import { Worker } from "node:worker_threads";
import { InvariantError } from "../../core/index.ts";
import { workerUrl } from "../../log/index.ts";
import type { Column, RowGroup } from "../../table/index.ts";
import type { Slice } from "./slice.ts";
import type { Found, Selection } from "./table-task.ts";

/** What is to be done with a slice: to look through it, or to make a row group of these columns. */
export type TableTask = { readonly slice: Slice; readonly selection: Selection } & (
  | { readonly withGroup: boolean }
  | { readonly columns: readonly Column[] }
);

export type TableAnswer =
  | { readonly found: Found }
  | { readonly group: RowGroup }
  | { readonly why: string };

type Owed = { resolve(answer: TableAnswer): void; reject(cause: Error): void };

/** Makes tables beside the thread that answers everybody. It begins with the first slice, and ends when none came for a while. */
export type TableThread = {
  /** What its rows need, and what they are where that is wanted and possible. The slice is handed over. */
  look(slice: Slice, selection: Selection, withGroup: boolean): Promise<Found>;
  /** @throws Error for facts that cannot be read, and where the thread died */
  group(slice: Slice, selection: Selection, columns: readonly Column[]): Promise<RowGroup>;
  close(): Promise<void>;
};

const IDLE_MILLISECONDS = 10_000;

export function createTableThread(): TableThread {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  const owed: Owed[] = [];
  const ended = (which: Worker, cause: Error): void => {
    if (worker !== which) return;
    worker = undefined;
    for (const each of owed.splice(0)) each.reject(cause);
  };
  const begin = (): Worker => {
    // The flags of this process are not for the worker: a test runner's loaders, an inspector's port.
    const made = new Worker(workerUrl("./worker", import.meta.url), {
      execArgv: [],
      name: "tables",
    });
    made.on("message", (answer: TableAnswer) => {
      owed.shift()?.resolve(answer);
      if (owed.length === 0) rest();
    });
    made.on("error", (cause) =>
      ended(made, cause instanceof Error ? cause : new Error(String(cause))),
    );
    made.on("exit", () => ended(made, new Error("the thread of tables has ended")));
    return made;
  };
  const rest = (): void => {
    clearTimeout(idle);
    // An idle thread keeps no process alive.
    worker?.unref();
    idle = setTimeout(() => void end(), IDLE_MILLISECONDS);
    idle.unref();
  };
  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    if (ending === undefined) return;
    ended(ending, new Error("the thread of tables was ended"));
    await ending.terminate();
  };
  const ask = (task: TableTask): Promise<TableAnswer> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle);
      worker ??= begin();
      worker.ref();
      owed.push({ resolve, reject });
      worker.postMessage(task, [task.slice.bytes.buffer, task.slice.numbers.buffer]);
    });
  return {
    async look(slice, selection, withGroup) {
      const answer = await ask({ slice, selection, withGroup });
      if ("found" in answer) return answer.found;
      throw failureOf(answer);
    },
    async group(slice, selection, columns) {
      const answer = await ask({ slice, selection, columns });
      if ("group" in answer) return answer.group;
      throw failureOf(answer);
    },
    close: end,
  };
}

function failureOf(answer: TableAnswer): Error {
  return "why" in answer
    ? new Error(answer.why)
    : new InvariantError("an answer to something else");
}
