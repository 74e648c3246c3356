import type { Entity } from "../entities/entity.ts";

export type StoredEntity = { readonly row: number; readonly entity: Entity };

/** Where all stores of a thread together have more than this, each keeps less. */
const ALL_CHARACTERS = 32 * 1024 * 1024;
const FEW_CHARACTERS = 1024 * 1024;

let allCharacters = 0;

class Half {
  readonly byId = new Map<string, StoredEntity>();
  readonly byRow = new Map<number, StoredEntity>();
  characters = 0;
}

/**
 * Entities that were read or written last, in two halves, of which the older one goes as a whole: a map asks for the same places again.
 * Nobody changes what is kept here, so whoever is given the same entity again knows that nothing else is said of it.
 */
export class Decoded {
  readonly #most: number;
  #young: Half = new Half();
  #old: Half = new Half();

  /** @param characters of documents at most */
  constructor(characters: number) {
    this.#most = characters;
  }

  get(id: string): StoredEntity | undefined {
    return this.#young.byId.get(id) ?? this.#old.byId.get(id);
  }

  byRow(row: number): StoredEntity | undefined {
    return this.#young.byRow.get(row) ?? this.#old.byRow.get(row);
  }

  /** @param characters of its document */
  set(stored: StoredEntity, characters: number): void {
    const { id } = stored.entity;
    const most = allCharacters > ALL_CHARACTERS ? FEW_CHARACTERS : this.#most;
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
