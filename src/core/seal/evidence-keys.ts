import { ancestorsOf, type Code } from "../code/index.ts";
import { effectiveKeys, referenceTo, type ValueReader } from "../state/effective.ts";
import { codeKey, endedKey, keyKey, sealRunsKey, unsealKey } from "../state/map-keys.ts";

/**
 * The map keys whose values, or absence, a verdict on a seal of this code by this key rests on: the record, earlier generations of it
 * and all that its effective status depends on; the key with each holder from the code up to the one that has it, and of that one
 * what was logged and withdrawn.
 */
export function sealEvidenceKeys(state: ValueReader, code: Code, kid: Uint8Array): string[] {
  const keys = effectiveKeys(state, code);
  const generations = state.get(codeKey(code))?.generation ?? 1;
  for (let generation = 1; generation < generations; generation++) {
    keys.push(endedKey(referenceTo({ code, generation })));
  }
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
