const CHUNK = 65_536;

type Numbers = Uint8Array | Uint32Array | Float64Array;

/** Numbers one behind the other, outside the heap, that grow without being copied. */
export class NumberColumn {
  readonly #make: new (
    length: number,
  ) => Numbers;
  readonly #chunks: Numbers[] = [];
  #length = 0;

  constructor(make: new (length: number) => Numbers) {
    this.#make = make;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length % CHUNK === 0) this.#chunks.push(new this.#make(CHUNK));
    this.set(this.#length++, value);
  }

  at(place: number): number {
    return (this.#chunks[Math.floor(place / CHUNK)] as Numbers)[place % CHUNK] as number;
  }

  set(place: number, value: number): void {
    (this.#chunks[Math.floor(place / CHUNK)] as Numbers)[place % CHUNK] = value;
  }
}
