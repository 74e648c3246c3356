import { type Code, type CodeRecord, present, utf8 } from "../../core/index.ts";
import type { FieldName, JsonObject } from "../http/cbor-json.ts";
import type { StatusParts } from "./effective.ts";

/** What `statusParts` wants of a record, in this order. */
export const STATUS_FIELDS: readonly FieldName[] = [
  "parent",
  "status",
  "generation",
  "registration",
].map(utf8);

/** What the effective status of a record depends on, out of its JSON. */
export function statusParts(code: Code, fields: JsonObject["fields"]): StatusParts {
  const [parent, status, generation, registration] = fields;
  return {
    self: `${code}#${generation}`,
    // A member of the union, as the ledger wrote it.
    status: unquoted(present(status, "a status")) as CodeRecord["status"],
    parent: parent && unquoted(parent),
    registration: registration && unquoted(registration),
  };
}

function unquoted(text: string): string {
  return text.slice(1, -1);
}
