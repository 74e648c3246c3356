import type { Sql } from "../../../../sql/index.ts";
import { POSTING_KEYS } from "../layout.ts";
import { compactPosting } from "../posting.ts";
import { Block } from "./block.ts";
import { mergeRuns } from "./merge.ts";
import { readBlock, readRuns } from "./read-runs.ts";
import { type BlockEntry, encodeBlocks, type Run } from "./run.ts";
import { RunWriter } from "./run-writer.ts";

/** So many runs of a level become one of the next. */
const FANOUT = 8;

/** Writes runs within the transactions of its caller. After one that failed it is of no further use. */
export class RunStore {
  readonly #sql: Sql;
  readonly #writer: RunWriter;
  #runs: Run[];
  #nextRun: number;
  #nextBlock: number;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#runs = readRuns(sql);
    this.#nextRun = nextId(sql, "run");
    this.#nextBlock = nextId(sql, "block");
    this.#writer = new RunWriter((bytes) => {
      const id = this.#nextBlock++;
      sql.run("INSERT INTO block VALUES (?, ?)", [id, bytes]);
      return id;
    });
  }

  /** Adds an entry to the run that is being written; keys rise. */
  add(key: number, source: Buffer, start: number, end: number): void {
    this.#writer.add(key, source, start, end);
  }

  /** Ends the run that is being written; the next one begins. */
  endRun(): void {
    this.#keep(0, this.#writer.finish());
  }

  /** Merges what has become many. */
  settle(): void {
    for (let level = 0; ; level++) {
      const due = this.#runs.filter((run) => run.level === level);
      if (due.length < FANOUT) return;
      this.#merge(due, level + 1);
    }
  }

  #keep(level: number, blocks: readonly BlockEntry[]): void {
    if (blocks.length === 0) return;
    const run = { id: this.#nextRun++, level, blocks };
    this.#sql.run("INSERT INTO run VALUES (?, ?, ?)", [run.id, level, encodeBlocks(blocks)]);
    this.#runs.push(run);
  }

  #merge(due: readonly Run[], level: number): void {
    const consumed: number[] = [];
    // Runs of higher levels hold what came before.
    const isFirst = this.#runs.every((run) => run.level < level);
    mergeRuns(
      due.map(({ blocks }) => blocks),
      this.#writer,
      {
        load: ({ id }) => new Block(readBlock(this.#sql, id)),
        consumed: ({ id }) => consumed.push(id),
        unite: (key, values) => (key < POSTING_KEYS ? compactPosting(values, isFirst) : values),
      },
    );
    this.#keep(level, this.#writer.finish());
    this.#runs = this.#runs.filter((run) => !due.includes(run));
    this.#delete(
      "run",
      due.map(({ id }) => id),
    );
    this.#delete("block", consumed);
  }

  #delete(table: "run" | "block", ids: readonly number[]): void {
    this.#sql.run(`DELETE FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`, [
      JSON.stringify(ids),
    ]);
  }
}

function nextId(sql: Sql, table: "run" | "block"): number {
  return Number(sql.get(`SELECT coalesce(max(id), 0) FROM ${table}`)?.[0]) + 1;
}
