import type { Client } from "cityid/sdk";
import { type Demonstration, killNode } from "../../api/demo.ts";
import { lendHand } from "../../api/signing.ts";
import { comesBack } from "./comes-back.ts";
import { checkGrowth, type Growth } from "./growth.ts";
import { type Lamp, type Ledgered, type Load, readAgain, readLamps, sendChanges } from "./load.ts";
import { lookFor, type Search } from "./look-for.ts";

export const LAMPS = 32;
const LANES = 4;
const BEFORE_MILLISECONDS = 2_000;
const AFTER_MILLISECONDS = 1_000;

export type Phase = "preparing" | "loading" | "killed" | "waiting" | "looking";

export type Report = {
  readonly confirmedBefore: number;
  readonly confirmedAfter: number;
  readonly unanswered: number;
  readonly ratePerSecond: number;
  readonly awayMilliseconds: number;
  readonly before: Demonstration["process"];
  readonly after: Demonstration["process"];
  readonly search: Search;
  /** The log before the kill is contained in the log after it. */
  readonly growth: Growth;
};

type Tools = {
  /** Asks once: an answer that does not come is noted, not asked for again. */
  readonly client: Client;
  readonly send: typeof fetch;
  readonly demo: Demonstration;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: Phase, confirmed: number) => void;
};

/** Load, kill in the middle of it, recovery, load again, and the search for everything that was confirmed. */
export async function runKill({ client, send, demo, signal, onPhase }: Tools): Promise<Report> {
  const { under, who } = demo.examples.things;
  const told: Ledgered = { confirmed: new Map(), unanswered: new Set() };
  onPhase("preparing", 0);
  const hand = await lendHand(who, send);
  const lamps = await readLamps(client, under, LAMPS);
  const load = (wanted: () => boolean, phase: Phase): Load => ({
    client,
    hand,
    ledger: demo.ledger,
    told,
    wanted: () => !signal.aborted && wanted(),
    onConfirmed: () => onPhase(phase, told.confirmed.size),
  });

  onPhase("loading", 0);
  const started = performance.now();
  // The lanes never stop by themselves: only the death of the node ends them.
  const lanes = runLanes(
    lamps,
    load(() => true, "loading"),
  );
  await elapse(BEFORE_MILLISECONDS, signal);
  const ratePerSecond = (told.confirmed.size * 1000) / (performance.now() - started);
  const killed = await killNode(send);
  const gone = performance.now();
  onPhase("killed", told.confirmed.size);
  await lanes;
  const confirmedBefore = new Map(told.confirmed);

  onPhase("waiting", confirmedBefore.size);
  const after = await comesBack(killed.pid, signal);
  const back = performance.now();
  const again = await readAgain(client, lamps);
  await runLanes(
    again,
    load(() => performance.now() < back + AFTER_MILLISECONDS, "waiting"),
  );

  onPhase("looking", told.confirmed.size);
  return {
    confirmedBefore: confirmedBefore.size,
    confirmedAfter: told.confirmed.size - confirmedBefore.size,
    unanswered: told.unanswered.size,
    ratePerSecond,
    awayMilliseconds: back - gone,
    before: demo.process,
    after: after.process,
    search: await lookFor(told, client),
    growth: await checkGrowth(client, confirmedBefore, told.confirmed),
  };
}

/** Each lane changes lamps of its own, so that no change waits for another. */
async function runLanes(lamps: readonly Lamp[], load: Load): Promise<void> {
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    lamps.filter((_, place) => place % LANES === lane),
  );
  await Promise.all(lanes.filter((lane) => lane.length > 0).map((lane) => sendChanges(lane, load)));
}

function elapse(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
