import { ancestorsOf, type Code, MAX_LEVELS } from "../code/index.ts";
import { effectiveKeys, referenceTo, type ValueReader } from "../state/effective.ts";
import {
  codeKey,
  endedKey,
  keyKey,
  type MapKey,
  sealRunsKey,
  unsealKey,
} from "../state/map-keys.ts";
import type { CodeRecord } from "../state/values.ts";

/** How many earlier generations a verdict looks at: of codes that were given out more often, the last ones. */
export const MAX_EARLIER_GENERATIONS: number = 16;

/** What evidence of a seal proves at most: of each level the record, its registration and the key; these generations; runs, batch and bits. */
export const MAX_SEAL_EVIDENCE_KEYS: number = 3 * MAX_LEVELS + MAX_EARLIER_GENERATIONS + 3;

/** Where the generations before this one lie in the map, as far as a verdict looks at them; the last one first. */
export function earlierGenerationKeys({
  code,
  generation,
}: Pick<CodeRecord, "code" | "generation">): MapKey<CodeRecord>[] {
  const length = Math.min(generation - 1, MAX_EARLIER_GENERATIONS);
  return Array.from({ length }, (_, i) => {
    return endedKey(referenceTo({ code, generation: generation - 1 - i }));
  });
}

/**
 * The map keys whose values, or absence, a verdict on a seal of this code by this key rests on: the record, earlier generations of it
 * and all that its effective status depends on; the key with each holder from the code up to the one that has it, and of that one
 * what was logged and withdrawn. With the batch of the seal beside them they are at most {@link MAX_SEAL_EVIDENCE_KEYS}.
 */
export function sealEvidenceKeys(state: ValueReader, code: Code, kid: Uint8Array): string[] {
  const keys = effectiveKeys(state, code);
  const generation = state.get(codeKey(code))?.generation ?? 1;
  keys.push(...earlierGenerationKeys({ code, generation }));
  for (const each of [code, ...ancestorsOf(code)]) {
    const record = state.get(codeKey(each));
    if (record === undefined) continue;
    const holder = referenceTo(record);
    keys.push(keyKey(holder, kid));
    if (state.get(keyKey(holder, kid)) === undefined) continue;
    return [...keys, unsealKey(holder, kid), sealRunsKey(holder, kid)];
  }
  return keys;
}
