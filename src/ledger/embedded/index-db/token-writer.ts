import type { Code } from "../../../core/index.ts";
import { bucketOf, CHUNK_IDS, offsetOf, postingKey } from "./layout.ts";
import { segmentScratch } from "./posting.ts";
import type { RecordFields } from "./record-fields.ts";
import { RecordTokens } from "./record-tokens.ts";
import type { RunStore } from "./runs/run-store.ts";
import { TokenBuilder } from "./token-builder.ts";

const NONE = -1;

/** Writes by which tokens new records are found. */
export class TokenWriter {
  readonly #runs: RunStore;
  readonly #builder = new TokenBuilder();
  readonly #tokens = new RecordTokens(this.#builder);
  /** The chunk that is being gathered, and the bucket that was written last. */
  #chunk = NONE;
  #bucket = NONE;

  constructor(runs: RunStore) {
    this.#runs = runs;
  }

  /** Records of a chunk come in the order of their ids. */
  add(id: number, code: Code, fields: RecordFields): void {
    const chunk = Math.floor(id / CHUNK_IDS);
    if (chunk !== this.#chunk) this.#write();
    this.#chunk = chunk;
    this.#builder.next(id % CHUNK_IDS);
    this.#tokens.visit(code, fields);
  }

  /** Writes what was gathered. */
  flush(): void {
    this.#write();
    this.#bucket = NONE;
  }

  #write(): void {
    if (this.#chunk === NONE) return;
    const first = this.#chunk * CHUNK_IDS;
    const bucket = bucketOf(first);
    // The keys of a run rise: what does not stand behind the last bucket begins a run of its own.
    if (bucket <= this.#bucket) this.#runs.endRun();
    this.#bucket = bucket;
    this.#chunk = NONE;
    this.#builder.drain(offsetOf(first) / CHUNK_IDS, (token, length) =>
      this.#runs.add(postingKey(bucket, token), segmentScratch, 0, length),
    );
  }
}
