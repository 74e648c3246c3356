import { type Box, fromUtf8, hex } from "../../../core/index.ts";
import { FieldReader, LastText, tagOf } from "./field-reader.ts";
import type { Frame } from "./frames.ts";

/** What the index needs of a record. */
export type RecordFields = {
  generation: number;
  kind: string;
  /** Empty without one. */
  class: string;
  status: string;
  /** Generation of the parent that it belongs to; 0 without parent. */
  parentGeneration: number;
  /** Hex; empty without one. */
  registration: string;
  /** Public ones, in every language. */
  names: string[];
  /** Their values. */
  aliases: string[];
  /** Around the public geometry. */
  box: Box | undefined;
};

/** Where a value stands. */
export type ValueBytes = Pick<Frame, "bytes" | "start">;

/** Reads `code/<code>`. Fields that the index does not need are stepped over. */
export function readRecord({ bytes, start }: ValueBytes): RecordFields {
  const reader = new FieldReader(bytes, start);
  const fields: RecordFields = {
    generation: 1,
    kind: "",
    class: "",
    status: "",
    parentGeneration: 0,
    registration: "",
    names: [],
    aliases: [],
    box: undefined,
  };
  for (let left = reader.map(); left > 0; left--) readField(reader.name(), reader, fields);
  return fields;
}

/** Whether the index makes the same of both, if they are versions of one record. */
export function sameFields(a: RecordFields, b: RecordFields): boolean {
  return (
    a.generation === b.generation &&
    a.kind === b.kind &&
    a.class === b.class &&
    a.status === b.status &&
    a.parentGeneration === b.parentGeneration &&
    a.registration === b.registration &&
    sameItems(a.names, b.names) &&
    sameItems(a.aliases, b.aliases) &&
    sameItems(a.box ?? [], b.box ?? [])
  );
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** `alias/…`: the reference that the alias leads to; empty once it was given back. */
export function readAlias(value: ValueBytes): string {
  return readOne(value, CODE, (reader) => reader.text()) ?? "";
}

/** `registration/…`: whether it was taken back. */
export function readVoid(value: ValueBytes): boolean {
  return readOne(value, VOID, (reader) => reader.boolean()) ?? false;
}

const GENERATION = tagOf("generation");
const KIND = tagOf("kind");
const CLASS = tagOf("class");
const STATUS = tagOf("status");
const PARENT = tagOf("parent");
const REGISTRATION = tagOf("registration");
const NAMES = tagOf("names");
const ALIASES = tagOf("aliases");
const GEOMETRY = tagOf("geometry");
const LINKED = tagOf("linked");
const CELL = tagOf("cell");
const BBOX = tagOf("bbox");
const VALUE = tagOf("value");
const CODE = tagOf("code");
const VOID = tagOf("void");

function readField(tag: number, reader: FieldReader, fields: RecordFields): void {
  if (tag === GENERATION) fields.generation = reader.integer();
  else if (tag === KIND) fields.kind = reader.repeated(kinds);
  else if (tag === CLASS) fields.class = reader.repeated(classes);
  else if (tag === STATUS) fields.status = reader.repeated(statuses);
  else if (tag === PARENT) fields.parentGeneration = generationOf(reader.repeated(parents));
  else if (tag === REGISTRATION) fields.registration = reader.repeated(registrations);
  else if (tag === NAMES) readNames(reader, fields.names);
  else if (tag === ALIASES) readAliases(reader, fields.aliases);
  else if (tag === GEOMETRY) fields.box = readGeometry(reader);
  else reader.skip();
}

const plain = (bytes: Uint8Array): string => fromUtf8(bytes) ?? "";
const kinds = new LastText(plain);
const classes = new LastText(plain);
const statuses = new LastText(plain);
const parents = new LastText(plain);
const registrations = new LastText(hex);

function generationOf(reference: string): number {
  return Number(reference.slice(reference.indexOf("#") + 1));
}

function readNames(reader: FieldReader, names: string[]): void {
  for (let left = reader.map(); left > 0; left--) {
    reader.skip();
    if (!reader.statement()) continue;
    names.push(reader.text());
    reader.endStatement();
  }
}

function readAliases(reader: FieldReader, aliases: string[]): void {
  for (let left = reader.array(); left > 0; left--) {
    for (let inner = reader.map(); inner > 0; inner--) {
      if (reader.name() === VALUE) aliases.push(reader.text());
      else reader.skip();
    }
  }
}

function readGeometry(reader: FieldReader): Box | undefined {
  if (!reader.statement()) return undefined;
  const box = boxOf(reader);
  reader.endStatement();
  return box;
}

function boxOf(reader: FieldReader): Box | undefined {
  const bounds = new Bounds();
  for (let left = reader.map(); left > 0; left--) {
    const shape = reader.name();
    if (shape === LINKED) readLinked(reader, bounds);
    else if (shape === CELL) readBox(reader, bounds);
    else readPositions(reader, bounds);
  }
  return bounds.box();
}

function readLinked(reader: FieldReader, bounds: Bounds): void {
  for (let left = reader.map(); left > 0; left--) {
    if (reader.name() === BBOX) readBox(reader, bounds);
    else reader.skip();
  }
}

function readBox(reader: FieldReader, bounds: Bounds): void {
  reader.array();
  bounds.add(reader.integer(), reader.integer());
  bounds.add(reader.integer(), reader.integer());
}

/** A position, or arrays of them to any depth. */
function readPositions(reader: FieldReader, bounds: Bounds): void {
  const length = reader.array();
  if (reader.atArray()) {
    for (let left = length; left > 0; left--) readPositions(reader, bounds);
  } else if (length > 0) {
    bounds.add(reader.integer(), reader.integer());
  }
}

class Bounds {
  #west = Number.POSITIVE_INFINITY;
  #south = Number.POSITIVE_INFINITY;
  #east = Number.NEGATIVE_INFINITY;
  #north = Number.NEGATIVE_INFINITY;

  add(x: number, y: number): void {
    this.#west = Math.min(this.#west, x);
    this.#east = Math.max(this.#east, x);
    this.#south = Math.min(this.#south, y);
    this.#north = Math.max(this.#north, y);
  }

  box(): Box | undefined {
    if (!Number.isFinite(this.#west)) return undefined;
    return [this.#west, this.#south, this.#east, this.#north];
  }
}

function readOne<T>(
  { bytes, start }: ValueBytes,
  wanted: number,
  read: (reader: FieldReader) => T,
): T | undefined {
  const reader = new FieldReader(bytes, start);
  let found: T | undefined;
  for (let left = reader.map(); left > 0; left--) {
    if (reader.name() === wanted) found = read(reader);
    else reader.skip();
  }
  return found;
}
