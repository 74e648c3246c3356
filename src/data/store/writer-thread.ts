import { Worker } from "node:worker_threads";
import { workerUrl } from "../../log/index.ts";
import type { StoredEntry } from "../port.ts";
import type { Progress } from "./store-writer.ts";

/** Entries with what they say in one piece: many small ones are handed over as fast as few large ones. */
export type Handed = {
  readonly bytes: Uint8Array;
  readonly entries: readonly {
    readonly index: number;
    readonly receivedMilliseconds: number;
    readonly length: number;
  }[];
};

export type WriterOrder = { readonly store: number; readonly file: string } & (
  | { readonly kind: "take"; readonly handed: Handed; readonly progress: Progress }
  | { readonly kind: "retake"; readonly handed: Handed }
  | { readonly kind: "suspect"; readonly index: number }
  | { readonly kind: "close" }
);

/** Each order is answered, in the order in which they came. */
export type WriterAnswer =
  | { readonly changed: readonly string[] }
  | { readonly why: string; readonly code: string | undefined };

/** Writes one store, in the thread that writes those of the whole process. */
export type WriterOfStore = {
  /** @returns the ids of entities of which something else is said now; committed when it resolves, and all of it or nothing */
  take(entries: readonly StoredEntry[], progress: Progress): Promise<readonly string[]>;
  retake(entry: StoredEntry): Promise<readonly string[]>;
  /** Durable when it resolves. */
  suspect(index: number): Promise<void>;
  close(): Promise<void>;
};

type Owed = { resolve(answer: WriterAnswer): void; reject(cause: Error): void };

/** It holds what is being written, and little else. */
const YOUNG_GENERATION_MB = 12;

let worker: Worker | undefined;
let owed: Owed[] = [];
/** Stores that the thread has open. */
const open = new Set<number>();
let stores = 0;

/** The thread begins with the first order, and ends when it has no store open any more. */
export function writerOfStore(file: string): WriterOfStore {
  stores += 1;
  const of = { store: stores, file };
  return {
    take: async (entries, progress) =>
      changedIn(await ask({ ...of, kind: "take", handed: hand(entries), progress })),
    retake: async (entry) => changedIn(await ask({ ...of, kind: "retake", handed: hand([entry]) })),
    async suspect(index) {
      changedIn(await ask({ ...of, kind: "suspect", index }));
    },
    async close() {
      if (!open.has(of.store)) return;
      const answer = await ask({ ...of, kind: "close" });
      open.delete(of.store);
      if (open.size === 0 && owed.length === 0) await end();
      changedIn(answer);
    },
  };
}

function ask(order: WriterOrder): Promise<WriterAnswer> {
  return new Promise((resolve, reject) => {
    worker ??= begin();
    open.add(order.store);
    worker.ref();
    owed.push({ resolve, reject });
    worker.postMessage(order, "handed" in order ? [order.handed.bytes.buffer as ArrayBuffer] : []);
  });
}

function begin(): Worker {
  // The flags of this process are not for the worker: a test runner's loaders, an inspector's port.
  const made = new Worker(workerUrl("./worker", import.meta.url), {
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    name: "dataset stores",
  });
  made.on("message", (answer: WriterAnswer) => {
    owed.shift()?.resolve(answer);
    // An idle thread keeps no process alive.
    if (owed.length === 0) made.unref();
  });
  made.on("error", (cause) =>
    ended(made, cause instanceof Error ? cause : new Error(String(cause))),
  );
  made.on("exit", () => ended(made, new Error("the thread of stores has ended")));
  return made;
}

/** Whatever it was doing is undone with its connections; who asks next begins another one. */
function ended(which: Worker, cause: Error): void {
  if (worker !== which) return;
  worker = undefined;
  open.clear();
  const waiting = owed;
  owed = [];
  for (const each of waiting) each.reject(cause);
}

async function end(): Promise<void> {
  const ending = worker;
  worker = undefined;
  await ending?.terminate();
}

function hand(entries: readonly StoredEntry[]): Handed {
  const length = entries.reduce((sum, { body }) => sum + body.observations.length, 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  const parts = entries.map(({ index, body: { observations, receivedMilliseconds } }) => {
    bytes.set(observations, at);
    at += observations.length;
    return { index, receivedMilliseconds, length: observations.length };
  });
  return { bytes, entries: parts };
}

function changedIn(answer: WriterAnswer): readonly string[] {
  if ("changed" in answer) return answer.changed;
  throw Object.assign(new Error(answer.why), { code: answer.code });
}
