import { present } from "../../../core/index.ts";
import { bucketOf, offsetOf, postingKey } from "./layout.ts";
import { encodeChange } from "./posting.ts";
import { RecordTokens } from "./record-tokens.ts";
import type { RunStore } from "./runs/run-store.ts";
import type { StoredRecord } from "./stored-records.ts";
import type { TokenGroup } from "./token-group.ts";

/** The records of a bucket that lost or gained a token. */
type Change = { readonly lost: number[]; readonly gained: number[] };

/**
 * What changed in the tokens of records that were there before. A record that is renamed must leave its old tokens, or who
 * looks for these would pass over all that were ever renamed.
 */
export class TokenChanges {
  readonly #runs: RunStore;
  readonly #changes = new Map<number, Change>();

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  add(id: number, { code, fields: before }: StoredRecord, after: StoredRecord["fields"]): void {
    const had = tokensOf({ code, fields: before });
    const has = tokensOf({ code, fields: after });
    for (const token of has) if (!had.has(token)) this.#at(id, token).gained.push(offsetOf(id));
    for (const token of had) if (!has.has(token)) this.#at(id, token).lost.push(offsetOf(id));
  }

  /** Writes them as a run of their own. */
  flush(): void {
    for (const key of Float64Array.from(this.#changes.keys()).sort()) {
      const { lost, gained } = present(this.#changes.get(key), "a change");
      const posting = encodeChange(lost.sort(byNumber), gained.sort(byNumber));
      this.#runs.add(key, posting, 0, posting.length);
    }
    this.#runs.endRun();
    this.#changes.clear();
  }

  #at(id: number, token: number): Change {
    const key = postingKey(bucketOf(id), token);
    const known = this.#changes.get(key);
    if (known !== undefined) return known;
    const change = { lost: [], gained: [] };
    this.#changes.set(key, change);
    return change;
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}

/** Every token of a record. */
export function tokensOf({ code, fields }: StoredRecord): Set<number> {
  const tokens = new Set<number>();
  const token = (each: number): unknown => tokens.add(each);
  const group = ({ tokens: all }: TokenGroup): void => all.forEach(token);
  new RecordTokens({ token, group }).visit(code, fields);
  return tokens;
}
