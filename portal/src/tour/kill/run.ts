import type { Client } from "cityid/sdk";
import { type Demonstration, killNode } from "../../api/demo.ts";
import { lendHand } from "../../api/signing.ts";
import { comesBack } from "../comes-back.ts";
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
export async function runKill(tools: Tools): Promise<Report> {
  const { client, send, demo, signal, onPhase } = tools;
  const { under, who } = demo.examples.things;
  onPhase("preparing", 0);
  const hand = await lendHand(who, send);
  const lamps = await readLamps(client, under, LAMPS);
  const told: Ledgered = { confirmed: new Map(), unanswered: new Set() };
  const loadOf: LoadOf = (phase, wanted) => ({
    client,
    hand,
    ledger: demo.ledger,
    told,
    wanted: () => !signal.aborted && wanted(),
    onConfirmed: () => onPhase(phase, told.confirmed.size),
  });

  const ratePerSecond = await killUnderLoad(tools, lamps, loadOf);
  const before = new Map(told.confirmed);
  const gone = performance.now();
  onPhase("waiting", before.size);
  const after = await comesBack(demo.process.pid, signal);
  const back = performance.now();
  const again = await readAgain(client, lamps);
  // From here on, not from its return: a slow machine needs a while to read all lamps again, and shall confirm some changes too.
  const resumed = performance.now();
  const untilEnough = (): boolean => performance.now() < resumed + AFTER_MILLISECONDS;
  await runLanes(again, loadOf("waiting", untilEnough));

  onPhase("looking", told.confirmed.size);
  return {
    confirmedBefore: before.size,
    confirmedAfter: told.confirmed.size - before.size,
    unanswered: told.unanswered.size,
    ratePerSecond,
    awayMilliseconds: back - gone,
    before: demo.process,
    after: after.process,
    search: await lookFor(told, client),
    growth: await checkGrowth(client, before, told.confirmed),
  };
}

type LoadOf = (phase: Phase, wanted: () => boolean) => Load;

/**
 * Sends changes and kills the node while it takes them. Only its death ends the load, so that it dies under load; or that it
 * could not be killed.
 *
 * @returns confirmed changes a second, up to the kill
 */
async function killUnderLoad(
  { send, signal, onPhase }: Tools,
  lamps: readonly Lamp[],
  loadOf: LoadOf,
): Promise<number> {
  onPhase("loading", 0);
  const started = performance.now();
  let alive = true;
  const load = loadOf("loading", () => alive);
  const lanes = runLanes(lamps, load);
  const kill = async (): Promise<number> => {
    await elapse(BEFORE_MILLISECONDS, signal);
    const confirmed = load.told.confirmed.size;
    const seconds = (performance.now() - started) / 1000;
    await killNode(send);
    onPhase("killed", confirmed);
    return confirmed / seconds;
  };
  try {
    const ratePerSecond = await Promise.race([kill(), failureOf(lanes)]);
    await lanes;
    return ratePerSecond;
  } finally {
    alive = false;
  }
}

/** Each lane changes lamps of its own, so that no change waits for another. */
async function runLanes(lamps: readonly Lamp[], load: Load): Promise<void> {
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    lamps.filter((_, place) => place % LANES === lane),
  );
  await Promise.all(lanes.filter((lane) => lane.length > 0).map((lane) => sendChanges(lane, load)));
}

/** Rejects when `work` does; else never settles. */
function failureOf(work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => work.catch(reject));
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
