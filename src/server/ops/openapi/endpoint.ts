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
  /** Needs a signed request or a bearer token; of open data neither. */
  readonly signed?: true | "unless-open";
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
export const INTEGER: Schema = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
/** A text with something in it. */
export const WORDS: Schema = { type: "string", pattern: "\\S", maxLength: 128 };
export const MOMENT_TEXT: Schema = { type: "string", format: "date-time" };
export const HASH_TEXT: Schema = { type: "string", pattern: "^[0-9a-f]{64}$" };
export const KID_TEXT: Schema = { type: "string", pattern: "^[0-9a-f]{16}$" };

const NODE = "[0-9A-Z][0-9A-Z-]{0,29}";
const DIVISION =
  "(0[1-9]|[1-9][0-9])(([0-9][1-9]|[1-9]0)(([0-9][1-9]|[1-9]0))?|00([0-9][1-9]|[1-9]0))?";
const DEPARTMENTS = "(\\.[0-9A-Z]{1,8}){0,6}";
/** The grammar of docs/spec/codes.md; which divisions there are is in the gazette. */
export const CODE_TEXT: Schema = {
  type: "string",
  maxLength: 60,
  pattern: `^MA(\\.156(\\.${DIVISION}${DEPARTMENTS})?|\\.(?!156)[0-9]{3}(\\.[0-9A-Z]{1,9}${DEPARTMENTS})?)?(/${NODE}(\\.${NODE}){0,2}(/${NODE}(\\.${NODE}){0,7})?)?$`,
};
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
  query("cursor", "`next` of the page before", { type: "string", minLength: 1, maxLength: 1024 }),
];

/** Of lists whose cursor is a number. */
export const NUMBERED: readonly Parameter[] = PAGING.map((each) =>
  each.name === "cursor"
    ? { ...each, schema: { type: "string", pattern: "^(0|[1-9][0-9]{0,14})$" } }
    : each,
);

export const MOMENT: readonly Parameter[] = [
  query("at", "What was true on that day", { type: "string", format: "date" }),
  query("known", "As the ledger knew it then: a log size, or a time in RFC 3339", {
    anyOf: [{ ...INTEGER, minimum: 1 }, MOMENT_TEXT],
  }),
];
