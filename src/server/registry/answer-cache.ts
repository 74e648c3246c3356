import type { LedgerReader } from "../../ledger/index.ts";
import type { CommittedState } from "../state.ts";

/** A rendered answer: the same bytes until the record changes. */
export type RenderedAnswer = { readonly body: Uint8Array; readonly etag: string };

/** What an entry costs beside its body: keys, headers, slots of the table. */
const OVERHEAD_BYTES = 300;

/**
 * Keeps rendered records, at most `maxBytes` of them, the oldest leaving first. A record's own change drops it; a change that may touch
 * the effective status of what lies below drops all, for that is rare.
 */
export class AnswerCache {
  readonly #answers = new Map<string, RenderedAnswer>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number, ledger: LedgerReader, state: CommittedState) {
    this.#maxBytes = maxBytes;
    state.onStatusChange(() => this.#clear());
    ledger.onBlock((_head, changes) => {
      for (const { key } of changes) {
        if (key.startsWith("code/")) this.#drop(key.slice("code/".length));
      }
    });
  }

  get(code: string): RenderedAnswer | undefined {
    return this.#answers.get(code);
  }

  set(code: string, answer: RenderedAnswer): void {
    this.#drop(code);
    this.#answers.set(code, answer);
    this.#bytes += answer.body.length + OVERHEAD_BYTES;
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(code: string): void {
    const answer = this.#answers.get(code);
    if (answer === undefined) return;
    this.#answers.delete(code);
    this.#bytes -= answer.body.length + OVERHEAD_BYTES;
  }

  #clear(): void {
    this.#answers.clear();
    this.#bytes = 0;
  }
}
