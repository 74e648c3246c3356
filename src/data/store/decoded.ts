import type { Entity } from "../entities/entity.ts";

export type StoredEntity = { readonly row: number; readonly entity: Entity };

/** Characters of documents of which the newest are kept decoded, in two halves: the older one goes as a whole. */
const MOST_CHARACTERS = 8 * 1024 * 1024;
/** Where all stores of the process together have more than this, each keeps less. */
const ALL_CHARACTERS = 32 * 1024 * 1024;
const FEW_CHARACTERS = 1024 * 1024;

let allCharacters = 0;

class Half {
  readonly byId = new Map<string, StoredEntity>();
  readonly byRow = new Map<number, StoredEntity>();
  characters = 0;
}

/**
 * Entities that were read or written last: who changes one has mostly asked for it, and a map asks for the same places again.
 * Nobody changes what is kept here, so whoever is given the same entity again knows that nothing else is said of it.
 */
export class Decoded {
  #young: Half = new Half();
  #old: Half = new Half();

  get(id: string): StoredEntity | undefined {
    return this.#young.byId.get(id) ?? this.#old.byId.get(id);
  }

  byRow(row: number): StoredEntity | undefined {
    return this.#young.byRow.get(row) ?? this.#old.byRow.get(row);
  }

  /** @param characters of its document */
  set(stored: StoredEntity, characters: number): void {
    const { id } = stored.entity;
    const most = allCharacters > ALL_CHARACTERS ? FEW_CHARACTERS : MOST_CHARACTERS;
    if (this.#young.characters + characters > most / 2) {
      allCharacters -= this.#old.characters;
      this.#old = this.#young;
      this.#young = new Half();
    }
    this.delete(id);
    this.#young.byId.set(id, stored);
    this.#young.byRow.set(stored.row, stored);
    this.#young.characters += characters;
    allCharacters += characters;
  }

  delete(id: string): void {
    for (const half of [this.#young, this.#old]) {
      const known = half.byId.get(id);
      if (known === undefined) continue;
      half.byId.delete(id);
      half.byRow.delete(known.row);
    }
  }

  clear(): void {
    allCharacters -= this.#young.characters + this.#old.characters;
    this.#young = new Half();
    this.#old = new Half();
  }
}
