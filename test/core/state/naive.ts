import type { KeyUse } from "../../../src/core/index.ts";

// The rules once more, slow and plain, for one city and what stands below it: records in a list, no map keys, no counters,
// no caches. Hashes come from the real ledger, since only their being the same matters.

export type NaiveRecord = {
  readonly code: string;
  readonly generation: number;
  readonly parentGeneration: number;
  readonly registration: number | undefined;
  /** Uses of each open key, by its name. */
  readonly keys: Map<string, readonly KeyUse[]>;
  /** Why each closed key was closed, by its name. */
  readonly closed: Map<string, "retired" | "compromised">;
  /** Codes with their generations. */
  readonly suspendedBy: string[];
  retired: boolean;
  delegated: boolean;
  changed: boolean;
  op: string;
  control: string;
};

export type NaiveStatus = "active" | "suspended" | "retired" | "void";

export class Naive {
  /** Every generation of every code, in the order of birth. */
  readonly records: NaiveRecord[] = [];
  readonly voided = new Set<number>();
  /** How often records of a registration were changed for the first time, or given children by another one. */
  readonly spoiled = new Map<number, number>();

  latest(code: string): NaiveRecord | undefined {
    return this.records.findLast((record) => record.code === code);
  }

  reference(code: string): string {
    return `${code}#${this.latest(code)?.generation}`;
  }

  parentOf(code: string): string {
    return code.slice(0, Math.max(code.lastIndexOf("."), code.lastIndexOf("/")));
  }

  lineage(code: string): NaiveRecord[] {
    const record = this.latest(code);
    return record === undefined ? [] : [record, ...this.lineage(this.parentOf(code))];
  }

  status(code: string): NaiveStatus {
    const lineage = this.lineage(code);
    if (
      lineage.some((each) => each.registration !== undefined && this.voided.has(each.registration))
    )
      return "void";
    const isOrphan = lineage.some((each, i) => {
      const parent = lineage[i + 1];
      return parent !== undefined && parent.generation !== each.parentGeneration;
    });
    if (isOrphan || lineage.some(({ retired }) => retired)) return "retired";
    return lineage.some(({ suspendedBy }) => suspendedBy.length > 0) ? "suspended" : "active";
  }

  /** Whether what is strictly above lives in another ledger, and this with it. */
  frozen(code: string): boolean {
    return this.lineage(this.parentOf(code)).some(({ delegated }) => delegated);
  }

  /** The nearest at or above that has an open key of the use. */
  nearest(code: string, use: KeyUse): string | undefined {
    return this.lineage(code).find(({ keys }) =>
      [...keys.values()].some((has) => has.includes(use)),
    )?.code;
  }

  holds(code: string): KeyUse[] {
    const record = this.latest(code);
    return [...new Set([...(record?.keys.values() ?? [])].flat())].sort();
  }

  /** First registrations below a code, in their order. */
  children(code: string): string[] {
    const born = this.records.filter((each) => each.generation === 1).map((each) => each.code);
    return born.filter((each) => this.parentOf(each) === code);
  }

  /** Notes the first change of a record of a registration. */
  change(record: NaiveRecord): void {
    if (!record.changed) this.spoil(record);
    record.changed = true;
  }

  spoil({ registration }: NaiveRecord): void {
    if (registration === undefined) return;
    this.spoiled.set(registration, (this.spoiled.get(registration) ?? 0) + 1);
  }
}
