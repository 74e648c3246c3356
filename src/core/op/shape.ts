import { utf8 } from "../bytes.ts";
import { type CborValue, isCborMap } from "../cbor/index.ts";
import { err, ok, type Result } from "../result.ts";

/** Why a decoded payload does not have the shape of its kind; `path` leads to the field, as `items/3/names/zh`. */
export type ShapeRefusal =
  | { readonly code: "OP_FIELD_MISSING"; readonly path: string }
  | { readonly code: "OP_FIELD_UNKNOWN"; readonly path: string }
  | { readonly code: "OP_FIELD_TYPE"; readonly path: string; readonly want: string }
  | { readonly code: "OP_FIELD_LIMIT"; readonly path: string; readonly want: string };

/**
 * Judges whether a decoded value has the shape of `T`. Shapes only look: what passes is used as it was decoded.
 *
 * @throws Misshapen, which `fitShape` turns into a refusal; unwinding by hand would double the cost of a bulk import
 */
export type Shape<T> = { (value: CborValue): void; readonly phantom?: T };

type Optional<T> = { readonly optional: Shape<T> };

/** For each field of `T` its shape; `optional(…)` exactly where the type has a `?`. */
type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? Optional<NonNullable<T[K]>>
    : Shape<T[K]>;
};

class Misshapen {
  readonly path: (string | number)[] = [];
  readonly make: (path: string) => ShapeRefusal;
  constructor(make: (path: string) => ShapeRefusal) {
    this.make = make;
  }
}

/** Fits `value` to `shape`. @returns the same value, typed, or the first field that does not fit */
export function fitShape<T>(shape: Shape<T>, value: CborValue): Result<T, ShapeRefusal> {
  try {
    shape(value);
  } catch (stop) {
    if (stop instanceof Misshapen) return err(stop.make(stop.path.join("/")));
    throw stop;
  }
  return ok(value as unknown as T);
}

export function wrongType(want: string): never {
  throw new Misshapen((path) => ({ code: "OP_FIELD_TYPE", path, want }));
}

export function overLimit(want: string): never {
  throw new Misshapen((path) => ({ code: "OP_FIELD_LIMIT", path, want }));
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

/** A map with exactly these fields. */
export function fields<T>(spec: Fields<T>): Shape<T> {
  const shapes = new Map<string, Shape<unknown>>();
  const required: string[] = [];
  for (const [name, shape] of Object.entries<Shape<unknown> | Optional<unknown>>(spec)) {
    if (typeof shape === "function") required.push(name);
    shapes.set(name, typeof shape === "function" ? shape : shape.optional);
  }
  return (value) => {
    if (!isCborMap(value)) wrongType("map");
    for (const name of required) if (value[name] === undefined) missing(name);
    // Decoded maps have no other keys than their own; a list of them would be garbage of every item of an import.
    for (const name in value) {
      const shape = shapes.get(name);
      if (shape === undefined) unknown(name);
      else within(name, shape, value[name] as CborValue);
    }
  };
}

/** A map of any keys of one form to values of one shape; never empty unless `min` is 0. */
export function dictionary<V>(
  keyForm: RegExp,
  shape: Shape<V>,
  max: number,
  min = 1,
): Shape<{ readonly [key: string]: V }> {
  return (value) => {
    if (!isCborMap(value)) wrongType("map");
    let count = 0;
    for (const _ in value) count += 1;
    if (count < min || count > max) overLimit(`${min} to ${max} entries`);
    for (const name in value) {
      if (!keyForm.test(name)) unknown(name);
      within(name, shape, value[name] as CborValue);
    }
  };
}

/** An array of `min` to `max` items of one shape. */
export function list<T>(shape: Shape<T>, max: number, min = 1): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) wrongType("array");
    if (value.length < min || value.length > max) overLimit(`${min} to ${max} items`);
    for (let i = 0; i < value.length; i++) within(i, shape, value[i] as CborValue);
  };
}

/** A list in which nothing stands twice, by what `nameOf` says of an item. */
export function distinct<T>(
  shape: Shape<T>,
  max: number,
  nameOf: (item: T) => string,
): Shape<readonly T[]> {
  const items = list(shape, max);
  return (value) => {
    items(value);
    if ((value as readonly CborValue[]).length === 1) return;
    const names = (value as unknown as readonly T[]).map(nameOf);
    if (new Set(names).size < names.length) wrongType("items of which none stands twice");
  };
}

/** An array whose items have each its own shape. */
export function tuple<T extends readonly unknown[]>(
  ...shapes: { readonly [K in keyof T]: Shape<T[K]> }
): Shape<T> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== shapes.length) {
      wrongType(`array of ${shapes.length}`);
    }
    for (const [i, shape] of shapes.entries()) within(i, shape, value[i] as CborValue);
  };
}

/** One line: not empty, at most `max` bytes of UTF-8, without control characters, and of the given form. */
export function text(max: number, form?: RegExp): Shape<string> {
  const long = lines(max);
  return (value) => {
    long(value);
    if (!isPlain(value as string)) wrongType("text without control characters");
    if (form !== undefined && !form.test(value as string)) {
      wrongType(`text of the form ${form.source}`);
    }
  };
}

/** Any text: not empty, at most `max` bytes of UTF-8. */
export function lines(max: number): Shape<string> {
  return (value) => {
    if (typeof value !== "string") wrongType("text");
    // A unit of UTF-16 takes at most three bytes of UTF-8, so most lengths need no encoding.
    const fits = value.length * 3 <= max || utf8(value).length <= max;
    if (value.length === 0 || !fits) overLimit(`1 to ${max} bytes`);
  };
}

/** Without C0 and C1 controls, line separators and the characters that turn the direction of what follows. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f)) return false;
    if (unit >= 0x2028 && unit <= 0x202e) return false;
    if ((unit >= 0x2066 && unit <= 0x2069) || unit === 0xfeff) return false;
  }
  return true;
}

export function oneOf<T extends string>(...words: readonly T[]): Shape<T> {
  return (value) => {
    if (!(words as readonly CborValue[]).includes(value)) wrongType(words.join(" | "));
  };
}

export function integer(min: number, max: number): Shape<number> {
  return (value) => {
    if (typeof value !== "number") wrongType("integer");
    if (value < min || value > max) overLimit(`${min} to ${max}`);
  };
}

export function bytes(min: number, max: number = min): Shape<Uint8Array> {
  return (value) => {
    if (!(value instanceof Uint8Array)) wrongType("bytes");
    if (value.length < min || value.length > max) {
      overLimit(min === max ? `${min} bytes` : `${min} to ${max} bytes`);
    }
  };
}

/** The one value. */
export function literal<T extends boolean | string>(only: T): Shape<T> {
  return (value) => {
    if (value !== only) wrongType(String(only));
  };
}

/** Chooses the shape by the first of these fields that the map has. */
export function byField<T>(choices: { readonly [field: string]: Shape<T> }): Shape<T> {
  const fields = Object.entries(choices);
  return (value) => {
    if (!isCborMap(value)) wrongType("map");
    for (const [name, shape] of fields) {
      if (value[name] === undefined) continue;
      shape(value);
      return;
    }
    wrongType(`a map with ${Object.keys(choices).join(" or ")}`);
  };
}

/** Chooses the shape by the word that stands in a field. */
export function byWord<T>(field: string, choices: { readonly [word: string]: Shape<T> }): Shape<T> {
  return (value) => {
    if (!isCborMap(value)) wrongType("map");
    const word = value[field];
    if (word === undefined) missing(field);
    const shape =
      typeof word === "string" && Object.hasOwn(choices, word) ? choices[word] : undefined;
    if (shape === undefined) within(field, () => wrongType(Object.keys(choices).join(" | ")), null);
    else shape(value);
  };
}

function within(key: string | number, shape: Shape<unknown>, value: CborValue): void {
  try {
    shape(value);
  } catch (stop) {
    if (stop instanceof Misshapen) stop.path.unshift(key);
    throw stop;
  }
}

function missing(name: string): never {
  throw named(name, (path) => ({ code: "OP_FIELD_MISSING", path }));
}

function unknown(name: string): never {
  throw named(name, (path) => ({ code: "OP_FIELD_UNKNOWN", path }));
}

function named(name: string, make: (path: string) => ShapeRefusal): Misshapen {
  const stop = new Misshapen(make);
  stop.path.push(name);
  return stop;
}
