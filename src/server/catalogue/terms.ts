import type { Json } from "../http/json.ts";

// Words of RDF that parts of the catalogue are made of.

const AUTHORITY = "http://publications.europa.eu/resource/authority";

export function text(value: string, language: string): Json {
  return { "@value": value, "@language": language };
}

export function texts(values: { readonly [language: string]: string }): Json {
  return Object.entries(values).map(([language, value]) => text(value, language));
}

/** A term of a vocabulary of the EU, with its class: a validator fetches none of them. */
export function authority(type: string, term: string): Json {
  return { "@id": `${AUTHORITY}/${term}`, "@type": type };
}

export function resource(url: string): Json {
  return { "@id": url, "@type": "rdfs:Resource" };
}
