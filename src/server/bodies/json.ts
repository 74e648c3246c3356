import { err, fromUtf8, ok, type Result } from "../../core/index.ts";
import type { HttpRefusal } from "../problem/refusal.ts";

/** The fields of a small JSON object, read one by one; each complains in its own name. */
export type JsonFields = { readonly [name: string]: unknown };

/** Reads a body as one flat JSON object. */
export function readJsonObject(body: Uint8Array): Result<JsonFields, HttpRefusal> {
  const text = fromUtf8(body);
  const value = text === undefined ? undefined : parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return ok(value as JsonFields);
  }
  return err({ code: "HTTP_BODY", want: "one JSON object" });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Text of 1 to `max` characters; `undefined` where it is not given. */
export function textField(
  fields: JsonFields,
  name: string,
  max: number,
): Result<string | undefined, HttpRefusal> {
  const value = fields[name];
  if (value === undefined) return ok(undefined);
  if (typeof value === "string" && value.length > 0 && value.length <= max) return ok(value);
  return err({ code: "HTTP_FIELD", name, want: `text of 1 to ${max} characters` });
}
