import { deflateSync } from "node:zlib";
import { concat, sha256, utf8 } from "../../core/index.ts";
import { dict, formatValue, type PdfDict, type PdfRef, type PdfValue } from "./value.ts";

// A PDF as it is written: objects one after the other, then the table of where they are. The same objects make the same
// bytes: there is no clock and no chance in it. @see ISO 32000-1, 7.5

export type PdfWriter = {
  /** Takes a number for an object that others name before it is written. */
  reserve(): PdfRef;
  add(value: PdfValue, at?: PdfRef): PdfRef;
  /** A stream, deflated unless `plain`. */
  stream(entries: PdfDict, bytes: Uint8Array, options?: { readonly plain?: true }): PdfRef;
  /** Writes the end. @returns the whole file */
  finish(trailer: { readonly root: PdfRef; readonly info: PdfRef }): Uint8Array;
};

// Four bytes above 127 tell programs that move files not to take it for text.
const HEADER = concat(utf8("%PDF-1.7\n%"), Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3), utf8("\n"));

export function createPdf(): PdfWriter {
  const parts: Uint8Array[] = [HEADER];
  const offsets: number[] = [];
  let length = HEADER.length;
  let count = 0;
  const write = (...more: readonly Uint8Array[]) => {
    for (const part of more) {
      parts.push(part);
      length += part.length;
    }
  };
  const reserve = (): PdfRef => ({ object: ++count, generation: 0 });
  const writeObject = (ref: PdfRef, ...body: readonly Uint8Array[]) => {
    offsets[ref.object] = length;
    write(utf8(`${ref.object} 0 obj\n`), ...body, utf8("\nendobj\n"));
    return ref;
  };
  return {
    reserve,
    add: (value, at = reserve()) => writeObject(at, utf8(formatValue(value))),
    stream: (entries, bytes, { plain } = {}) => {
      const data = plain ? bytes : deflateSync(bytes);
      const how = plain ? {} : { Filter: "FlateDecode" };
      const head = new Map([...entries, ...dict({ ...how, Length: data.length })]);
      const before = utf8(`${formatValue(head)}\nstream\n`);
      return writeObject(reserve(), before, data, utf8("\nendstream"));
    },
    finish: ({ root, info }) => {
      const id = sha256(concat(...parts)).subarray(0, 16);
      const start = length;
      const rows = Array.from({ length: count }, (_, i) => offsetRow(offsets[i + 1] ?? 0));
      const trailer = dict({ Size: count + 1, Root: root, Info: info, ID: [id, id] });
      write(
        utf8(`xref\n0 ${count + 1}\n0000000000 65535 f \n${rows.join("")}`),
        utf8(`trailer\n${formatValue(trailer)}\nstartxref\n${start}\n%%EOF\n`),
      );
      return concat(...parts);
    },
  };
}

/** Exactly 20 bytes. */
function offsetRow(offset: number): string {
  return `${String(offset).padStart(10, "0")} 00000 n \n`;
}
