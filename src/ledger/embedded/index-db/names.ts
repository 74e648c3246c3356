import type { Sql } from "./sql.ts";

const MAX_CACHED = 50_000;

/** The numbers of names. Thrown away with the transaction that fails: some may not have been kept. */
export class Names {
  readonly #sql: Sql;
  readonly #cache = new Map<string, number>();
  #next: number | undefined;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The number of a name, given out if it has none. */
  number(text: string): number {
    const known = this.find(text);
    if (known !== undefined) return known;
    this.#next ??= Number(this.#sql.get("SELECT coalesce(max(id), 0) FROM name")?.[0]) + 1;
    const id = this.#next++;
    this.#sql.run("INSERT INTO name VALUES (?, ?)", [id, text]);
    this.#remember(text, id);
    return id;
  }

  find(text: string): number | undefined {
    const cached = this.#cache.get(text);
    if (cached !== undefined) return cached;
    const id = this.#sql.get("SELECT id FROM name WHERE text = ?", [text])?.[0];
    if (id === undefined) return undefined;
    this.#remember(text, Number(id));
    return Number(id);
  }

  #remember(text: string, id: number): void {
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(text, id);
  }
}
