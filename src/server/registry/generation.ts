import { type CodeRecord, endedKey, referenceTo } from "../../core/index.ts";
import type { ChainReader } from "./chain.ts";

/** The record of a generation, the newest or an ended one; `undefined` where there was none. */
export function generationOf(
  { state }: ChainReader,
  newest: CodeRecord,
  generation: number,
): CodeRecord | undefined {
  const { code } = newest;
  return generation === newest.generation
    ? newest
    : state.get(endedKey(referenceTo({ code, generation })));
}
