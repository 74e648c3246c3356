import {
  type CborMap,
  type CborValue,
  decodeCbor,
  decodeCborItems,
  encodeCbor,
  joinLists,
  MAX_CBOR_DEPTH,
  spansOfLists,
} from "../cbor/index.ts";
import {
  HASH_BYTES,
  type Hash,
  hashLeaf,
  hashLeafRows,
  hashSpans,
  merkleRoot,
  rootsOf,
  toHash,
} from "../merkle/index.ts";
import { err, ok, type Result } from "../result.ts";
import { FACT_NAME } from "./fact-name.ts";
import {
  MAX_ENTRY_FACTS_BYTES,
  MAX_FACT_BYTES,
  MAX_FACT_NAME_BYTES,
  MAX_OBSERVATION_FACTS,
  MAX_OBSERVATIONS,
  SALT_BYTES,
} from "./limits.ts";

/**
 * One thing that is said: `[salt, name, value]`. Whoever does not know the salt learns nothing from its hash, so each fact can
 * be shown, kept back or erased alone.
 */
export type Fact = {
  /** 16 bytes from the platform's generator, new for each fact. */
  readonly salt: Uint8Array;
  readonly name: string;
  /** Text, whole numbers, booleans, bytes, lists and maps of them. A fraction is `{"decimal": "7.25"}`: exact, and spelled in one way. */
  readonly value: CborValue;
};

/** Facts that hold together, in the order of their names. Of one that is kept back or erased its leaf hash is left. */
export type Observation = readonly (Fact | Hash)[];

export type FactRefusal =
  /** `observation` and `fact` are positions; both −1 for the list as a whole. */
  | {
      readonly code: "DATA_FACT";
      readonly observation: number;
      readonly fact: number;
      readonly want: string;
    }
  | { readonly code: "DATA_FACTS_SIZE"; readonly got: number; readonly max: number };

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;
/** The smallest number that a program has takes 345. */
const MAX_DECIMAL_CHARACTERS = 400;

export function isShown(fact: Fact | Hash): fact is Fact {
  return "name" in fact;
}

/** Deterministic CBOR `[salt, name, value]`. */
export function encodeFact({ salt, name, value }: Fact): Uint8Array {
  return encodeCbor([salt, name, value]);
}

/** The leaf of a fact in its observation. */
export function factLeaf(fact: Fact | Hash): Hash {
  return isShown(fact) ? hashLeaf(encodeFact(fact)) : fact;
}

/** RFC 9162 root over the facts of an observation: the leaf entry of that observation. */
export function factRoot(observation: Observation): Hash {
  return merkleRoot(observation.map(factLeaf));
}

/** RFC 9162 root over observations: what an entry commits to. */
export function observationsRoot(observations: readonly Observation[]): Hash {
  return merkleRoot(observations.map((each) => hashLeaf(factRoot(each))));
}

/**
 * The same over observations as {@link encodeObservations} writes them, all of whose facts are shown: the bytes of a fact there are
 * those that are hashed, and many are hashed at once.
 */
export function rootOfEncoded(observations: Uint8Array): Hash {
  const { counts, spans } = spansOfLists(observations);
  const roots = rootsOf(hashSpans(observations, spans), counts);
  return rootsOf(hashLeafRows(roots), [counts.length]) as Hash;
}

/** Deterministic CBOR of observations: a list of lists of facts, 32 bytes in the place of each that is kept back. */
export function encodeObservations(observations: readonly Observation[]): Uint8Array {
  return encodeCbor(observations.map((facts) => facts.map(itemOf)));
}

/** Observations of several, each as {@link encodeObservations} writes them, as those of one entry. */
export function joinObservations(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : joinLists(parts);
}

function itemOf(fact: Fact | Hash): CborValue {
  return isShown(fact) ? [fact.salt, fact.name, fact.value] : fact;
}

/**
 * Reads observations as {@link encodeObservations} writes them. Nothing is said of who signed them.
 *
 * @returns the observations, else `DATA_FACTS_SIZE` or `DATA_FACT`: the first thing that is not as it should be
 */
export function decodeObservations(bytes: Uint8Array): Result<readonly Observation[], FactRefusal> {
  return throughSteps(decodingObservations(bytes));
}

/** {@link decodeObservations} in steps, each of one observation: what does it between may let others have their turn. */
export function* decodingObservations(
  bytes: Uint8Array,
): Generator<void, Result<readonly Observation[], FactRefusal>> {
  if (bytes.length > MAX_ENTRY_FACTS_BYTES) {
    return err({ code: "DATA_FACTS_SIZE", got: bytes.length, max: MAX_ENTRY_FACTS_BYTES });
  }
  const values: CborValue[] = [];
  const items = decodeCborItems(bytes, MAX_OBSERVATIONS);
  let item = items.next();
  for (; item.done !== true; item = items.next()) {
    values.push(item.value);
    yield;
  }
  const length = item.value;
  if (!length.ok) return misfit(-1, -1, `deterministic CBOR (${length.error.code})`);
  if (values.length === 0) return misfit(-1, -1, `1 to ${MAX_OBSERVATIONS} observations`);
  const observations: Observation[] = [];
  for (const [at, value] of values.entries()) {
    const observation = readObservation(value, at);
    if (!observation.ok) return observation;
    observations.push(observation.value);
    yield;
  }
  return ok(observations);
}

/**
 * Whether observations that somebody made could be read again, without reading them.
 *
 * @param bytes how long they are as {@link encodeObservations} writes them
 * @returns nothing, else the refusal that {@link decodeObservations} has of what it writes
 */
export function fitObservations(
  observations: readonly Observation[],
  bytes: number,
): Result<void, FactRefusal> {
  if (bytes > MAX_ENTRY_FACTS_BYTES) {
    return err({ code: "DATA_FACTS_SIZE", got: bytes, max: MAX_ENTRY_FACTS_BYTES });
  }
  if (observations.length === 0 || observations.length > MAX_OBSERVATIONS) {
    return misfit(-1, -1, `1 to ${MAX_OBSERVATIONS} observations`);
  }
  for (let at = 0; at < observations.length; at++) {
    const fit = fitObservation(observations[at] as Observation, at);
    // Whoever reads them finds no fact at all where one of them is too deep.
    if (!fit.ok && observations.some((facts) => facts.some(isDeep))) {
      return misfit(-1, -1, "deterministic CBOR (CBOR_DEPTH)");
    }
    if (!fit.ok) return fit;
  }
  return ok(undefined);
}

function isDeep(fact: Fact | Hash): boolean {
  return isShown(fact) && !isShallow(fact.value, 0);
}

function fitObservation(observation: Observation, at: number): Result<void, FactRefusal> {
  const { length } = observation;
  if (length === 0 || length > MAX_OBSERVATION_FACTS) return misfit(at, -1, FACTS);
  let last = "";
  for (let i = 0; i < length; i++) {
    const fact = observation[i] as Fact | Hash;
    const want = isShown(fact) ? misfitOf(fact, last) : misfitOfHidden(fact);
    if (want !== undefined) return misfit(at, i, want);
    if (isShown(fact)) last = fact.name;
  }
  return ok(undefined);
}

/** Lists around a value: of observations, of facts, and the fact. */
const LEVELS_ABOVE = 3;

function isShallow(value: CborValue, level: number): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  if (level + LEVELS_ABOVE >= MAX_CBOR_DEPTH) return false;
  const all = Array.isArray(value) ? (value as readonly CborValue[]) : Object.values(value);
  return all.every((each) => isShallow(each as CborValue, level + 1));
}

/** All steps at once. */
export function throughSteps<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

const FACTS = `1 to ${MAX_OBSERVATION_FACTS} facts`;

function readObservation(value: CborValue, at: number): Result<Observation, FactRefusal> {
  const list = listOf(value, MAX_OBSERVATION_FACTS);
  if (list === undefined) return misfit(at, -1, FACTS);
  const facts: (Fact | Hash)[] = [];
  let last = "";
  for (let i = 0; i < list.length; i++) {
    const each = list[i] as CborValue;
    const fact = each instanceof Uint8Array ? readHidden(each) : readFact(each, last);
    if (typeof fact === "string") return misfit(at, i, fact);
    if (isShown(fact)) last = fact.name;
    facts.push(fact);
  }
  return ok(facts);
}

/** Reads one fact as {@link encodeFact} writes it. @returns the fact, else `DATA_FACT` */
export function decodeFact(bytes: Uint8Array): Result<Fact, FactRefusal> {
  const decoded = decodeCbor(bytes);
  const fact = decoded.ok ? readFact(decoded.value, "") : "deterministic CBOR";
  return typeof fact === "string" ? misfit(-1, -1, fact) : ok(fact);
}

function readHidden(bytes: Uint8Array): Hash | string {
  return toHash(bytes) ?? HIDDEN;
}

const HIDDEN = `${HASH_BYTES} bytes where a fact is kept back`;

function misfitOfHidden(bytes: Uint8Array): string | undefined {
  return bytes.length === HASH_BYTES ? undefined : HIDDEN;
}

/** @returns the fact, or what it should be */
function readFact(value: CborValue, last: string): Fact | string {
  const parts = listOf(value, 3) ?? [];
  const [salt, name, said] = parts;
  if (parts.length !== 3) return "[salt, name, value]";
  const fact = { salt, name, value: said } as Fact;
  return misfitOf(fact, last) ?? fact;
}

/**
 * What one of its parts should be, which may be anything.
 *
 * @param last the name of the fact before it
 */
function misfitOf({ salt, name, value }: Fact, last: string): string | undefined {
  if (!(salt instanceof Uint8Array) || salt.length !== SALT_BYTES) {
    return `a salt of ${SALT_BYTES} bytes`;
  }
  if (typeof name !== "string" || name.length > MAX_FACT_NAME_BYTES || !FACT_NAME.test(name)) {
    return `a name of at most ${MAX_FACT_NAME_BYTES} characters, as an attribute or an address has`;
  }
  const bytes = mostBytes(value, 0);
  if (Number.isNaN(bytes)) return "a value without null and integer keys";
  // To encode it again costs more than all else here, and most are far from that long.
  const isShort = FACT_HEAD_BYTES + 3 * name.length + bytes <= MAX_FACT_BYTES;
  if (!isShort && encodeFact({ salt, name, value }).length > MAX_FACT_BYTES) {
    return `at most ${MAX_FACT_BYTES} bytes`;
  }
  // In one order and none twice: else what is shown could depend on which of two is kept back.
  return name > last ? undefined : "a name behind that of the fact before it";
}

/** The head of an item of CBOR, at most; those of a list of three, a salt with its bytes, and a name. */
const HEAD_BYTES = 9;
const FACT_HEAD_BYTES = 3 * HEAD_BYTES + SALT_BYTES;

/**
 * How long the value of a fact is in CBOR, or less: a character of UTF-16 takes three bytes of UTF-8 at most. All in one walk,
 * without lists of what is in it: this is asked of every fact.
 *
 * @returns NaN for what is no value of a fact, or too deep
 */
function mostBytes(value: CborValue | undefined, level: number): number {
  if (typeof value === "string") return HEAD_BYTES + 3 * value.length;
  if (value === undefined || value === null || value instanceof Map) return Number.NaN;
  if (typeof value !== "object") return HEAD_BYTES;
  if (value instanceof Uint8Array) return HEAD_BYTES + value.length;
  if (level + LEVELS_ABOVE >= MAX_CBOR_DEPTH) return Number.NaN;
  let sum = HEAD_BYTES;
  if (Array.isArray(value)) {
    const items = value as readonly CborValue[];
    for (let i = 0; i < items.length; i++) sum += mostBytes(items[i] as CborValue, level + 1);
    return sum;
  }
  const fields = value as CborMap;
  let count = 0;
  for (const name in fields) {
    sum += HEAD_BYTES + 3 * name.length + mostBytes(fields[name], level + 1);
    count += 1;
  }
  const { decimal } = fields;
  return decimal === undefined || count !== 1 || isDecimal(decimal) ? sum : Number.NaN;
}

function isDecimal(value: CborValue): boolean {
  if (typeof value !== "string" || value.length > MAX_DECIMAL_CHARACTERS) return false;
  return DECIMAL.test(value) && value !== "-0" && !Number.isSafeInteger(Number(value));
}

/** How a number stands in a fact: whole ones as they are, others as their shortest decimal text. */
export function factNumber(value: number): CborValue {
  // Minus zero is zero.
  return Number.isSafeInteger(value) ? value + 0 : { decimal: plain(value) };
}

/** A number without an exponent. */
function plain(value: number): string {
  const text = String(value);
  const [digits = "", exponent] = text.split("e");
  if (exponent === undefined) return text;
  const [whole = "", fraction = ""] = digits.replace("-", "").split(".");
  const sign = value < 0 ? "-" : "";
  const shift = Number(exponent);
  if (shift > 0) return `${sign}${whole}${fraction.padEnd(shift, "0")}`;
  return `${sign}0.${"0".repeat(-shift - 1)}${whole}${fraction}`;
}

function listOf(value: CborValue, max: number): readonly CborValue[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > max) return undefined;
  return value;
}

function misfit(observation: number, fact: number, want: string): Result<never, FactRefusal> {
  return err({ code: "DATA_FACT", observation, fact, want });
}
