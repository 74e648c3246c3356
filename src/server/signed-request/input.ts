import {
  type InnerList,
  isInnerList,
  type Parameters,
  parseDictionary,
  serializeInnerList,
} from "structured-headers";
import { err, ok, type Result } from "../../core/index.ts";
import type { SignedRequestRefusal } from "../problem/refusal.ts";

/** What `Signature-Input` and `Signature` say, read and nothing more. */
export type SignatureInput = {
  readonly components: readonly string[];
  /** The value of `@signature-params`. */
  readonly parameters: string;
  readonly keyid: string;
  readonly nonce: string;
  readonly createdSeconds: number;
  readonly expiresSeconds?: number;
  readonly algorithm?: string;
  readonly signature: Uint8Array;
};

const MAX_FIELD_CHARACTERS = 4096;

/** Reads the one signature of a request. RFC 9421 §4. */
export function readSignatureInput(
  inputField: string | undefined,
  signatureField: string | undefined,
): Result<SignatureInput, SignedRequestRefusal> {
  if (inputField === undefined || signatureField === undefined) {
    return err({ code: "HTTP_SIGNATURE_MISSING" });
  }
  const inputs = dictionaryOf(inputField);
  const [label, input] = [...(inputs ?? [])][0] ?? [];
  if (inputs?.size !== 1 || label === undefined || input === undefined || !isInnerList(input)) {
    return wrong("Signature-Input", "one label with a list of components");
  }
  const signature = dictionaryOf(signatureField)?.get(label)?.[0];
  if (!(signature instanceof ArrayBuffer)) return wrong("Signature", `bytes under ${label}`);
  return readParameters(input, new Uint8Array(signature));
}

function dictionaryOf(field: string): ReturnType<typeof parseDictionary> | undefined {
  if (field.length > MAX_FIELD_CHARACTERS) return undefined;
  try {
    return parseDictionary(field);
  } catch {
    return undefined;
  }
}

function readParameters(
  input: InnerList,
  signature: Uint8Array,
): Result<SignatureInput, SignedRequestRefusal> {
  const components = componentsOf(input);
  if (components === undefined) {
    return wrong("Signature-Input", "components by name, each once, without parameters");
  }
  const [, parameters] = input;
  const created = parameters.get("created");
  const expires = parameters.get("expires");
  const keyid = textOf(parameters, "keyid");
  const algorithm = textOf(parameters, "alg");
  if (typeof created !== "number") return wrong("created", "Unix seconds");
  if (expires !== undefined && typeof expires !== "number") return wrong("expires", "Unix seconds");
  if (keyid === undefined) return wrong("keyid", "text");
  return ok({
    components,
    parameters: serializeInnerList(input),
    keyid,
    nonce: textOf(parameters, "nonce") ?? "",
    createdSeconds: created,
    ...(expires !== undefined && { expiresSeconds: expires }),
    ...(algorithm !== undefined && { algorithm }),
    signature,
  });
}

/** The names of the components; `undefined` if one has parameters (`;sf`, `;bs`, `;req`, …) or stands there twice. */
function componentsOf([items]: InnerList): readonly string[] | undefined {
  const names: string[] = [];
  for (const [name, parameters] of items) {
    if (typeof name !== "string" || parameters.size > 0 || names.includes(name)) return undefined;
    names.push(name);
  }
  return names;
}

function textOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters.get(name);
  return typeof value === "string" ? value : undefined;
}

function wrong(field: string, want: string): Result<never, SignedRequestRefusal> {
  return err({ code: "HTTP_SIGNATURE_FIELD", field, want });
}
