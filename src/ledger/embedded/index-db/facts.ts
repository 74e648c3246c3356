import type { Box } from "../../../core/index.ts";
import type { RecordFields } from "./record-fields.ts";

// What is judged of a record, as one text: the numbers of its facets between commas, then the parts of `Facts` between
// spaces; a point as two numbers, a larger box as four.

export type Facts = {
  /** `,3,17,` */
  readonly facets: string;
  readonly generation: number;
  readonly kind: string;
  readonly status: string;
  /** Generation of the parent that it belongs to; 0 without parent. */
  readonly parentGeneration: number;
  /** Number of the registration's facet; 0 without one. */
  readonly registration: number;
  readonly box: Box | undefined;
};

export function formatFacets(numbers: readonly number[]): string {
  return `,${numbers.join(",")},`;
}

export function parseFacets(facets: string): number[] {
  return facets.slice(1, -1).split(",").map(Number);
}

export function formatFacts(facets: string, fields: RecordFields, registration: number): string {
  const { generation, kind, status, parentGeneration, box } = fields;
  return `${facets} ${generation} ${kind} ${status} ${parentGeneration} ${registration}${formatBox(box)}`;
}

function formatBox(box: Box | undefined): string {
  if (box === undefined) return "";
  const [west, south, east, north] = box;
  if (west === east && south === north) return ` ${west} ${south}`;
  return ` ${west} ${south} ${east} ${north}`;
}

export function parseFacts(text: string): Facts {
  const [facets, generation, kind, status, parentGeneration, registration, ...box] =
    text.split(" ");
  return {
    facets: facets ?? "",
    generation: Number(generation),
    kind: kind ?? "",
    status: status ?? "",
    parentGeneration: Number(parentGeneration),
    registration: Number(registration),
    box: toBox(box.map(Number)),
  };
}

function toBox([x0, y0, x1 = x0, y1 = y0]: readonly number[]): Box | undefined {
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined)
    return undefined;
  return [x0, y0, x1, y1];
}
