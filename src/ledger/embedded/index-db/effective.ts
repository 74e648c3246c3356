import { type Code, type EffectiveStatus, parentOf } from "../../../core/index.ts";
import { registrationFacet } from "./facets.ts";
import type { IndexView } from "./index-view.ts";
import { findRecords, type StoredRecord } from "./stored-records.ts";

type Status = EffectiveStatus["status"];
const STRICTNESS: readonly string[] = ["active", "suspended", "retired", "void"] satisfies Status[];

/** What counts of each record: see `effectiveStatus` of the rules, which this repeats over the records of the index. */
export class EffectiveStatuses {
  readonly #view: IndexView;
  readonly #ancestors = new Map<Code, Ancestor | undefined>();
  readonly #voids = new Map<string, boolean>();

  constructor(view: IndexView) {
    this.#view = view;
  }

  of({ code, fields }: StoredRecord): string {
    const own = this.#isVoid(fields.registration) ? "void" : fields.status;
    const parent = parentOf(code);
    const above = parent === undefined ? undefined : this.#ancestor(parent);
    if (above === undefined) return own;
    const { parentGeneration } = fields;
    const left = parentGeneration !== 0 && parentGeneration !== above.generation;
    return stricter(stricter(own, above.status), left ? "retired" : "active");
  }

  #ancestor(code: Code): Ancestor | undefined {
    if (this.#ancestors.has(code)) return this.#ancestors.get(code);
    const { runs, source, places } = this.#view;
    const record = findRecords({ runs, source, places }, [code]).get(code);
    const ancestor =
      record === undefined
        ? undefined
        : { generation: record.fields.generation, status: this.of(record) };
    this.#ancestors.set(code, ancestor);
    return ancestor;
  }

  #isVoid(registration: string): boolean {
    if (registration === "") return false;
    const known = this.#voids.get(registration);
    if (known !== undefined) return known;
    const facet = registrationFacet(registration);
    const isVoid =
      this.#view.sql.get("SELECT 1 FROM inactive WHERE facet = ?", [facet]) !== undefined;
    this.#voids.set(registration, isVoid);
    return isVoid;
  }
}

type Ancestor = { readonly generation: number; readonly status: string };

function stricter(a: string, b: string): string {
  return STRICTNESS.indexOf(b) > STRICTNESS.indexOf(a) ? b : a;
}
