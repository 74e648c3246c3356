import { utf8 } from "../core/index.ts";
import type { ColumnType } from "./columns.ts";

/** Whether values of a column are numbers, booleans among them; the others are bytes. */
export function isNumeric(type: ColumnType): boolean {
  return type === "integer" || type === "number" || type === "boolean" || type === "time";
}

/** Bytes in front of a value in the form that Parquet calls PLAIN. */
export const LENGTH_BYTES = 4;

const FIRST_ROWS = 1024;
const FIRST_BYTES = 16 * 1024;

/** What the rows of a group say in one column, as numbers or as bytes one behind the other: no object for any of them. */
export class ColumnValues {
  readonly name: string;
  /** Of whole numbers it may become that of all numbers: both stand here in the same way. */
  type: ColumnType;
  /** Values that there are; rows beyond them are empty. */
  count = 0;
  /** 1 for each row that says something. */
  rows: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_ROWS);
  /** Of numbers. */
  numbers: Float64Array<ArrayBuffer>;
  /** Of bytes: each with its length before it. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where in `bytes` each begins; the next would begin at `used`. */
  starts: Uint32Array<ArrayBuffer>;
  used = 0;

  constructor(name: string, type: ColumnType) {
    const areNumbers = isNumeric(type);
    this.name = name;
    this.type = type;
    this.numbers = new Float64Array(areNumbers ? FIRST_ROWS : 0);
    this.bytes = new Uint8Array(areNumbers ? 0 : FIRST_BYTES);
    this.starts = new Uint32Array(areNumbers ? 0 : FIRST_ROWS);
  }

  putNumber(row: number, value: number): void {
    this.#note(row);
    if (this.count > this.numbers.length) {
      this.numbers = grown(new Float64Array(2 * this.numbers.length), this.numbers);
    }
    this.numbers[this.count - 1] = value;
  }

  /** What stands between two places of other bytes. */
  putBytes(row: number, source: Uint8Array, from: number, to: number): void {
    const at = this.room(row, to - from);
    // For a few bytes a loop takes less than a call of the platform.
    if (to - from > 48) this.bytes.set(source.subarray(from, to), at);
    else for (let i = from, j = at; i < to; i++, j++) this.bytes[j] = source[i] as number;
  }

  putText(row: number, text: string): void {
    const bytes = utf8(text);
    this.putBytes(row, bytes, 0, bytes.length);
  }

  /** Room for a value of so many bytes. @returns where they go in `bytes` */
  room(row: number, length: number): number {
    this.#note(row);
    if (this.count > this.starts.length) {
      this.starts = grown(new Uint32Array(2 * this.starts.length), this.starts);
    }
    const start = this.used;
    const end = start + LENGTH_BYTES + length;
    if (end > this.bytes.length) {
      this.bytes = grown(new Uint8Array(Math.max(2 * this.bytes.length, end)), this.bytes);
    }
    this.starts[this.count - 1] = start;
    this.bytes[start] = length & 0xff;
    this.bytes[start + 1] = (length >>> 8) & 0xff;
    this.bytes[start + 2] = (length >>> 16) & 0xff;
    this.bytes[start + 3] = length >>> 24;
    this.used = end;
    return start + LENGTH_BYTES;
  }

  /** Takes back what was said of a row, the last one. */
  undo(row: number): void {
    if (row >= this.rows.length || this.rows[row] === 0) return;
    this.rows[row] = 0;
    this.count -= 1;
    if (!isNumeric(this.type)) this.used = this.starts[this.count] as number;
  }

  #note(row: number): void {
    if (row >= this.rows.length) {
      const length = Math.max(2 * this.rows.length, row + 1);
      this.rows = grown(new Uint8Array(length), this.rows);
    }
    this.rows[row] = 1;
    this.count += 1;
  }
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(larger: T, before: T): T {
  larger.set(before);
  return larger;
}
