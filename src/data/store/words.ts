import { present } from "../../core/index.ts";
import type { Sql } from "../../sql/index.ts";

/** Numbers of the names of attributes, as `measured` has them. */
export class Words {
  readonly #sql: Sql;
  readonly #known = new Map<string, number>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** `undefined` where it names nothing yet. */
  find(text: string): number | undefined {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const [n] = this.#sql.get("SELECT n FROM word WHERE text = ?", [text]) ?? [];
    if (n === undefined) return undefined;
    if (this.#known.size >= MAX_WORDS) this.#known.clear();
    this.#known.set(text, Number(n));
    return Number(n);
  }

  /** Its number, given to it now where it has none. */
  give(text: string): number {
    const known = this.find(text);
    if (known !== undefined) return known;
    this.#sql.run("INSERT INTO word (text) VALUES (?)", [text]);
    return present(this.find(text), "a word");
  }

  /** After a transaction that there is none of. */
  forget(): void {
    this.#known.clear();
  }
}

const MAX_WORDS = 10_000;
