import { percentDecoded } from "../http/decoded.ts";
// Attributes and types have short names in facts and IRIs in NGSI-LD: docs/spec/sharing.md, NGSI-LD.

export const NGSI_LD = "https://uri.etsi.org/ngsi-ld/";
export const DEFAULT_VOCABULARY: string = `${NGSI_LD}default-context/`;

/** Attributes of the core vocabulary that are no other names for what an entity has anyway. */
const CORE_ATTRIBUTES: ReadonlySet<string> = new Set([
  "location",
  "observationSpace",
  "operationSpace",
]);

/** What facts say of the observation itself. */
const FRAME: ReadonlySet<string> = new Set(["id", "type", "time", "place"]);
const SHORT = /^[A-Za-z][A-Za-z0-9_./#@~+-]*$/;
/** Of an IRI, what a name of a fact has no room for. */
const STRANGE = /[^A-Za-z0-9_:./#@~+-]/gu;

/** The name of the fact in which an attribute stands. */
export function factName(iri: string): string {
  const short = shortOf(iri, DEFAULT_VOCABULARY);
  if (short !== undefined && !FRAME.has(short) && !CORE_ATTRIBUTES.has(short)) return short;
  const core = shortOf(iri, NGSI_LD);
  if (core !== undefined && CORE_ATTRIBUTES.has(core)) return core;
  return iri.replace(STRANGE, encodeURIComponent);
}

/** The IRI of an attribute by the name of its fact. */
export function attributeIri(name: string): string {
  if (CORE_ATTRIBUTES.has(name)) return NGSI_LD + name;
  return isShort(name) ? DEFAULT_VOCABULARY + name : percentDecoded(name);
}

/** A type as facts say it. */
export function typeName(iri: string): string {
  return shortOf(iri, DEFAULT_VOCABULARY) ?? iri;
}

export function typeIri(name: string): string {
  return isShort(name) ? DEFAULT_VOCABULARY + name : name;
}

function shortOf(iri: string, vocabulary: string): string | undefined {
  if (!iri.startsWith(vocabulary)) return undefined;
  const rest = iri.slice(vocabulary.length);
  return isShort(rest) ? rest : undefined;
}

function isShort(name: string): boolean {
  return SHORT.test(name);
}
