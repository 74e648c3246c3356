import type { Attributes, CodeRecord, IsoDate, Names, Statement } from "../../core/index.ts";

/** What one entry of the log stated about a record. */
export type Stated = Partial<Pick<CodeRecord, "names" | "geometry" | "attributes" | "stage">>;

/** The statements that hold on one day. */
export type Holding = {
  readonly names: Names;
  readonly attributes: Attributes;
} & Pick<Stated, "geometry" | "stage">;

/**
 * Which statements hold on the day `at`: of those about a field that began by then, the one that began last, and of equal
 * ones the one recorded last. So a correction restates the same date, and a late note about the past leaves the present.
 *
 * @param stated in the order of their log indices; the caller leaves out what is recorded too late to be known
 * @see docs/spec/operations.md, Validity
 */
export function foldStatements(stated: readonly Stated[], at: IsoDate): Holding {
  const holding: { -readonly [K in keyof Holding]: Holding[K] } = { names: {}, attributes: {} };
  for (const { names, attributes, geometry, stage } of stated) {
    holding.names = foldFields(holding.names, names, at);
    holding.attributes = foldFields(holding.attributes, attributes, at);
    const shape = later(holding.geometry, geometry, at);
    if (shape !== undefined) holding.geometry = shape;
    const phase = later(holding.stage, stage, at);
    if (phase !== undefined) holding.stage = phase;
  }
  return holding;
}

function foldFields<V>(
  held: { readonly [name: string]: Statement<V> },
  stated: { readonly [name: string]: Statement<V> } | undefined,
  at: IsoDate,
): { readonly [name: string]: Statement<V> } {
  if (stated === undefined) return held;
  const next: Record<string, Statement<V>> = { ...held };
  for (const [name, statement] of Object.entries(stated)) {
    const kept = later(Object.hasOwn(next, name) ? next[name] : undefined, statement, at);
    if (kept !== undefined) next[name] = kept;
  }
  return next;
}

function later<V>(
  held: Statement<V> | undefined,
  stated: Statement<V> | undefined,
  at: IsoDate,
): Statement<V> | undefined {
  // Dates of one form sort as text.
  if (stated === undefined || stated.validFrom > at) return held;
  return held === undefined || stated.validFrom >= held.validFrom ? stated : held;
}
