import type { Code } from "../../../core/index.ts";
import { Bulk, type Sql } from "../../../sql/index.ts";
import { aliasIn } from "./aliases.ts";
import { Families, writeChildren } from "./children-writer.ts";
import { ExactWriter } from "./exact-writer.ts";
import { registrationFacet } from "./facets.ts";
import { countFrame, kindOf, nameIn } from "./frame-kind.ts";
import type { Frame, FrameSource } from "./frames.ts";
import { listingOf } from "./listings.ts";
import { loadProgress, type Progress, saveProgress, tailOf } from "./progress.ts";
import { type RecordFields, readRecord, readVoid, sameFields } from "./record-fields.ts";
import { RecordWriter, type Version } from "./record-writer.ts";
import { RunStore } from "./runs/run-store.ts";

/** What one transaction takes in at most: enough to make its cost small, little enough to keep memory small. */
const MAX_FRAMES = 10_000;
/** From here on it ends with a full chunk of records, whose postings are then of a piece. */
const ENOUGH_FRAMES = 4096;
const MAX_BYTES = 16 * 1024 * 1024;

/** What a transaction gathers before it is written. */
type Pending = {
  readonly families: Families;
  /** The newest versions of records that were there before. */
  readonly changed: Map<Code, Version>;
  readonly voided: string[];
};

/**
 * Takes frames of the values file in, in order. One transaction holds a run of frames and how far they reach. A writer that
 * threw is of no further use: open another one.
 */
export class IndexWriter {
  readonly #sql: Sql;
  readonly #source: FrameSource;
  readonly #runs: RunStore;
  readonly #exact: ExactWriter;
  readonly #records: RecordWriter;
  readonly #listings: Bulk;
  #progress: Progress;

  constructor(sql: Sql, source: FrameSource) {
    this.#sql = sql;
    this.#source = source;
    this.#runs = new RunStore(sql);
    this.#exact = new ExactWriter(this.#runs);
    this.#records = new RecordWriter({ sql, source, runs: this.#runs, exact: this.#exact });
    this.#listings = Bulk.inserting(sql, "INSERT INTO listing", 3);
    this.#progress = loadProgress(sql);
  }

  get progress(): Readonly<Progress> {
    return this.#progress;
  }

  /**
   * Takes in the next run of frames.
   *
   * @param end where the committed frames end in the values file
   * @param size entries of the log that they come from
   * @returns whether more are waiting
   */
  take(end: number, size: number): boolean {
    const progress = structuredClone(this.#progress);
    this.#sql.transaction(() => {
      this.#read(progress, end);
      // Until all frames are in, the last entry may lack some of its own.
      progress.size = progress.offset === end ? size : Math.max(progress.size, progress.lastIndex);
      progress.tail = tailOf(this.#source, progress.offset);
      saveProgress(this.#sql, progress);
    });
    this.#progress = progress;
    return progress.offset < end;
  }

  #read(progress: Progress, end: number): void {
    const pending: Pending = { families: new Families(), changed: new Map(), voided: [] };
    const start = progress.offset;
    let frames = 0;
    for (const frame of this.#source.frames(start, end)) {
      countFrame(progress, frame);
      this.#sort(frame, progress, pending);
      frames += 1;
      const isFull = frames >= MAX_FRAMES || progress.offset - start >= MAX_BYTES;
      if (isFull || (frames >= ENOUGH_FRAMES && this.#records.endsChunk)) break;
    }
    this.#write(progress, pending);
  }

  #sort(frame: Frame, progress: Progress, { families, changed, voided }: Pending): void {
    const { key, index, first, offset } = frame;
    const kind = kindOf(key);
    if (kind === "record") {
      const code = nameIn(key) as Code;
      const fields = readRecord(frame);
      if (first) families.add(code);
      if (first) this.#records.insert({ code, fields, offset }, progress);
      else if (this.#isChange(frame, fields)) changed.set(code, { code, fields, offset });
    } else if (kind === "alias") {
      this.#exact.addAlias(aliasIn(key).value, offset);
    } else if (kind !== "other") {
      if (first) this.#listings.add(listingOf(key), index, key);
      if (kind === "registration" && readVoid(frame)) voided.push(nameIn(key));
    }
  }

  /** Most versions differ from the one before in what the index does not take: children, keys, attributes. */
  #isChange(frame: Frame, fields: RecordFields): boolean {
    return !sameFields(readRecord(this.#source.frameAt(frame.previous)), fields);
  }

  #write(progress: Progress, { families, changed, voided }: Pending): void {
    this.#listings.flush();
    writeChildren(this.#sql, families);
    this.#records.write(changed, progress);
    for (const id of voided) {
      this.#sql.run("INSERT OR IGNORE INTO inactive VALUES (?)", [registrationFacet(id)]);
    }
    this.#runs.settle();
  }
}
