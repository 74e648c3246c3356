import type { Sql } from "../../../sql/index.ts";
import { IndexDamage } from "./damage.ts";
import { NUMBER_BYTES, readNumber, writeNumber } from "./number48.ts";

const PAGE_IDS = 256;

/** Where the newest version of each record begins in the values file, by id. Pages that were read stay as they were. */
export class Places {
  readonly #sql: Sql;
  readonly #pages = new Map<number, Buffer>();
  readonly #changed = new Set<number>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** @throws IndexDamage for an id that no record has */
  offset(id: number): number {
    const offset = readNumber(this.#page(pageOf(id)), atOf(id));
    if (offset === 0) throw new IndexDamage(`no record has id ${id}`);
    return offset;
  }

  set(id: number, offset: number): void {
    const page = pageOf(id);
    writeNumber(this.#page(page), atOf(id), offset);
    this.#changed.add(page);
  }

  /** Writes what was set, and forgets what was read. */
  flush(): void {
    for (const page of this.#changed) {
      this.#sql.run("INSERT OR REPLACE INTO place VALUES (?, ?)", [page, this.#page(page)]);
    }
    this.#changed.clear();
    this.#pages.clear();
  }

  #page(page: number): Buffer {
    const known = this.#pages.get(page);
    if (known !== undefined) return known;
    const stored = this.#sql.get("SELECT offsets FROM place WHERE page = ?", [page])?.[0];
    const offsets = Buffer.isBuffer(stored) ? stored : Buffer.alloc(PAGE_IDS * NUMBER_BYTES);
    if (offsets.length !== PAGE_IDS * NUMBER_BYTES) {
      throw new IndexDamage(`page ${page} of places is damaged`);
    }
    this.#pages.set(page, offsets);
    return offsets;
  }
}

function pageOf(id: number): number {
  return Math.floor(id / PAGE_IDS);
}

function atOf(id: number): number {
  return (id % PAGE_IDS) * NUMBER_BYTES;
}
