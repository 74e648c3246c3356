/** A JSON Schema (draft 2020-12), as OpenAPI 3.1 takes it. */
export type Schema = { readonly [keyword: string]: unknown };

/** One way to ask the node for something: what /openapi.json and /docs are made of. */
export type Endpoint = {
  readonly method: "get" | "post" | "put" | "delete";
  /** `{name}` stands for one segment. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: Content;
  /** By status; problems are added to all. */
  readonly answers: { readonly [status: string]: Answer };
  /** Needs a signed request or a bearer token. */
  readonly signed?: true;
};

export type Tag =
  | "codes"
  | "operations"
  | "registry"
  | "log"
  | "inbox"
  | "openings"
  | "seals"
  | "datasets"
  | "resolver"
  | "node";

export type Parameter = {
  readonly name: string;
  readonly in: "query" | "path" | "header";
  readonly description: string;
  readonly schema: Schema;
  readonly required?: boolean;
};

/** Schemas by media type. */
export type Content = { readonly [mediaType: string]: Schema };

export type Answer = { readonly description: string; readonly content?: Content };

export const TEXT: Schema = { type: "string" };
export const INTEGER: Schema = { type: "integer", minimum: 0 };
export const BYTES: Schema = { type: "string", contentEncoding: "binary" };

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function query(name: string, description: string, schema: Schema = TEXT): Parameter {
  return { name, in: "query", description, schema };
}

/** An answer in JSON of a named shape. */
export function json(name: string, description = "Found"): Answer {
  return { description, content: { "application/json": ref(name) } };
}

/** A page of a list. */
export function pageOf(name: string): Answer {
  const items = { type: "array", items: ref(name) };
  const schema = { type: "object", required: ["items"], properties: { items, next: TEXT } };
  return { description: "A page", content: { "application/json": schema } };
}

export const PAGING: readonly Parameter[] = [
  query("limit", "How many at most", { type: "integer", minimum: 1, maximum: 1000, default: 100 }),
  query("cursor", "`next` of the page before"),
];

export const MOMENT: readonly Parameter[] = [
  query("at", "What was true on that day", { type: "string", format: "date" }),
  query("known", "As the ledger knew it then: a log size, or a time in RFC 3339"),
];
