import { type ColumnValues, isNumeric, LENGTH_BYTES } from "./column-values.ts";

/** The different values of a column, and for each value which of them it is. */
export type Dictionary = {
  /** Where each of them came first, in the order in which they came. */
  readonly firsts: readonly number[];
  readonly indexes: Uint16Array;
  readonly count: number;
};

/** Values after which it shows whether many are the same. */
const SAMPLE = 1024;
const MOST = 2 ** 14;

/** `undefined` where most values are different: then they are shorter without. */
export function dictionaryOf(values: ColumnValues): Dictionary | undefined {
  const { count, type } = values;
  if (count === 0) return undefined;
  const isSame = isNumeric(type) ? sameNumbers(values) : sameBytes(values);
  const hashOf = isNumeric(type) ? hashOfNumbers(values) : hashOfBytes(values);
  const most = Math.min(MOST, Math.ceil(count / 3));
  // One more than the place in `firsts`; a power of two that stays half empty.
  const slots = new Uint16Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
  const mask = slots.length - 1;
  const indexes = new Uint16Array(count);
  const firsts: number[] = [];
  for (let i = 0; i < count; i++) {
    // Most that is there many times is there many times in a row.
    if (i > 0 && isSame(i - 1, i)) {
      indexes[i] = indexes[i - 1] as number;
      continue;
    }
    let slot = hashOf(i) & mask;
    let known = slots[slot] as number;
    while (known !== 0 && !isSame(firsts[known - 1] as number, i)) {
      slot = (slot + 1) & mask;
      known = slots[slot] as number;
    }
    if (known === 0) {
      if (firsts.length >= most || (i === SAMPLE && firsts.length > SAMPLE / 2)) return undefined;
      firsts.push(i);
      known = firsts.length;
      slots[slot] = known;
    }
    indexes[i] = known - 1;
  }
  return { firsts, indexes, count };
}

/** By their bits: of what is no number, and of two zeros, too. */
function halvesOf({ numbers }: ColumnValues): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
}

function sameNumbers(values: ColumnValues): (a: number, b: number) => boolean {
  const halves = halvesOf(values);
  return (a, b) => halves[2 * a] === halves[2 * b] && halves[2 * a + 1] === halves[2 * b + 1];
}

function hashOfNumbers(values: ColumnValues): (i: number) => number {
  const halves = halvesOf(values);
  return (i) =>
    mixed(Math.imul(halves[2 * i] as number, 0x9e3779b1) ^ (halves[2 * i + 1] as number));
}

function sameBytes({
  bytes,
  starts,
  used,
  count,
}: ColumnValues): (a: number, b: number) => boolean {
  const endOf = (i: number) => (i + 1 < count ? (starts[i + 1] as number) : used);
  return (a, b) => {
    const [from, other] = [starts[a] as number, starts[b] as number];
    const length = endOf(a) - from;
    if (length !== endOf(b) - other) return false;
    for (let i = 0; i < length; i++) if (bytes[from + i] !== bytes[other + i]) return false;
    return true;
  };
}

function hashOfBytes({ bytes, starts, used, count }: ColumnValues): (i: number) => number {
  return (i) => {
    const end = i + 1 < count ? (starts[i + 1] as number) : used;
    let hash = 0;
    for (let at = (starts[i] as number) + LENGTH_BYTES; at < end; at++) {
      hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    }
    return mixed(hash);
  };
}

/** The low bits are what is looked at. */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return once ^ (once >>> 13);
}
