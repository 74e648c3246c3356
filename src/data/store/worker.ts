import { parentPort } from "node:worker_threads";
import { errnoOf, yieldToOthers } from "../../log/index.ts";
import type { StoredEntry } from "../port.ts";
import { StoreWriter } from "./store-writer.ts";
import type { Handed, WriterAnswer, WriterOrder } from "./writer-thread.ts";

// Runs in a worker thread: writes stores, one order after the other.

/** Whoever asks goes first; but some wait for what is written here. */
const LOWER_PRIORITY = 5;

yieldToOthers(LOWER_PRIORITY);

const writers = new Map<number, StoreWriter>();

parentPort?.on("message", (order: WriterOrder) => {
  parentPort?.postMessage(answerTo(order));
});

function answerTo(order: WriterOrder): WriterAnswer {
  try {
    return { changed: done(order) };
  } catch (cause) {
    return {
      why: cause instanceof Error ? cause.message : String(cause),
      code: errnoOf(cause),
    };
  }
}

function done(order: WriterOrder): readonly string[] {
  const { store, file } = order;
  if (order.kind === "close") {
    const writer = writers.get(store);
    writers.delete(store);
    writer?.close();
    return [];
  }
  const writer = writers.get(store) ?? new StoreWriter(file);
  writers.set(store, writer);
  switch (order.kind) {
    case "take":
      return writer.take(entriesOf(order.handed), order.progress);
    case "retake":
      return entriesOf(order.handed).flatMap((entry) => writer.retake(entry));
    case "suspect":
      writer.suspect(order.index);
      return [];
  }
}

function entriesOf({ bytes, entries }: Handed): readonly StoredEntry[] {
  let at = 0;
  return entries.map(({ index, receivedMilliseconds, length }) => {
    const observations = bytes.subarray(at, at + length);
    at += length;
    return { index, body: { receivedMilliseconds, observations } };
  });
}
