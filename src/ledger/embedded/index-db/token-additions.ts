import { bucketOf, offsetOf, postingKey } from "./layout.ts";
import { encodeOffsets } from "./posting.ts";
import { RecordTokens } from "./record-tokens.ts";
import type { RunStore } from "./runs/run-store.ts";
import type { StoredRecord } from "./stored-records.ts";
import type { TokenGroup } from "./token-group.ts";

/**
 * New tokens of records that were there before. Tokens that a record lost stay with it: a posting says "perhaps", and the
 * record decides.
 */
export class TokenAdditions {
  readonly #runs: RunStore;
  readonly #offsets = new Map<number, number[]>();

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  add(id: number, { code, fields: before }: StoredRecord, after: StoredRecord["fields"]): void {
    const had = tokensOf({ code, fields: before });
    for (const token of tokensOf({ code, fields: after })) {
      if (!had.has(token)) this.#put(postingKey(bucketOf(id), token), offsetOf(id));
    }
  }

  /** Writes them as a run of their own. */
  flush(): void {
    const keys = Float64Array.from(this.#offsets.keys()).sort();
    for (const key of keys) {
      const posting = encodeOffsets((this.#offsets.get(key) ?? []).sort((a, b) => a - b));
      this.#runs.add(key, posting, 0, posting.length);
    }
    this.#runs.endRun();
    this.#offsets.clear();
  }

  #put(key: number, offset: number): void {
    const offsets = this.#offsets.get(key);
    if (offsets === undefined) this.#offsets.set(key, [offset]);
    else offsets.push(offset);
  }
}

/** Every token of a record. */
export function tokensOf({ code, fields }: StoredRecord): Set<number> {
  const tokens = new Set<number>();
  const token = (each: number): unknown => tokens.add(each);
  const group = ({ tokens: all }: TokenGroup): void => all.forEach(token);
  new RecordTokens({ token, group }).visit(code, fields);
  return tokens;
}
