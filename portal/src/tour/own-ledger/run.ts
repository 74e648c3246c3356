import { type Client, type Code, fromHex, NodeUnreachable, parsePolicy } from "cityid/sdk";
import { verifyReceipt } from "cityid/verify";
import { type CheckedChain, checkChain, isNotYet } from "../../api/check-chain.ts";
import { type CityDemo, killNode } from "../../api/demo.ts";
import { lendHand, sign, submitSigned, todayUtc } from "../../api/signing.ts";
import { comesBack } from "../comes-back.ts";
import { wait } from "../wait.ts";

/** The root's node stays away for so long. */
export const AWAY_SECONDS = 10;

const POLL_MILLISECONDS = 200;
/** A ledger that begins needs some seconds; one that does not come will not. */
const PATIENCE_MILLISECONDS = 60_000;

export type Phase = "preparing" | "stopping" | "writing" | "waiting";

/** What happened while the root's node was away. */
export type Written = {
  /** Place of the change in the city's log. */
  readonly index: number;
  /** The receipt was checked in this page, under the policy that the root shows for the city. */
  readonly receipt: boolean;
  readonly confirmMilliseconds: number;
  /** The root did not answer just before the change was sent, nor after it was confirmed. */
  readonly wasAlone: boolean;
  readonly awayMilliseconds: number;
};

/** Fetches the chain of a lamp; waits for a ledger that is still beginning. */
export async function proveLamp(
  send: typeof fetch,
  lamp: string,
  node: { readonly policy: string },
  signal: AbortSignal,
  onNotYet: () => void,
): Promise<CheckedChain> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await checkChain(send, lamp, node);
    } catch (cause) {
      if (!isNotYet(cause) || performance.now() > deadline) throw cause;
    }
    onNotYet();
    await wait(5 * POLL_MILLISECONDS, signal);
  }
}

type Tools = {
  readonly city: CityDemo;
  /** Policy of the city's log, out of the root's proof. */
  readonly policy: string;
  readonly root: Client;
  /** Asks once: the city is not to be waited for. */
  readonly own: Client;
  readonly send: typeof fetch;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: Phase) => void;
};

/** Kills the root's node, writes into the city's ledger meanwhile, and waits until the root's is back. */
export async function writeAlone(tools: Tools): Promise<Written> {
  const { city, root, own, send, signal, onPhase } = tools;
  onPhase("preparing");
  const hand = await lendHand(city.things.who, send);
  const { origin } = await own.node();
  const { record } = await own.record(city.lamp);
  const prev = fromHex(record.op);
  if (prev === undefined) throw new Error(`${record.op} is no hash`);
  onPhase("stopping");
  const { pid } = await killNode(send, AWAY_SECONDS);
  const gone = performance.now();
  while (!(await isAway(root))) await wait(POLL_MILLISECONDS, signal);
  onPhase("writing");
  const value = new Date().toISOString();
  const signed = await sign(
    hand,
    {
      op: "update",
      code: city.lamp as Code,
      prev,
      attributes: { inspected: { value, validFrom: todayUtc() } },
    },
    origin,
  );
  const began = performance.now();
  const { index, receipt } = await submitSigned(own, signed);
  const confirmMilliseconds = performance.now() - began;
  const wasAlone = await isAway(root);
  const holds = await isReceipt(receipt, signed.bytes, tools.policy);
  onPhase("waiting");
  await comesBack(pid, signal, 2 * POLL_MILLISECONDS);
  const awayMilliseconds = performance.now() - gone;
  return { index, receipt: holds, confirmMilliseconds, wasAlone, awayMilliseconds };
}

async function isAway(client: Client): Promise<boolean> {
  return client.ready().then(
    () => false,
    (failure: unknown) => failure instanceof NodeUnreachable,
  );
}

async function isReceipt(text: string, entry: Uint8Array, policyText: string): Promise<boolean> {
  const policy = parsePolicy(policyText);
  if (!policy.ok) return false;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const options = { policy: policy.value, nowSeconds, maxAgeSeconds: Number.POSITIVE_INFINITY };
  return (await verifyReceipt(text, entry, options)).ok;
}

/** Anchoring takes its turn once a minute. */
const CATCH_UP_MILLISECONDS = 120_000;

/** Asks again until the root keeps a checkpoint of the city that holds this entry. */
export async function catchUp(
  send: typeof fetch,
  lamp: string,
  node: { readonly policy: string },
  index: number,
  signal: AbortSignal,
): Promise<CheckedChain | undefined> {
  const deadline = performance.now() + CATCH_UP_MILLISECONDS;
  while (performance.now() < deadline) {
    const chain = await checkChain(send, lamp, node).catch((cause: unknown) => {
      if (isNotYet(cause)) return undefined;
      throw cause;
    });
    if (chain?.findings.holds && anchoredSize(chain) > index) return chain;
    await wait(10 * POLL_MILLISECONDS, signal);
  }
  return undefined;
}

/** Entries of the city's log that the root keeps a checkpoint of; 0 where the chain does not hold. */
export function anchoredSize({ findings }: CheckedChain): number {
  return findings.holds ? (findings.verdict.links[0]?.anchored.size ?? 0) : 0;
}
