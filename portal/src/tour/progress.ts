import { useSyncExternalStore } from "react";
import { readStored, writeStored } from "../app/preferences.ts";
import { STEPS, type StepId } from "./steps.ts";

// Which steps were seen to their end, remembered by this browser for one ledger. What a step did is not kept here:
// it is in the ledger, and each step reads it from there.

const NAME = "cityid.tour";

type Stored = { readonly ledger: string; readonly done: readonly StepId[] };

let stored: Stored = parse(readStored(NAME));
const listeners: Set<() => void> = new Set();

/** A ledger that was made anew begins without ticks. */
export function beginTour(genesis: string): void {
  if (stored.ledger !== genesis) keep({ ledger: genesis, done: [] });
}

export function markDone(step: StepId): void {
  if (!stored.done.includes(step)) keep({ ...stored, done: [...stored.done, step] });
}

export function useDone(): readonly StepId[] {
  return useSyncExternalStore(subscribe, () => stored.done);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keep(value: Stored): void {
  stored = value;
  writeStored(NAME, JSON.stringify(value));
  for (const listener of listeners) listener();
}

function parse(text: string | null): Stored {
  const nothing: Stored = { ledger: "", done: [] };
  if (text === null) return nothing;
  try {
    const { ledger, done } = JSON.parse(text) as { ledger?: unknown; done?: unknown };
    if (typeof ledger !== "string" || !Array.isArray(done)) return nothing;
    return { ledger, done: STEPS.filter((step) => done.includes(step)) };
  } catch {
    return nothing;
  }
}
