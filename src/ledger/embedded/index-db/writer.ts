import type { Code } from "../../../core/index.ts";
import { addToFamily, type Families, writeChildren } from "./children-writer.ts";
import { registrationFacet } from "./facets.ts";
import { countFrame, kindOf, nameIn } from "./frame-kind.ts";
import type { Frame, FrameSource } from "./frames.ts";
import { CHUNK_IDS, idAt, RANKS } from "./layout.ts";
import { aliasSpace, listingOf } from "./listings.ts";
import { Names } from "./names.ts";
import { loadProgress, type Progress, saveProgress, tailOf } from "./progress.ts";
import { type RecordFields, readAlias, readRecord, readVoid, sameFields } from "./record-fields.ts";
import { RecordWriter } from "./record-writer.ts";
import { Sealer } from "./seal.ts";
import { Bulk, type Sql } from "./sql.ts";

/** What one transaction takes in at most: enough to make its cost small, little enough to keep memory small. */
const MAX_FRAMES = 20_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** What a transaction gathers before it is written. */
type Pending = {
  readonly families: Families;
  /** The newest versions of records that were there before. */
  readonly changed: Map<Code, RecordFields>;
  readonly voided: string[];
};

/**
 * Takes frames of the values file in, in order. One transaction holds a run of frames and how far they reach. A writer that
 * threw is of no further use: open another one.
 */
export class IndexWriter {
  readonly #sql: Sql;
  readonly #source: FrameSource;
  readonly #names: Names;
  readonly #records: RecordWriter;
  readonly #sealer: Sealer;
  readonly #aliases: Bulk;
  readonly #listings: Bulk;
  #progress: Progress;
  #aliasSpace: { readonly prefix: string; readonly number: number } | undefined;

  constructor(sql: Sql, source: FrameSource) {
    this.#sql = sql;
    this.#source = source;
    this.#names = new Names(sql);
    this.#records = new RecordWriter(sql, this.#names);
    this.#sealer = new Sealer(sql);
    this.#aliases = new Bulk(
      sql,
      "INSERT INTO alias",
      3,
      "ON CONFLICT (value, space) DO UPDATE SET reference = excluded.reference",
    );
    this.#listings = new Bulk(sql, "INSERT INTO listing", 3);
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
    const pending: Pending = { families: new Map(), changed: new Map(), voided: [] };
    const start = progress.offset;
    let frames = 0;
    for (const frame of this.#source.frames(start, end)) {
      countFrame(progress, frame);
      this.#sort(frame, progress, pending);
      frames += 1;
      if (frames >= MAX_FRAMES || progress.offset - start >= MAX_BYTES) break;
    }
    this.#write(progress, pending);
  }

  #sort(frame: Frame, progress: Progress, { families, changed, voided }: Pending): void {
    const { key, index, first } = frame;
    const kind = kindOf(key);
    if (kind === "record") {
      const code = nameIn(key) as Code;
      const fields = readRecord(frame);
      if (first) addToFamily(families, code);
      if (first) this.#records.insert(code, fields, progress);
      else if (this.#isChange(frame, fields)) changed.set(code, fields);
    } else if (kind === "alias") {
      this.#putAlias(nameIn(key), readAlias(frame));
    } else if (kind !== "other") {
      if (first) this.#listings.add(this.#names.number(listingOf(key)), index, key);
      if (kind === "registration" && readVoid(frame)) voided.push(nameIn(key));
    }
  }

  /** Most versions differ from the one before in what the index does not take: children, keys, attributes. */
  #isChange(frame: Frame, fields: RecordFields): boolean {
    return !sameFields(readRecord(this.#source.frameAt(frame.previous)), fields);
  }

  #putAlias(name: string, reference: string): void {
    let space = this.#aliasSpace;
    // Neighbours mostly stand in the same space.
    if (space === undefined || !name.startsWith(space.prefix)) {
      const prefix = name.slice(0, name.indexOf("/", name.indexOf("/") + 1) + 1);
      space = { prefix, number: this.#names.number(aliasSpace(prefix)) };
      this.#aliasSpace = space;
    }
    this.#aliases.add(name.slice(space.prefix.length), space.number, reference);
  }

  #write(progress: Progress, { families, changed, voided }: Pending): void {
    this.#aliases.flush();
    this.#listings.flush();
    writeChildren(this.#sql, this.#names, families);
    this.#records.update(changed, progress);
    for (const id of voided) {
      const facet = this.#names.number(registrationFacet(id));
      this.#sql.run("INSERT OR IGNORE INTO inactive VALUES (?)", [facet]);
    }
    this.#sealFull(progress);
  }

  #sealFull({ records, sealed }: Progress): void {
    for (const rank of RANKS) {
      let done = sealed[rank] ?? 0;
      for (; (records[rank] ?? 0) - done >= CHUNK_IDS; done += CHUNK_IDS) {
        this.#sealer.seal(idAt(rank, done), this.#records.recent);
      }
      sealed[rank] = done;
    }
    this.#records.settle();
  }
}
