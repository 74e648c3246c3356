import { type Code, type EffectiveStatus, parentOf } from "../../../core/index.ts";
import { type Facts, parseFacts } from "./facts.ts";
import type { Sql } from "./sql.ts";

type Status = EffectiveStatus["status"];
const STRICTNESS: readonly string[] = ["active", "suspended", "retired", "void"] satisfies Status[];

/** What counts of each record: see `effectiveStatus` of the rules, which this repeats over the rows of the index. */
export class EffectiveStatuses {
  readonly #sql: Sql;
  readonly #parents = new Map<Code, Ancestor | undefined>();
  readonly #voids = new Map<number, boolean>();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  of(code: Code, facts: Facts): string {
    return this.#worst(code, facts);
  }

  #worst(code: Code, facts: Facts): string {
    const own = this.#isVoid(facts.registration) ? "void" : facts.status;
    const parent = parentOf(code);
    const above = parent === undefined ? undefined : this.#ancestor(parent);
    if (above === undefined) return own;
    const { parentGeneration } = facts;
    const left = parentGeneration !== 0 && parentGeneration !== above.generation;
    return stricter(stricter(own, above.status), left ? "retired" : "active");
  }

  #ancestor(code: Code): Ancestor | undefined {
    if (this.#parents.has(code)) return this.#parents.get(code);
    const row = this.#sql.get("SELECT facts FROM record WHERE code = ?", [code]);
    const facts = row === undefined ? undefined : parseFacts(String(row[0]));
    const ancestor =
      facts === undefined
        ? undefined
        : { generation: facts.generation, status: this.#worst(code, facts) };
    this.#parents.set(code, ancestor);
    return ancestor;
  }

  #isVoid(registration: number): boolean {
    if (registration === 0) return false;
    const known = this.#voids.get(registration);
    if (known !== undefined) return known;
    const isVoid =
      this.#sql.get("SELECT 1 FROM inactive WHERE facet = ?", [registration]) !== undefined;
    this.#voids.set(registration, isVoid);
    return isVoid;
  }
}

type Ancestor = { readonly generation: number; readonly status: string };

function stricter(a: string, b: string): string {
  return STRICTNESS.indexOf(b) > STRICTNESS.indexOf(a) ? b : a;
}
