import { err, fromBase64, type Hash, ok, type Result, toHash } from "../core/index.ts";

/** Why a text is not a proof bundle. `field` is a path: `more[2].map.hashes[0]`. */
export type BundleRefusal =
  | { readonly code: "PROOF_SIZE"; readonly got: number; readonly max: number }
  | { readonly code: "PROOF_JSON" }
  | { readonly code: "PROOF_FORMAT"; readonly got: string }
  | { readonly code: "PROOF_FIELD"; readonly field: string; readonly want: string }
  | { readonly code: "PROOF_FIELD_UNKNOWN"; readonly field: string }
  | { readonly code: "PROOF_BASE64"; readonly field: string }
  | { readonly code: "PROOF_EMPTY"; readonly field: string }
  | { readonly code: "PROOF_HASH_LENGTH"; readonly field: string; readonly got: number };

/** Runs a reader and gives the refusal where it stopped. */
export function reading<T>(read: () => T): Result<T, BundleRefusal> {
  try {
    return ok(read());
  } catch (stop) {
    if (stop instanceof Stop) return err(stop.refusal);
    throw stop;
  }
}

/** The JSON value of a bundle that came as text, and its first field: what it is. */
export function readFormat(
  input: unknown,
  maxLength: number,
  want: string,
  ...names: readonly string[]
): (name: string) => Part {
  const field = readJson(input, maxLength).fields("format", ...names);
  const { value: format } = field("format");
  if (format !== want) refuse({ code: "PROOF_FORMAT", got: String(format) });
  return field;
}

/** What came as text, or the JSON value in it. */
export function readJson(input: unknown, maxLength: number): Part {
  return new Part(typeof input === "string" ? parseJson(input, maxLength) : input);
}

function parseJson(text: string, max: number): unknown {
  if (text.length > max) refuse({ code: "PROOF_SIZE", got: text.length, max });
  try {
    return JSON.parse(text);
  } catch {
    return refuse({ code: "PROOF_JSON" });
  }
}

/** Leaves the reader: caught by `reading`. */
function refuse(refusal: BundleRefusal): never {
  throw new Stop(refusal);
}

class Stop extends Error {
  readonly refusal: BundleRefusal;
  constructor(refusal: BundleRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** A part of untrusted JSON and the path that leads to it. */
export class Part {
  readonly value: unknown;
  readonly path: string;

  constructor(value: unknown, path = "") {
    this.value = value;
    this.path = path;
  }

  /** The fields of an object that has no others than these. */
  fields(...names: readonly string[]): (name: string) => Part {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.misfit("object");
    const unknown = Object.keys(value).find((name) => !names.includes(name));
    if (unknown !== undefined) refuse({ code: "PROOF_FIELD_UNKNOWN", field: this.#join(unknown) });
    const fields = new Map(Object.entries(value));
    return (name) => new Part(fields.get(name), this.#join(name));
  }

  get isAbsent(): boolean {
    return this.value === undefined;
  }

  list(max: number): Part[] {
    if (!Array.isArray(this.value)) this.misfit("array");
    if (this.value.length > max) this.misfit(`array of at most ${max}`);
    return this.value.map((item, i) => new Part(item, `${this.path}[${i}]`));
  }

  number(): number {
    return typeof this.value === "number" ? this.value : this.misfit("number");
  }

  /** Never empty, and without lone surrogates, which UTF-8 cannot tell apart. */
  text(): string {
    if (typeof this.value !== "string" || /\p{Surrogate}/u.test(this.value)) this.misfit("text");
    return this.value === "" ? refuse({ code: "PROOF_EMPTY", field: this.path }) : this.value;
  }

  /** A position or a count: 0 … 2^53 − 1. */
  count(): number {
    const { value } = this;
    const isCount = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
    return isCount ? value : this.misfit("whole number");
  }

  /** Canonical padded base64. */
  bytes(): Uint8Array {
    if (typeof this.value !== "string") this.misfit("base64");
    return fromBase64(this.value) ?? refuse({ code: "PROOF_BASE64", field: this.path });
  }

  someBytes(): Uint8Array {
    const bytes = this.bytes();
    return bytes.length === 0 ? refuse({ code: "PROOF_EMPTY", field: this.path }) : bytes;
  }

  hash(): Hash {
    const bytes = this.bytes();
    const got = bytes.length;
    return toHash(bytes) ?? refuse({ code: "PROOF_HASH_LENGTH", field: this.path, got });
  }

  misfit(want: string): never {
    return refuse({ code: "PROOF_FIELD", field: this.path, want });
  }

  #join(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}
