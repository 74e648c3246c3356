import { expect, test, vi } from "vitest";
import { hex } from "../../../src/core/index.ts";
import { ConsensusWatch } from "../../../src/ledger/comet/consensus.ts";
import { engineId } from "../../../src/ledger/comet/engine-id.ts";
import type { LedgerState } from "../../../src/ledger/state.ts";
import { keyOf, peerOf } from "./chain-caller.ts";

const active = ["v1", "v2", "v3", "v4", "v5"].map((id) => {
  return { id, key: keyOf(id), peer: peerOf(id), power: id === "v5" ? 0 : 1 };
});
const state = { get: () => ({ active }) } as unknown as LedgerState;
const chain = { height: 12, commits: { count: 12, sumMilliseconds: 30 } };

const signature = (id: string, flag: number) => ({
  block_id_flag: flag,
  // As the engine writes an absent one.
  validator_address: flag === 1 ? "" : engineId(keyOf(id)).toUpperCase(),
});

/** What an engine answers, whose validator is v1. */
const ANSWERS: { readonly [method: string]: object } = {
  status: { node_info: { id: hex(peerOf("v1")) }, sync_info: { catching_up: false } },
  net_info: { peers: ["v2", "v3", "v5"].map((id) => ({ node_info: { id: hex(peerOf(id)) } })) },
  num_unconfirmed_txs: { n_txs: "7" },
};

function commitOf(...flags: readonly [number, number, number, number]) {
  const signatures = flags.map((flag, i) => signature(`v${i + 1}`, flag));
  return { signed_header: { commit: { signatures } } };
}

function watchOn(answers: { readonly [name: string]: object }, at = chain) {
  const rpc = {
    ask: async (method: string, { height }: { readonly height?: string } = {}) =>
      answers[height === undefined ? method : `${method} ${height}`] as never,
  };
  return new ConsensusWatch(rpc, at, state);
}

test("a vote that came after the block was decided counts, as the next block shows it", async () => {
  // What the engine knows of the newest block are the votes that decided it: the last one is always too late for that.
  const answers = { ...ANSWERS, commit: commitOf(2, 2, 2, 1), "commit 11": commitOf(2, 2, 2, 2) };
  const watch = watchOn(answers);
  await watch.ask();
  expect(watch.status()).toMatchObject({ height: 12, voters: 4, signing: 4, silent: [] });
  watch.close();
});

test("names who votes and is silent, votes for nothing, or is not connected", async () => {
  const watch = watchOn({ ...ANSWERS, "commit 11": commitOf(2, 2, 3, 1) });
  await watch.ask();
  expect(watch.status()).toEqual({
    ...{ height: 12, voters: 4, signing: 2, silent: ["v3", "v4"] },
    ...{ peers: 3, unconnected: ["v4"], catchingUp: false, mempool: 7 },
    commits: chain.commits,
  });
  watch.close();
});

test("without an answer of the engine only what the ledger knows is said", async () => {
  const watch = watchOn({});
  await watch.ask();
  expect(watch.status()).toEqual({ height: 12, voters: 4, commits: chain.commits });
  watch.close();
});

test("an engine that starts is seen within a second, and then asked every five", async () => {
  vi.useFakeTimers();
  const answers: { [method: string]: object } = {};
  const watch = watchOn(answers);
  await vi.advanceTimersByTimeAsync(1000);
  expect(watch.status()).not.toHaveProperty("catchingUp");
  Object.assign(answers, { ...ANSWERS, "commit 11": commitOf(2, 2, 2, 2) });
  await vi.advanceTimersByTimeAsync(1000);
  expect(watch.status()).toMatchObject({ signing: 4, catchingUp: false, mempool: 7 });
  Object.assign(answers, { num_unconfirmed_txs: { n_txs: "8" } });
  await vi.advanceTimersByTimeAsync(2000);
  expect(watch.status()).toMatchObject({ mempool: 7 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(watch.status()).toMatchObject({ mempool: 8 });
  watch.close();
  vi.useRealTimers();
});

test("of the first block nobody's votes stand in a block", async () => {
  const first = { ...chain, height: 1 };
  const watch = watchOn({ ...ANSWERS, commit: commitOf(2, 2, 2, 1) }, first);
  await watch.ask();
  expect(watch.status()).not.toHaveProperty("signing");
  watch.close();
});
