import {
  CODE_TEXT,
  type Endpoint,
  HASH_TEXT,
  INTEGER,
  KID_TEXT,
  type Parameter,
  ref,
  type Schema,
  TEXT,
} from "./endpoint.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { SCHEMAS } from "./schemas.ts";

type Json = { readonly [name: string]: unknown };

/** The node's description in OpenAPI 3.1. Nothing in it refers to another document. */
export function openApiDocument(publicUrl: string, software: string): Json {
  const [, version = ""] = software.split("/");
  return {
    openapi: "3.1.0",
    info: { title: "cityid", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: publicUrl }],
    paths: pathsOf(ENDPOINTS),
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        signature: {
          type: "apiKey",
          in: "header",
          name: "Signature",
          description: "HTTP Message Signature (RFC 9421), see docs/spec/http.md §6",
        },
      },
    },
  };
}

function pathsOf(endpoints: readonly Endpoint[]): Json {
  const paths = new Map<string, Record<string, Json>>();
  for (const endpoint of endpoints) {
    const methods = paths.get(endpoint.path) ?? {};
    methods[endpoint.method] = operationOf(endpoint);
    paths.set(endpoint.path, methods);
  }
  return Object.fromEntries(paths);
}

function operationOf(endpoint: Endpoint): Json {
  const { method, path, tag, summary, parameters = [], body, answers, signed } = endpoint;
  return {
    operationId: `${method}${path.replace(/[^A-Za-z0-9]+(.)?/g, (_, next?: string) => (next ?? "").toUpperCase())}`,
    tags: [tag],
    summary,
    parameters: [...pathParameters(path), ...parameters],
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, content }]) => [
          status,
          { description, ...(content && { content: contentOf(content) }) },
        ]),
      ),
      default: PROBLEM,
    },
    ...(signed && {
      security: [{ signature: [] }, { bearer: [] }, ...(signed === "unless-open" ? [{}] : [])],
    }),
  };
}

const PROBLEM = {
  description: "Refused",
  content: { "application/problem+json": { schema: ref("Problem") } },
};

function contentOf(content: { readonly [type: string]: Json }): Json {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));
}

const PATH_WORDS: { readonly [name: string]: string } = {
  code: "A code; its slashes as %2F",
  hash: "Leaf hash, or hash of a commitment, in hex",
  id: "Its id",
  commit: "Hash in hex",
};

const PATH_SCHEMAS: { readonly [name: string]: Schema } = {
  code: CODE_TEXT,
  holder: CODE_TEXT,
  hash: HASH_TEXT,
  commit: HASH_TEXT,
  sha256: HASH_TEXT,
  kid: KID_TEXT,
  index: INTEGER,
  first: { ...INTEGER, maximum: 1_048_575 },
  digits: { type: "string", pattern: "^(0[1-9]|[1-9][0-9])[0-9]{19}$" },
};

function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    description: PATH_WORDS[name] ?? name,
    schema: PATH_SCHEMAS[name] ?? TEXT,
    required: true,
  }));
}
