import { type CborMap, type CborValue, certain, decodeCbor, isCborMap } from "../../core/index.ts";
import type { RecordVerdict } from "../record-proof.ts";
import type { ProvenValues } from "../values.ts";

/**
 * The values of a verified proof, decoded. The rules make them all of one form, and whoever attests the map root says so;
 * one of another form, which would lead a judge astray, is left out as if nobody had shown it.
 */
export function decodeValues(verdict: RecordVerdict): ProvenValues {
  const values = new Map<string, CborValue | undefined>();
  for (const { key, value: bytes } of [verdict, ...verdict.more]) {
    const value = bytes && certain(decodeCbor(bytes), "a value that was decoded before");
    if (value === undefined || isFit(key, value)) values.set(key, value);
  }
  return values;
}

const BATCH = /^seals\/.*\/[0-9a-f]{16}\/\d+$/;

function isFit(key: string, value: CborValue): boolean {
  if (key.startsWith("code/")) return isFitMap(value, isRecord);
  if (key.startsWith("key/")) return isFitMap(value, isKey);
  if (BATCH.test(key)) return isFitMap(value, isBatch);
  if (key.startsWith("seals/")) return Array.isArray(value) && value.every(isRun);
  return !key.startsWith("unseal/") || value instanceof Uint8Array;
}

function isFitMap(value: CborValue, isFitting: (map: CborMap) => boolean): boolean {
  return isCborMap(value) && isFitting(value);
}

const isBytes = (value: unknown): boolean => value instanceof Uint8Array;
const isNumber = (value: unknown): boolean => typeof value === "number";
const isText = (value: unknown): boolean => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isOptional = (value: unknown, is: (value: unknown) => boolean): boolean =>
  value === undefined || is(value);

function isRecord({ born, control, holds, successors }: CborMap): boolean {
  return isBytes(born) && isBytes(control) && isTexts(holds) && isTexts(successors);
}

function isKey({ uses, from, to, since, scope = {} }: CborMap): boolean {
  const isOpenOrClosed = isNumber(from) && isOptional(to, isNumber) && isOptional(since, isNumber);
  return isTexts(uses) && isOpenOrClosed && isFitMap(scope, isScope);
}

function isScope({ under, classes, until }: CborMap): boolean {
  return isOptional(under, isText) && isOptional(classes, isTexts) && isOptional(until, isNumber);
}

function isBatch({ count, root, at }: CborMap): boolean {
  return isNumber(count) && isBytes(root) && isNumber(at);
}

function isRun(value: CborValue): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isNumber);
}
