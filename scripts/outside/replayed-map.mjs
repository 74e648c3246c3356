import { join } from "node:path";
import { hashMapKey, hex, SparseMap } from "../../dist/core/index.js";
import { LatestValues } from "../../dist/ledger/latest-values.js";
import { readBlocks, replayBlock } from "../../dist/ledger/replay.js";
import { LedgerState } from "../../dist/ledger/state.js";
import { readLog } from "../../dist/log/index.js";

class KeptKeys extends LatestValues {
  keys = new Set();

  append(change, previous) {
    this.keys.add(change.key);
    return super.append(change, previous);
  }
}

/** Replays the log of a node by the rules, to know all keys of its map in the order of their hashes. */
export function replayMap({ data, origin }) {
  const entries = [];
  readLog({ directory: join(data, "ledger") }, (block) => {
    entries.push(...block.entries.map((entry) => entry.slice()));
  });
  const values = new KeptKeys();
  const state = new LedgerState(values);
  const map = new SparseMap();
  for (const block of readBlocks((index) => entries[index], 0)) {
    // Signatures are not what this is about.
    const replayed = block.ok ? replayBlock(state, origin, block.value, () => true) : block;
    if (!replayed.ok) throw new Error(JSON.stringify(replayed.error));
    for (const { applied } of replayed.value) map.update(applied.puts);
  }
  // The state also keeps values for itself, which stand in no map.
  const keyOf = new Map([...values.keys].map((key) => [hex(hashMapKey(key)), key]));
  const byHash = [...map.entries()].map(({ keyHash }) => ({ key: keyOf.get(hex(keyHash)), hash: hex(keyHash) }));
  byHash.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return { root: hex(map.root()), byHash };
}

/** The keys between whose hashes that of `key` lies. */
export function neighboursOf(byHash, key) {
  const hash = hex(hashMapKey(key));
  let [low, high] = [0, byHash.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byHash[middle].hash < hash) low = middle + 1;
    else high = middle;
  }
  const at = byHash[low]?.hash === hash ? low + 1 : low;
  return { left: byHash[low - 1]?.key, right: byHash[at]?.key };
}
