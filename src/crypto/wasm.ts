// WebAssembly modules that are put together here, instruction by instruction: what each takes of the binary format. Numbers
// behind an operation are those of the specification's index of instructions.

/** Instructions, as bytes. */
export type Code = readonly number[];

export const I32 = 0x7f;
export const V128 = 0x7b;

/** LEB128, as WebAssembly spells numbers that are not negative. */
export function unsigned(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}

/** LEB128 with a sign, which constants have: not negative here, and below 2³¹. */
function signed(n: number): number[] {
  return n < 0x40 ? [n] : [(n & 0x7f) | 0x80, ...signed(n >>> 7)];
}

export const simd = (operation: number): Code => [0xfd, ...unsigned(operation)];
export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const constantI32 = (n: number): Code => [0x41, ...signed(n)];
export const call = (index: number): Code => [0x10, ...unsigned(index)];

/** The word at `offset` of what a local points to. */
export const loadI32 = (pointer: number, offset: number): Code => [
  ...get(pointer),
  ...[0x28, 0, ...unsigned(offset)],
];

/** The vector at `offset` of what a local points to; need not be aligned. */
export const load = (pointer: number, offset: number): Code => [
  ...get(pointer),
  ...[...simd(0x00), 0, ...unsigned(offset)],
];

/** Stores the vector on the stack at `offset` of the address below it. */
export const store = (offset: number): Code => [...simd(0x0b), 0, ...unsigned(offset)];

/** The same 32-bit word in all four lanes. */
export function constant(word: number): Code {
  const bytes = [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24];
  return [...simd(0x0c), ...bytes, ...bytes, ...bytes, ...bytes];
}

/** A word of the vector below (0) or on top (1) of the stack. */
export type Word = readonly [vector: 0 | 1, word: number];

/** A vector of four words of the two vectors on the stack. */
export function pick(...words: readonly Word[]): Code {
  const bytes = words.flatMap(([vector, word]) =>
    [0, 1, 2, 3].map((byte) => 16 * vector + 4 * word + byte),
  );
  return [...simd(0x0d), ...bytes];
}

/** The four vectors in `rows`, rows and columns changed; `spare` are four more locals. */
export function transpose(rows: readonly number[], spare: readonly number[]): Code {
  const [a, b, c, d] = rows as [number, number, number, number];
  const [p, q, r, s] = spare as [number, number, number, number];
  const join = (x: number, y: number, picked: Code, to: number): Code => [
    ...get(x),
    ...get(y),
    ...picked,
    ...set(to),
  ];
  const low = pick([0, 0], [1, 0], [0, 1], [1, 1]);
  const high = pick([0, 2], [1, 2], [0, 3], [1, 3]);
  const first = pick([0, 0], [0, 1], [1, 0], [1, 1]);
  const second = pick([0, 2], [0, 3], [1, 2], [1, 3]);
  return [
    ...join(a, b, low, p),
    ...join(a, b, high, q),
    ...join(c, d, low, r),
    ...join(c, d, high, s),
    ...join(p, r, first, a),
    ...join(p, r, second, b),
    ...join(q, s, first, c),
    ...join(q, s, second, d),
  ];
}

export const range = (from: number, length: number): number[] =>
  Array.from({ length }, (_, i) => from + i);

/** A function whose parameters are words, which returns nothing. */
export type WasmFunction = {
  readonly name: string;
  readonly parameters: number;
  /** Types of the locals behind the parameters, each with how many follow each other. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly code: Code;
};

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, body: Code): Code => [id, ...unsigned(body.length), ...body];
const text = (word: string): Code => vector(Array.from(word, (letter) => [letter.charCodeAt(0)]));

function body({ locals, code }: WasmFunction): Code {
  const declared = vector(locals.map(([count, type]) => [...unsigned(count), type]));
  return [...unsigned(declared.length + code.length + 1), ...declared, ...code, 0x0b];
}

/** A module with a memory of its own, at first of `pages` times 64 KB: the functions and `memory` are exported. */
export function wasmModule(pages: number, functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vector(Array.from({ length: parameters }, () => [I32])),
    0,
  ]);
  const exported = functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(5, vector([[0, ...unsigned(pages)]])),
    ...section(7, vector([[...text("memory"), 2, 0], ...exported])),
    ...section(10, vector(functions.map(body))),
  ]);
}

// Node has it, and @types/node does not say so.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: unknown;
  }
}

/** Compiles a module. @returns what it exports */
export function instantiate(module: Uint8Array): unknown {
  return new WebAssembly.Instance(new WebAssembly.Module(module)).exports;
}
