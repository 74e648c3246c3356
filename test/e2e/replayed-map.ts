import { join } from "node:path";
import { hashMapKey, hex, present, SparseMap } from "../../src/core/index.ts";
import { LatestValues } from "../../src/ledger/latest-values.ts";
import { readBlocks, replayBlock } from "../../src/ledger/replay.ts";
import { LedgerState } from "../../src/ledger/state.ts";
import { readLog } from "../../src/log/index.ts";
import { ORIGIN } from "../sdk/world.ts";

/** Replays the log of a node by the rules, to know all keys of its map. */
export function replayMap(data: string) {
  const entries: Uint8Array[] = [];
  readLog({ directory: join(data, "ledger") }, (block) => {
    entries.push(...block.entries.map((entry) => entry.slice()));
  });
  const values = new (class extends LatestValues {
    readonly keys = new Set<string>();
    override append(...[change, previous]: Parameters<LatestValues["append"]>) {
      this.keys.add(change.key);
      return super.append(change, previous);
    }
  })();
  const map = new SparseMap();
  const state = new LedgerState(values);
  for (const block of readBlocks((index) => entries[index], 0)) {
    const replayed = block.ok ? replayBlock(state, ORIGIN, block.value, () => true) : block;
    if (!replayed.ok) throw new Error("log");
    for (const { applied } of replayed.value) map.update(applied.puts);
  }
  const byHash = new Map([...values.keys].map((key) => [hex(hashMapKey(key)), key]));
  const keys = [...map.entries()].map(({ keyHash }) =>
    present(byHash.get(hex(keyHash)), "its key"),
  );
  const hashes = [...byHash.keys()].sort();
  return {
    map,
    byHash,
    keys,
    root: hex(map.root()),
    belowAll: someKey((hash) => hash < present(hashes[0], "a key")),
    aboveAll: someKey((hash) => hash > present(hashes.at(-1), "a key")),
  };
}

/** A text whose hash lies where it is wanted. */
function someKey(isWanted: (hash: string) => boolean): string {
  for (let n = 0; ; n++) if (isWanted(hex(hashMapKey(`key ${n}`)))) return `key ${n}`;
}
