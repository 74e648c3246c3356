import { hashMapKey, type MapProof, present, utf8 } from "../../src/core/index.ts";

// What test/go/ics23.go reads, and ways to spoil it.

/** A leaf, and what stands before and behind each hash on its path, leaf side first. */
export type Existence = {
  readonly Key: string;
  readonly Value: string;
  readonly Path: readonly { readonly Prefix: string; readonly Suffix: string }[];
};

/** That under a root a key has a value; or, without one, that it has none. Bytes are base64, as Go reads them. */
export type Statement = {
  readonly Root: string;
  readonly Key: string;
  readonly Value?: string;
  readonly Exists?: Existence;
  readonly Left?: Existence;
  readonly Right?: Existence;
};

/** From our spelling to that of ICS-23: each step says what stands before and behind the hash below. */
export function existence(
  key: string,
  value: Uint8Array,
  { depth, siblings, hashes }: MapProof,
): Existence {
  const path = hashMapKey(key);
  const bit = (bytes: Uint8Array, i: number) => ((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
  let left = hashes.length;
  const Path = Array.from({ length: depth }, (_, i) => depth - 1 - i).map((level) => {
    const sibling = bit(siblings, level) === 1 ? hashes[--left] : new Uint8Array(32);
    const beside = present(sibling, "a sibling");
    return bit(path, level) === 0
      ? { Prefix: base64(Uint8Array.of(1)), Suffix: base64(beside) }
      : { Prefix: base64(Uint8Array.of(1, ...beside)), Suffix: "" };
  });
  return { Key: base64(utf8(key)), Value: base64(value), Path };
}

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

/** The same with another bit in its last byte. */
export function flip(text: string): string {
  const bytes = Buffer.from(text, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return base64(bytes);
}

export function pick<K extends keyof Statement>(statement: Statement, name: K): Pick<Statement, K> {
  return { [name]: statement[name] } as Pick<Statement, K>;
}

export function withExists(statement: Statement, change: Partial<Existence>): Statement {
  const { Value } = change;
  const exists = { ...present(statement.Exists, "a path"), ...change };
  return { ...statement, Exists: exists, ...(Value === undefined ? {} : { Value }) };
}

export function withFlippedStep({ Exists }: Statement): Existence["Path"] {
  const [first, ...rest] = present(Exists, "a path").Path;
  const { Prefix, Suffix } = present(first, "a step");
  const step = Suffix === "" ? { Prefix: flip(Prefix), Suffix } : { Prefix, Suffix: flip(Suffix) };
  return [step, ...rest];
}

export function exchanged({ Left, Right }: Statement): Partial<Statement> {
  return { Left: present(Right, "a neighbour"), Right: present(Left, "a neighbour") };
}
