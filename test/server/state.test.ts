import { describe, expect, test } from "vitest";
import { codeKey, encodeCbor, type MapKey } from "../../src/core/index.ts";
import type { LedgerReader } from "../../src/ledger/index.ts";
import { createState } from "../../src/server/state.ts";
import { code } from "../sdk/world.ts";

type Changes = Parameters<Parameters<LedgerReader["onBlock"]>[0]>[1];

function ledgerOf(values: Map<string, Uint8Array>) {
  let [reads, heard] = [0, (_changes: Changes): void => undefined];
  const reader = {
    value(key: string) {
      reads += 1;
      return values.get(key);
    },
    onBlock(listener: Parameters<LedgerReader["onBlock"]>[0]) {
      heard = (changes) => void listener({} as Parameters<typeof listener>[0], changes);
      return () => undefined;
    },
  };
  return {
    state: createState(reader as unknown as LedgerReader),
    reads: () => reads,
    put(key: string, value: Uint8Array) {
      values.set(key, value);
      heard([{ key, value }] as unknown as Changes);
    },
  };
}

describe("what was read of the ledger last", () => {
  const key = codeKey(code("MA.156/X")) as unknown as MapKey<string>;

  test("is remembered until a block changes it, also that nothing is there", () => {
    const { state, reads, put } = ledgerOf(new Map());
    expect([state.recent.get(key), state.recent.get(key)]).toEqual([undefined, undefined]);
    expect(reads()).toBe(1);
    put(key, encodeCbor("one"));
    expect([state.recent.get(key), state.recent.get(key)]).toEqual(["one", "one"]);
    expect(reads()).toBe(2);
    put(key, encodeCbor("two"));
    expect(state.recent.get(key)).toBe("two");
  });

  test("goes where very many others are asked for, and nobody is told", () => {
    const { state, reads } = ledgerOf(new Map([[key, encodeCbor("one")]]));
    const { epoch } = state;
    expect(state.recent.get(key)).toBe("one");
    for (let n = 0; n < 20_000; n++) state.recent.get(codeKey(code(`MA.156.1301.02/LAMP/${n}`)));
    const before = reads();
    expect(state.recent.get(key)).toBe("one");
    expect([reads() - before, epoch()]).toEqual([1, 0]);
    // The last ones are there still.
    state.recent.get(codeKey(code("MA.156.1301.02/LAMP/19999")));
    expect(reads() - before).toBe(1);
  });
});
