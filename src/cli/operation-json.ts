import {
  type CborMap,
  type CborValue,
  decodeCbor,
  fitShape,
  fromHex,
  type InnerOperation,
  operation as operationShape,
} from "../core/index.ts";
import { CliProblem } from "./problem.ts";

// Fields that hold bytes in the ledger, and hex in JSON; a `key` is a whole COSE_Key.
const BYTES = new Set([
  "after",
  "commit",
  "decision",
  "genesis",
  "grant",
  "kid",
  "peer",
  "prev",
  "registration",
  "request",
  "root",
  "sha256",
]);

/** Fields that are lists of hashes. */
const HASHES = new Set(["consistency", "path"]);

/** Reads an operation from JSON as the node writes it (docs/spec/http.md §1), and judges its shape. */
export function operationFromJson(text: string, path: string): InnerOperation {
  const value = toCbor(parseJson(text, path));
  const fitted = fitShape(operationShape, value);
  if (!fitted.ok) {
    const { code, ...facts } = fitted.error;
    throw new CliProblem("CLI_OPERATION", { file: path, cause: code, ...facts });
  }
  const op = fitted.value;
  if (op.op === "admit" || op.op === "propose" || op.op === "endorse") {
    throw new CliProblem("CLI_OPERATION", { file: path, cause: "OP_FIELD_TYPE", path: "op" });
  }
  return op;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliProblem("CLI_FILE_FORMAT", { path, want: "JSON" }, { cause });
  }
}

/** From JSON to what the ledger holds; what it cannot hold is left for the shape to refuse. */
export function toCbor(value: unknown, field = ""): CborValue {
  if (typeof value === "string") return bytesOf(field, value) ?? value;
  if (Array.isArray(value)) {
    return value.map((item) => toCbor(item, HASHES.has(field) ? "root" : ""));
  }
  if (typeof value !== "object" || value === null) return value as CborValue;
  const entries = Object.entries(value).map(([name, inner]) => [name, toCbor(inner, name)]);
  return Object.fromEntries(entries) as CborMap;
}

function bytesOf(field: string, text: string): CborValue | undefined {
  if (BYTES.has(field)) return fromHex(text);
  if (field !== "key") return undefined;
  const encoded = fromHex(text);
  // Of a validator: the bare Ed25519 key.
  if (encoded?.length === 32) return encoded;
  const decoded = encoded === undefined ? undefined : decodeCbor(encoded);
  return decoded?.ok ? decoded.value : undefined;
}
