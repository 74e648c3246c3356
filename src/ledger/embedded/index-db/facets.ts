import { ancestorsOf, type Code } from "../../../core/index.ts";
import type { RecordFields } from "./record-fields.ts";

// What a record can be filtered by, as names. The dictionary gives each a number, and records carry these numbers.

export const kindFacet = (kind: string): string => `kind:${kind}`;
export const classFacet = (name: string): string => `class:${name}`;
export const parentFacet = (code: string): string => `parent:${code}`;
export const underFacet = (code: string): string => `under:${code}`;
export const statusFacet = (status: string): string => `status:${status}`;
export const registrationFacet = (id: string): string => `registration:${id}`;

/** The facets of a record. Active ones carry no status: nearly all are. */
export function facetNames(code: Code, fields: RecordFields): string[] {
  const names = [kindFacet(fields.kind)];
  if (fields.class !== "") names.push(classFacet(fields.class));
  if (fields.status !== "active") names.push(statusFacet(fields.status));
  if (fields.registration !== "") names.push(registrationFacet(fields.registration));
  const ancestors = ancestorsOf(code);
  if (ancestors[0] !== undefined) names.push(parentFacet(ancestors[0]));
  for (const ancestor of ancestors) names.push(underFacet(ancestor));
  return names;
}
