import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AliasValue,
  type CborValue,
  type Code,
  type CodeRecord,
  codeShape,
  EMPTY_ROOT,
  encodeCbor,
  parentOf,
  type Registration,
} from "../../../../src/core/index.ts";
import { openToWrite } from "../../../../src/ledger/embedded/index-db/database.ts";
import { IndexView } from "../../../../src/ledger/embedded/index-db/index-view.ts";
import { search } from "../../../../src/ledger/embedded/index-db/search.ts";
import { IndexWriter } from "../../../../src/ledger/embedded/index-db/writer.ts";
import { VALUES_START, ValuesFile } from "../../../../src/ledger/embedded/values.ts";
import { ValuesReader } from "../../../../src/ledger/embedded/values-reader.ts";
import type { SearchPage, SearchQuery } from "../../../../src/ledger/port.ts";
import { nodeFiles } from "../../../../src/log/index.ts";
import type { Sql } from "../../../../src/sql/index.ts";
import { discard } from "../../../discard.ts";

// A stream of changes as a ledger would make it, in a real values file, and an index that takes it in on this thread.

export const IDENTITY = { ledger: "ledger.test/log", start: VALUES_START };

const HASH = new Uint8Array(32).fill(7);

/** The parts of a record that matter to the index. */
export type Described = Partial<Omit<CodeRecord, "code">>;

/** A record with everything that it needs beside. */
export function record(code: Code, described: Described = {}): CodeRecord {
  const parent = parentOf(code);
  return {
    code,
    generation: 1,
    born: HASH,
    op: HASH,
    control: HASH,
    kind: kindOf(code),
    status: "active",
    suspendedBy: [],
    names: {},
    ...(parent === undefined ? {} : { parent: `${parent}#1` }),
    threshold: 1,
    holds: [],
    aliases: [],
    links: [],
    attributes: {},
    predecessors: [],
    successors: [],
    children: { count: 0, root: EMPTY_ROOT },
    ...described,
  };
}

function kindOf(code: Code): CodeRecord["kind"] {
  const shape = codeShape(code);
  return shape === "item" ? "thing" : shape;
}

export function named(...names: readonly string[]): CodeRecord["names"] {
  const tags = ["zh", "en", "zh-Latn"];
  return Object.fromEntries(
    names.map((value, i) => [tags[i] ?? `x-${i}`, { value, validFrom: "2020-01-01" }]),
  );
}

export function at(longitude: number, latitude: number): NonNullable<CodeRecord["geometry"]> {
  return { value: { point: [longitude, latitude] }, validFrom: "2020-01-01" };
}

export function registration(isVoid: boolean): Registration {
  const iss = "member/A";
  return {
    op: HASH,
    by: "members",
    under: "MA.156" as Code,
    iss,
    kid: HASH.slice(0, 8),
    threshold: 1,
    at: 0,
    changed: 0,
    void: isVoid,
  };
}

export type Put = { readonly key: string; readonly value: CborValue; readonly index: number };

/** Appends versions of values to a values file, and remembers them for a model. */
export class Stream {
  readonly directory: string = mkdtempSync(join(tmpdir(), "cityid-index-"));
  readonly path: string = join(this.directory, "values");
  readonly puts: Put[] = [];
  readonly #values = ValuesFile.open(nodeFiles, this.path);
  readonly #refs = new Map<string, number>();
  /** Entries of the log so far. */
  size = 0;

  /** One entry of the log, and what it changes. */
  entry(...changes: readonly (readonly [key: string, value: unknown])[]): void {
    for (const [key, value] of changes) {
      const change = { key, value: value as CborValue, index: this.size };
      const encoded = { ...change, value: encodeCbor(change.value) };
      this.#refs.set(key, this.#values.append(encoded, this.#refs.get(key)));
      this.puts.push(change);
    }
    this.size += 1;
  }

  /** An entry that puts records. */
  records(...records: readonly CodeRecord[]): void {
    this.entry(...records.map((each) => [`code/${each.code}`, each] as const));
  }

  alias(division: string, scheme: string, value: string, leadsTo: AliasValue): void {
    this.entry([`alias/${division}/${scheme}/${value}`, leadsTo]);
  }

  /** What was appended is in the file; where it ends. */
  flush(): number {
    this.#values.flush();
    return this.#values.end;
  }

  async remove(): Promise<void> {
    await this.#values.close();
    discard(this.directory);
  }
}

/** An index that is written and read on this thread. */
export class LocalIndex {
  readonly #stream: Stream;
  readonly #source: ValuesReader;
  readonly sql: Sql;
  readonly writer: IndexWriter;

  constructor(stream: Stream, file: string = join(stream.directory, "index.db")) {
    this.#stream = stream;
    this.#source = new ValuesReader(nodeFiles, stream.path);
    this.sql = openToWrite(file, IDENTITY, this.#source);
    this.writer = new IndexWriter(this.sql, this.#source);
  }

  /** As a reader opens it. */
  get view(): IndexView {
    return new IndexView(this.sql, this.#source);
  }

  /** Takes in everything that is in the stream. */
  catchUp(): void {
    const end = this.#stream.flush();
    while (this.writer.take(end, this.#stream.size)) {
      // The next run of frames.
    }
  }

  /** As a busy thread may have to, it can stop after so many steps; then the page is short. */
  search(query: SearchQuery, maxSteps: number = Number.POSITIVE_INFINITY): SearchPage {
    const steps = search(this.view, query);
    for (let taken = 0; ; taken++) {
      const step = steps.next(taken <= maxSteps);
      if (step.done === true) return step.value;
    }
  }

  /** Every page, one after the other. */
  all(
    query: Omit<SearchQuery, "limit" | "cursor">,
    limit = 1000,
    maxSteps: number = Number.POSITIVE_INFINITY,
  ): readonly string[] {
    const codes: string[] = [];
    let cursor: string | undefined;
    do {
      const more = cursor === undefined ? {} : { cursor };
      const page = this.search({ ...query, limit, ...more }, maxSteps);
      codes.push(...page.codes);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return codes;
  }

  /** As a process that dies leaves it. */
  abandon(): void {
    this.sql.close();
    this.#source.close();
  }
}
