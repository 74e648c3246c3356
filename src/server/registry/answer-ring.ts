import type { ByteText } from "../http/json-bytes.ts";

/** A rendered answer: the same bytes until the record, or what others say of it, changes. */
export type RenderedAnswer = { readonly body: ByteText; readonly etag: string };

/** Where an answer lies, its tag before its body: numbers alone, so that the collector has little to look at. */
type Entry = { readonly start: number; readonly body: number; readonly end: number };

/**
 * Answers by map key of their record, the oldest leaving first, their bodies one behind the other in memory of their own. It takes
 * `bytes` of memory when it is full, and a tenth of that beside it.
 */
export class AnswerRing {
  readonly #bytes: Buffer;
  readonly #entries = new Map<string, Entry>();
  /** Goes through the entries in the order in which they were put, which is that of the bodies from `#next` on. */
  #order = this.#entries.entries();
  /** Where that order has come to. */
  #oldest: readonly [key: string, entry: Entry] | undefined;
  #next = 0;

  constructor(bytes: number) {
    // Not touched before it is used: pages that nobody asked for are not there.
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  get(key: string): RenderedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { start, body, end } = entry;
    const text = (from: number, to: number): ByteText => this.#bytes.toString("latin1", from, to);
    return { body: text(body, end), etag: text(start, body) };
  }

  put(key: string, { body, etag }: RenderedAnswer): void {
    // What stands in the middle of the order would lie at its end.
    this.drop(key);
    const length = etag.length + body.length;
    if (length > this.#bytes.length / 16) return;
    if (this.#next + length > this.#bytes.length) {
      this.#makeRoom(this.#bytes.length);
      this.#next = 0;
    }
    const [start, end] = [this.#next, this.#next + length];
    this.#makeRoom(end);
    const at = start + etag.length;
    this.#bytes.write(etag, start, "latin1");
    this.#bytes.write(body, at, "latin1");
    this.#entries.set(key, { start, body: at, end });
    this.#next = end;
  }

  drop(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#order = this.#entries.entries();
    this.#oldest = undefined;
    this.#next = 0;
  }

  /** Drops what begins between the next place and `end`. */
  #makeRoom(end: number): void {
    for (;;) {
      // Begun anew for each, the order would first pass over all that has left: one iterator remembers.
      this.#oldest ??= this.#order.next().value;
      if (this.#oldest === undefined) {
        // An order that came to its end stays there.
        this.#order = this.#entries.entries();
        return;
      }
      const [key, entry] = this.#oldest;
      const isThere = this.#entries.get(key) === entry;
      if (isThere && (entry.start < this.#next || entry.start >= end)) return;
      if (isThere) this.#entries.delete(key);
      this.#oldest = undefined;
    }
  }
}
