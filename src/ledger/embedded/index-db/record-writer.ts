import { type Code, parentOf } from "../../../core/index.ts";
import { childrenOf } from "./child-block.ts";
import { documentOf } from "./document.ts";
import { facetNames, registrationFacet, underFacet } from "./facets.ts";
import { formatFacets, formatFacts, parseFacts } from "./facts.ts";
import { firstId, idAt, rankOf, rankOfId } from "./layout.ts";
import type { Names } from "./names.ts";
import { PostingAdditions } from "./posting-additions.ts";
import type { Progress } from "./progress.ts";
import type { RecordFields } from "./record-fields.ts";
import { boundsOf, FINDABLE, type Findable, findableOf } from "./row-tokens.ts";
import { Bulk, type Sql } from "./sql.ts";

type Row = Findable & { readonly facts: string };
type Stored = Row & { readonly id: number };

const LOOKED_UP_AT_ONCE = 512;

/** Writes the rows of records, new and changed, and what they are found by. */
export class RecordWriter {
  readonly #sql: Sql;
  readonly #names: Names;
  readonly #rows: Bulk;
  readonly #additions: PostingAdditions;
  readonly #recent = new Map<number, Row>();
  #lastFaceted: Faceted | undefined;

  constructor(sql: Sql, names: Names) {
    this.#sql = sql;
    this.#names = names;
    this.#additions = new PostingAdditions(sql);
    this.#rows = new Bulk(
      sql,
      "INSERT INTO record",
      8,
      `ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, facts = excluded.facts,
       west = excluded.west, south = excluded.south, east = excluded.east, north = excluded.north`,
    );
  }

  /** The rows inserted since `settle` was called last, by id. */
  get recent(): ReadonlyMap<number, Findable> {
    return this.#recent;
  }

  /** Adds a record whose code was never seen before. */
  insert(code: Code, fields: RecordFields, { records, byKind }: Progress): void {
    const rank = rankOf(code);
    const position = records[rank] ?? 0;
    records[rank] = position + 1;
    byKind[fields.kind] = (byKind[fields.kind] ?? 0) + 1;
    const row = this.#rowOf(code, fields);
    const id = idAt(rank, position);
    this.#rows.add(id, code, row.doc, row.facts, ...boundsOf(row.box));
    this.#recent.set(id, row);
  }

  /** Takes in the newest versions of records that are there. The children of each must have been written before. */
  update(changed: ReadonlyMap<Code, RecordFields>, progress: Progress): void {
    this.#rows.flush();
    const known = this.#stored([...changed.keys()]);
    for (const [code, fields] of changed) {
      const before = known.get(code);
      if (before === undefined) this.insert(code, fields, progress);
      else this.#change(code, fields, before, progress);
      this.#markInactive(code, fields);
    }
    this.#rows.flush();
    this.#additions.flush();
  }

  /** The buckets that the rows since the last call filled are sealed. */
  settle(): void {
    this.#recent.clear();
  }

  #stored(codes: readonly Code[]): Map<string, Stored> {
    const stored = new Map<string, Stored>();
    for (let at = 0; at < codes.length; at += LOOKED_UP_AT_ONCE) {
      const part = JSON.stringify(codes.slice(at, at + LOOKED_UP_AT_ONCE));
      const rows = this.#sql.all(
        `SELECT code, id, facts, ${FINDABLE} FROM record
         WHERE code IN (SELECT value FROM json_each(?))`,
        [part],
      );
      for (const [code, id, facts, ...columns] of rows) {
        stored.set(String(code), {
          id: Number(id),
          facts: String(facts),
          ...findableOf(columns),
        });
      }
    }
    return stored;
  }

  #change(code: Code, fields: RecordFields, before: Stored, progress: Progress): void {
    const row = this.#rowOf(code, fields);
    if (isSame(before, row)) return;
    const { id } = before;
    this.#rows.add(id, code, row.doc, row.facts, ...boundsOf(row.box));
    recount(progress, parseFacts(before.facts).kind, fields.kind);
    if (this.#recent.has(id)) this.#recent.set(id, row);
    else if (isSealed(id, progress)) this.#additions.add(id, before, row);
  }

  #rowOf(code: Code, fields: RecordFields): Row {
    const { facets, registration } = this.#faceted(code, fields);
    const facts = formatFacts(facets, fields, registration);
    return { doc: documentOf(code, fields), facts, facets, box: fields.box };
  }

  /** Neighbouring records mostly have the same facets. */
  #faceted(code: Code, fields: RecordFields): Faceted {
    const parent = parentOf(code);
    const last = this.#lastFaceted;
    if (last !== undefined && last.parent === parent && isAlike(last.fields, fields)) return last;
    const numbers = facetNames(code, fields).map((name) => this.#names.number(name));
    const { kind, class: className, status, registration } = fields;
    const faceted = {
      parent,
      fields: { kind, class: className, status, registration },
      facets: formatFacets(numbers),
      registration: registration === "" ? 0 : this.#names.number(registrationFacet(registration)),
    };
    this.#lastFaceted = faceted;
    return faceted;
  }

  /** What stands below a suspended or retired record, or below an earlier generation, is not in force. */
  #markInactive(code: Code, { status, generation }: RecordFields): void {
    if (status === "active" && generation === 1) return;
    if (this.#names.find(childrenOf(code)) === undefined) return;
    this.#sql.run("INSERT OR IGNORE INTO inactive VALUES (?)", [
      this.#names.number(underFacet(code)),
    ]);
  }
}

/** What the facets of a record are made of, and their numbers. */
type Faceted = {
  readonly parent: string | undefined;
  readonly fields: Pick<RecordFields, "kind" | "class" | "status" | "registration">;
  readonly facets: string;
  /** 0 without one. */
  readonly registration: number;
};

function isSame(a: Row, b: Row): boolean {
  return a.doc === b.doc && a.facts === b.facts && a.box?.join() === b.box?.join();
}

function isAlike(a: Faceted["fields"], b: Faceted["fields"]): boolean {
  return (
    a.kind === b.kind &&
    a.class === b.class &&
    a.status === b.status &&
    a.registration === b.registration
  );
}

function recount({ byKind }: Progress, before: string, after: string): void {
  byKind[before] = (byKind[before] ?? 0) - 1;
  byKind[after] = (byKind[after] ?? 0) + 1;
}

function isSealed(id: number, { sealed }: Progress): boolean {
  const rank = rankOfId(id);
  return id < firstId(rank) + (sealed[rank] ?? 0);
}
