import { isDict, isRef, type PdfDict, type PdfRef, type PdfValue } from "../pdf/value.ts";
import { Damage } from "./damage.ts";
import { type Budget, Lexer } from "./lexer.ts";
import { decodeStream, type PdfStream } from "./stream.ts";

// The objects of a file, found through its tables: the newest revision of each, as every viewer shows it. A court that seals a
// certificate with its own signature appends a revision, so several are read. @see ISO 32000-1, 7.5

const MAX_REVISIONS = 64;
/** Of all tables together. */
const MAX_ROWS = 1_000_000;
/** Numbers are looked at up to five times, to see whether they begin a reference. */
const READ_TIMES = 8;
const MIN_BUDGET = 1024 * 1024;
const MAX_HOPS = 16;
/** Of tables and of packed objects, together. */
const MAX_TABLE_BYTES: number = 16 * 1024 * 1024;
/** At the end of the file the place of the newest table stands. */
const TAIL_BYTES = 2048;

type Where =
  | { readonly kind: "free" }
  | { readonly kind: "offset"; readonly offset: number; readonly generation: number }
  | { readonly kind: "packed"; readonly stream: number; readonly place: number };

export class PdfObjects {
  readonly #bytes: Uint8Array;
  readonly #places = new Map<number, Where>();
  readonly #packed = new Map<number, readonly PdfValue[]>();
  readonly #budget: Budget;
  #tableBytes = 0;
  #rows = 0;
  /** Of the newest revision. */
  readonly trailer: PdfDict;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#budget = { bytes: bytes.length * READ_TIMES + MIN_BUDGET };
    this.trailer = this.#readRevisions(this.#startOfTables());
  }

  /** What a value is, through references; `null` for an object that is not there. */
  resolve(value: PdfValue | undefined, hops = 0): PdfValue {
    if (value === undefined) return null;
    if (!isRef(value)) return value;
    if (hops > MAX_HOPS) throw new Damage(0, "references");
    const where = this.#places.get(value.object);
    if (where?.kind === "packed") {
      return this.resolve(this.#unpack(where.stream, hops + 1)[where.place], hops + 1);
    }
    if (!isAt(where, value)) return null;
    const { value: found } = this.#objectAt(where.offset, value.object);
    return this.resolve(found, hops + 1);
  }

  dict(value: PdfValue | undefined): PdfDict | undefined {
    const resolved = this.resolve(value);
    return isDict(resolved) ? resolved : undefined;
  }

  /** The stream that a reference names. */
  stream(ref: PdfRef, hops = 0): PdfStream {
    const where = this.#places.get(ref.object);
    if (!isAt(where, ref)) throw new Damage(0, "stream");
    return this.#streamAt(where.offset, ref.object, hops);
  }

  #startOfTables(): number {
    const start = Math.max(0, this.#bytes.length - TAIL_BYTES);
    const tail = Buffer.from(this.#bytes.subarray(start)).toString("latin1");
    const found = tail.lastIndexOf("startxref");
    if (found < 0) throw new Damage(start, "startxref");
    return this.#lexer(start + found + "startxref".length).count();
  }

  #lexer(at: number, bytes: Uint8Array = this.#bytes): Lexer {
    return new Lexer(bytes, at, this.#budget);
  }

  #readRevisions(first: number): PdfDict {
    const seen = new Set<number>();
    let newest: PdfDict | undefined;
    for (let at: number | undefined = first; at !== undefined; ) {
      if (seen.has(at) || seen.size >= MAX_REVISIONS) throw new Damage(at, "revisions");
      seen.add(at);
      const trailer: PdfDict = this.#readTable(at);
      const beside = trailer.get("XRefStm");
      if (beside !== undefined) this.#readTable(asOffset(beside, at));
      const before = trailer.get("Prev");
      newest ??= trailer;
      at = before === undefined ? undefined : asOffset(before, at);
    }
    if (newest === undefined) throw new Damage(first, "trailer");
    return newest;
  }

  /** One table, old style or as a stream. What a newer one said of an object stands. */
  #readTable(at: number): PdfDict {
    const lexer = this.#lexer(at);
    if (!lexer.takes("xref")) return this.#readTableStream(at);
    while (!lexer.takes("trailer")) {
      const [start, count] = [lexer.count(), lexer.count()];
      for (let i = 0; i < count; i++) {
        const [offset, generation] = [lexer.count(), lexer.count()];
        if (lexer.takes("n")) this.#place(start + i, { kind: "offset", offset, generation });
        else {
          lexer.expect("f");
          this.#place(start + i, { kind: "free" });
        }
      }
    }
    const trailer = lexer.someValue();
    if (!isDict(trailer)) throw new Damage(at, "trailer");
    return trailer;
  }

  /** @see ISO 32000-1, 7.5.8 */
  #readTableStream(at: number): PdfDict {
    const stream = this.#streamAt(at, undefined, 0);
    const { dict } = stream;
    if (dict.get("Type") !== "XRef") throw new Damage(at, "table");
    const widths = countsIn(dict.get("W"), at);
    const [kindWidth = 0, secondWidth = 0, thirdWidth = 0] = widths;
    if (widths.length !== 3 || widths.some((width) => width > 6)) throw new Damage(at, "W");
    const rows = this.#decode(stream);
    const ranges = countsIn(dict.get("Index") ?? [0, dict.get("Size") ?? 0], at);
    let next = 0;
    const read = (width: number): number => {
      let value = 0;
      for (let i = 0; i < width; i++) {
        const byte = rows[next++];
        if (byte === undefined) throw new Damage(at, "rows");
        value = value * 256 + byte;
      }
      return value;
    };
    if (kindWidth + secondWidth + thirdWidth === 0) throw new Damage(at, "W");
    for (let range = 0; range + 1 < ranges.length; range += 2) {
      const [start = 0, count = 0] = [ranges[range], ranges[range + 1]];
      for (let i = 0; i < count; i++) {
        const kind = kindWidth === 0 ? 1 : read(kindWidth);
        const [second, third] = [read(secondWidth), read(thirdWidth)];
        this.#place(start + i, whereOf(kind, second, third));
      }
    }
    return dict;
  }

  #place(object: number, where: Where): void {
    if (++this.#rows > MAX_ROWS) throw new Damage(0, "objects");
    if (this.#places.has(object)) return;
    this.#places.set(object, where);
  }

  #objectAt(offset: number, object: number | undefined) {
    const lexer = this.#lexer(offset);
    const number = lexer.count();
    lexer.count();
    lexer.expect("obj");
    if (object !== undefined && number !== object) throw new Damage(offset, "object");
    return { value: lexer.someValue(), lexer };
  }

  #streamAt(offset: number, object: number | undefined, hops: number): PdfStream {
    const { value: dict, lexer } = this.#objectAt(offset, object);
    if (!isDict(dict) || !lexer.takes("stream")) throw new Damage(offset, "stream");
    // One line end, of which the feed is never left out.
    const start = lexer.at + (this.#bytes[lexer.at] === 13 ? 2 : 1);
    if (this.#bytes[start - 1] !== 10) throw new Damage(start, "stream");
    const length = this.resolve(dict.get("Length"), hops + 1);
    const end = start + asOffset(length, offset);
    const after = this.#lexer(end);
    if (end > this.#bytes.length || !after.takes("endstream")) throw new Damage(offset, "length");
    return { dict, data: this.#bytes.subarray(start, end), at: offset };
  }

  /** The objects in a stream of objects. @see ISO 32000-1, 7.5.7 */
  #unpack(number: number, hops: number): readonly PdfValue[] {
    const known = this.#packed.get(number);
    if (known !== undefined) return known;
    if (hops > MAX_HOPS) throw new Damage(0, "references");
    const stream = this.stream({ object: number, generation: 0 }, hops);
    const [count, first] = ["N", "First"].map((name) =>
      asOffset(this.resolve(stream.dict.get(name), hops + 1), stream.at),
    );
    const bytes = this.#decode(stream);
    const head = this.#lexer(0, bytes);
    const offsets: number[] = [];
    for (let i = 0; i < (count ?? 0); i++) {
      head.count();
      offsets.push(head.count());
    }
    const values = offsets.map((offset) => this.#lexer((first ?? 0) + offset, bytes).someValue());
    this.#packed.set(number, values);
    return values;
  }

  #decode(stream: PdfStream): Uint8Array {
    const bytes = decodeStream(stream, MAX_TABLE_BYTES - this.#tableBytes);
    this.#tableBytes += bytes.length;
    return bytes;
  }
}

function isAt(
  where: Where | undefined,
  { generation }: PdfRef,
): where is Extract<Where, { kind: "offset" }> {
  return where?.kind === "offset" && where.generation === generation;
}

function whereOf(kind: number, second: number, third: number): Where {
  if (kind === 1) return { kind: "offset", offset: second, generation: third };
  return kind === 2 ? { kind: "packed", stream: second, place: third } : { kind: "free" };
}

function asOffset(value: PdfValue, at: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Damage(at, "number");
}

function countsIn(value: PdfValue | undefined, at: number): number[] {
  if (!Array.isArray(value)) throw new Damage(at, "list");
  return value.map((each) => asOffset(each, at));
}
