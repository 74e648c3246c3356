import { inflateSync } from "node:zlib";
import { isDict, type PdfDict, type PdfValue } from "../pdf/value.ts";
import { Damage } from "./damage.ts";

/** What is inside a stream. Plain or deflated, as our own files and the tools that add to them write it. */
export type PdfStream = { readonly dict: PdfDict; readonly data: Uint8Array; readonly at: number };

/** Undoes the filters of a stream, into at most so many bytes. @see ISO 32000-1, 7.4 */
export function decodeStream({ dict, data, at }: PdfStream, maxBytes: number): Uint8Array {
  const [filter, parameters] = [only(dict.get("Filter"), at), only(dict.get("DecodeParms"), at)];
  if (filter === undefined) {
    if (data.length > maxBytes) throw new Damage(at, "length");
    return data;
  }
  if (filter !== "FlateDecode") throw new Damage(at, "filter");
  const plain = inflate(data, maxBytes, at);
  return isDict(parameters) ? undoPredictor(plain, parameters, at) : plain;
}

/** One value, or a list of one. */
function only(value: PdfValue | undefined, at: number): PdfValue | undefined {
  if (!Array.isArray(value)) return value === null ? undefined : value;
  if (value.length > 1) throw new Damage(at, "filter");
  return value[0] === null ? undefined : value[0];
}

function inflate(data: Uint8Array, maxBytes: number, at: number): Uint8Array {
  try {
    return inflateSync(data, { maxOutputLength: maxBytes });
  } catch {
    throw new Damage(at, "deflated data");
  }
}

const PNG = 10;

/** Rows that were written as differences from the row above, as tables of objects are. @see ISO 32000-1, 7.4.4.4 */
function undoPredictor(rows: Uint8Array, parameters: PdfDict, at: number): Uint8Array {
  const read = (name: string, otherwise: number): number => {
    const value = parameters.get(name) ?? otherwise;
    if (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 4096) {
      return value;
    }
    throw new Damage(at, name);
  };
  if (read("Predictor", 1) === 1) return rows;
  const [colours, bits] = [read("Colors", 1), read("BitsPerComponent", 8)];
  if (read("Predictor", 1) < PNG || colours !== 1 || bits !== 8) throw new Damage(at, "predictor");
  const width = read("Columns", 1);
  if (rows.length % (width + 1) !== 0) throw new Damage(at, "rows");
  const count = rows.length / (width + 1);
  const plain = new Uint8Array(count * width);
  for (let row = 0; row < count; row++) {
    const kind = rows[row * (width + 1)] ?? 0;
    for (let i = 0; i < width; i++) {
      const here = row * width + i;
      const left = i === 0 ? 0 : (plain[here - 1] ?? 0);
      const up = row === 0 ? 0 : (plain[here - width] ?? 0);
      const corner = i === 0 || row === 0 ? 0 : (plain[here - width - 1] ?? 0);
      const guess = predict(kind, left, up, corner, at);
      plain[here] = (rows[row * (width + 1) + 1 + i] ?? 0) + guess;
    }
  }
  return plain;
}

/** @see PNG (third edition), 9 */
function predict(kind: number, left: number, up: number, corner: number, at: number): number {
  switch (kind) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const guess = left + up - corner;
      const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
      if (a === undefined || b === undefined || c === undefined) return 0;
      if (a <= b && a <= c) return left;
      return b <= c ? up : corner;
    }
    default:
      throw new Damage(at, "predictor");
  }
}
