import type { RecordFields } from "./record-fields.ts";

// What is judged of a record, as one text: the numbers of its facets between commas, then the parts of `Facts` between
// spaces.

export type Facts = {
  readonly generation: number;
  readonly kind: string;
  readonly status: string;
  /** Generation of the parent that it belongs to; 0 without parent. */
  readonly parentGeneration: number;
  /** Number of the registration's facet; 0 without one. */
  readonly registration: number;
};

export function formatFacets(numbers: readonly number[]): string {
  return `,${numbers.join(",")},`;
}

export function parseFacets(facets: string): number[] {
  return facets.slice(1, -1).split(",").map(Number);
}

export function formatFacts(facets: string, fields: RecordFields, registration: number): string {
  const { generation, kind, status, parentGeneration } = fields;
  return `${facets} ${generation} ${kind} ${status} ${parentGeneration} ${registration}`;
}

export function facetsOf(facts: string): string {
  return facts.slice(0, facts.indexOf(" "));
}

export function parseFacts(facts: string): Facts {
  const [, generation, kind, status, parentGeneration, registration] = facts.split(" ");
  return {
    generation: Number(generation),
    kind: kind ?? "",
    status: status ?? "",
    parentGeneration: Number(parentGeneration),
    registration: Number(registration),
  };
}
