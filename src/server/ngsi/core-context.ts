import { DEFAULT_VOCABULARY, NGSI_LD } from "./names.ts";

/**
 * Addresses of the core context, whatever its version: versions differ in terms that we have all of. Copies of it are known by
 * their name, wherever they stand: since nobody gives the terms of the core another meaning, nothing hangs on what is there.
 */
export function isCoreContext(url: string): boolean {
  return /^https?:\/\/[^\s?#]+\/ngsi-ld-core-context(?:-v\d\.\d+)?\.jsonld$/.test(url);
}

/** The terms of GS CIM 009 (§4.4, annex B) that can be written where an attribute or a type can. */
const TERMS = [
  ...["Attribute", "Property", "GeoProperty", "Relationship", "LanguageProperty", "VocabProperty"],
  ...["JsonProperty", "ListProperty", "ListRelationship", "DateTime", "Date", "Time"],
  ...["location", "observationSpace", "operationSpace", "scope"],
  ...["createdAt", "modifiedAt", "deletedAt", "observedAt", "datasetId", "instanceId", "unitCode"],
];

export const CORE_CONTEXT: { readonly [term: string]: unknown } = {
  "@version": 1.1,
  "ngsi-ld": NGSI_LD,
  id: "@id",
  type: "@type",
  ...Object.fromEntries(TERMS.map((term) => [term, `ngsi-ld:${term}`])),
  "@vocab": DEFAULT_VOCABULARY,
};
