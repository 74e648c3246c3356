import { hex, utf8 } from "../../core/index.ts";

// The values that a PDF is made of, for writing and for reading one. @see ISO 32000-1, 7.3

/** A text is a name, bytes are a string, `undefined` in a dictionary is a key that is not there. */
export type PdfValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PdfRef
  | readonly PdfValue[]
  | PdfDict;

/** An indirect object, by its number. */
export type PdfRef = { readonly object: number; readonly generation: number };

/** A map, because the keys of a file that somebody else wrote may be anything. */
export type PdfDict = ReadonlyMap<string, PdfValue>;

export function dict(entries: { readonly [name: string]: PdfValue | undefined }): PdfDict {
  const present = Object.entries(entries).flatMap(([name, value]): [string, PdfValue][] =>
    value === undefined ? [] : [[name, value]],
  );
  return new Map(present);
}

export function isDict(value: PdfValue | undefined): value is PdfDict {
  return value instanceof Map;
}

export function isRef(value: PdfValue | undefined): value is PdfRef {
  return typeof value === "object" && value !== null && "object" in value;
}

/** A text string: UTF-16 behind a byte order mark. @see ISO 32000-1, 7.9.2.2 */
export function pdfText(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  bytes.set([0xfe, 0xff]);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes.set([unit >> 8, unit & 0xff], 2 + i * 2);
  }
  return bytes;
}

/** A value as it is written; strings in hexadecimal. */
export function formatValue(value: PdfValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return formatName(value);
  if (value instanceof Uint8Array) return `<${hex(value)}>`;
  if (isRef(value)) return `${value.object} ${value.generation} R`;
  if (isDict(value)) {
    const entries = [...value].map(([name, each]) => `${formatName(name)} ${formatValue(each)}`);
    return `<< ${entries.join(" ")} >>`;
  }
  return `[${(value as readonly PdfValue[]).map(formatValue).join(" ")}]`;
}

/** At most four decimals, which is finer than any printer, and no exponent. */
export function formatNumber(value: number): string {
  return String(Math.round(value * 10_000) / 10_000 || 0);
}

const REGULAR = /^[A-Za-z0-9_.+-]$/;

function formatName(name: string): string {
  const escaped = Array.from(utf8(name), (byte) => {
    const char = String.fromCharCode(byte);
    return REGULAR.test(char) ? char : `#${byte.toString(16).padStart(2, "0")}`;
  });
  return `/${escaped.join("")}`;
}
