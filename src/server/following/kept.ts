/** Remembers values for a short time, and no more of them than fit into so many bytes: the oldest go first. */
export class KeptFor<T> {
  readonly #milliseconds: number;
  readonly #maxBytes: number;
  readonly #kept: Map<
    string,
    { readonly value: T; readonly bytes: number; readonly until: number }
  >;
  #bytes = 0;

  constructor(milliseconds: number, maxBytes: number) {
    this.#milliseconds = milliseconds;
    this.#maxBytes = maxBytes;
    this.#kept = new Map();
  }

  get(name: string, nowMilliseconds: number): T | undefined {
    const found = this.#kept.get(name);
    return found !== undefined && nowMilliseconds < found.until ? found.value : undefined;
  }

  put(name: string, value: T, bytes: number, nowMilliseconds: number): void {
    this.#drop(name);
    this.#kept.set(name, { value, bytes, until: nowMilliseconds + this.#milliseconds });
    this.#bytes += bytes;
    for (const [oldest, { until }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes && nowMilliseconds < until) break;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    this.#bytes -= this.#kept.get(name)?.bytes ?? 0;
    this.#kept.delete(name);
  }
}
