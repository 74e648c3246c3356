import { sha256 } from "#crypto";
import { type CborValue, decodeCbor, encodeCbor } from "../core/index.ts";

/** What a commitment stands for. Who has it can show the value; who has only the commitment can guess nothing. */
export type Opening = {
  /** 16 random bytes. */
  readonly salt: Uint8Array;
  readonly code: string;
  /** `names/<lang>`, `geometry`, `attributes/<name>`, `evidence/<title>`. */
  readonly field: string;
  readonly value: CborValue;
};

/** 16 bytes from the platform's generator. */
export function freshSalt(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(16));
}

/** The bytes that a commitment is the SHA-256 of, and that `PUT /v1/openings/<hash>` takes. */
export function encodeOpening({ salt, code, field, value }: Opening): Uint8Array {
  return encodeCbor([salt, code, field, value]);
}

/** SHA-256(CBOR [salt, code, field, value]): 32 bytes that may stand in a record in the place of the value. */
export function commitment(
  salt: Uint8Array,
  code: string,
  field: string,
  value: CborValue,
): Uint8Array {
  return sha256(encodeOpening({ salt, code, field, value }));
}

/** Reads the bytes of an opening; `undefined` where they are none. Whether it opens a commitment is for the caller to compare. */
export function parseOpening(bytes: Uint8Array): Opening | undefined {
  const decoded = decodeCbor(bytes);
  if (!decoded.ok || !Array.isArray(decoded.value) || decoded.value.length !== 4) return undefined;
  const [salt, code, field, value] = decoded.value as readonly CborValue[];
  if (!(salt instanceof Uint8Array) || salt.length !== 16) return undefined;
  if (typeof code !== "string" || typeof field !== "string" || value === undefined)
    return undefined;
  return { salt, code, field, value };
}
