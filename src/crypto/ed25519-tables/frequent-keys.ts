/** How often a key was seen lately, and which place its table has. */
type Seen = { uses: number; place: number | undefined };

/** Who gets a table: as many keys as there are places for, those that sign most. */
export type FrequentKeysOptions = {
  /** Places for tables. */
  readonly places: number;
  /** Uses of a key before it gets a table. */
  readonly usesBefore: number;
  /** Uses, of all keys together, after which what was counted counts half, so that what was long ago is forgotten. */
  readonly halvedAfter: number;
};

/**
 * Counts uses of keys and gives places to those that are used most. A key that gets the place of another one has been used
 * twice as often, so that no two of them take it from each other by turns.
 */
export class FrequentKeys {
  readonly #options: FrequentKeysOptions;
  readonly #seen = new Map<string, Seen>();
  readonly #holders: (string | undefined)[] = [];
  #uses = 0;

  constructor(options: FrequentKeysOptions) {
    this.#options = options;
  }

  /** The place that the key has. */
  placeOf(key: string): number | undefined {
    return this.#seen.get(key)?.place;
  }

  /** Counts a use. @returns the place that the key shall be given, if it has none and is used enough */
  count(key: string): number | undefined {
    const { usesBefore, halvedAfter } = this.#options;
    if (++this.#uses % halvedAfter === 0) this.#halve();
    const seen = this.#seen.get(key) ?? { uses: 0, place: undefined };
    this.#seen.set(key, seen);
    seen.uses++;
    return seen.place === undefined && seen.uses >= usesBefore ? this.#placeFor(seen) : undefined;
  }

  #placeFor({ uses }: Seen): number | undefined {
    const { places } = this.#options;
    if (this.#holders.length < places) return this.#holders.length;
    const usesOf = (place: number): number => this.#seen.get(this.#holders[place] ?? "")?.uses ?? 0;
    let least = 0;
    for (let place = 1; place < places; place++) {
      if (usesOf(place) < usesOf(least)) least = place;
    }
    return 2 * usesOf(least) <= uses ? least : undefined;
  }

  /** Takes a place from whoever has it, before what stands there is written over. */
  vacate(place: number): void {
    const holder = this.#seen.get(this.#holders[place] ?? "");
    if (holder !== undefined) holder.place = undefined;
    this.#holders[place] = undefined;
  }

  /** The place is the key's, which was counted before. */
  give(key: string, place: number): void {
    const seen = this.#seen.get(key);
    if (seen === undefined) return;
    seen.place = place;
    this.#holders[place] = key;
  }

  #halve(): void {
    for (const [key, seen] of this.#seen) {
      seen.uses = Math.floor(seen.uses / 2);
      if (seen.uses === 0 && seen.place === undefined) this.#seen.delete(key);
    }
  }
}
