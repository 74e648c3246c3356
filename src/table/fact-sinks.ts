import type { ColumnValues } from "./column-values.ts";
import { type ColumnFinder, type ColumnType, typeOf } from "./columns.ts";
import type { FactReader, FactSink } from "./fact-reader.ts";
import { FRAME_SLOTS } from "./fact-reader.ts";
import type { Cell, Row } from "./row.ts";
import { putCell, putPoint, type RowGroupBuilder } from "./row-group.ts";

/** Finds which columns there are. */
export class FindingSink implements FactSink {
  readonly #reader: FactReader;
  readonly #finder: ColumnFinder;
  /** What was found last, by slot: most is as before. */
  readonly #types: (ColumnType | undefined)[] = [];

  constructor(reader: FactReader, finder: ColumnFinder) {
    this.#reader = reader;
    this.#finder = finder;
  }

  begin(): void {}

  integer(slot: number): void {
    if (this.#types[slot] !== "integer") this.#add(slot, "integer");
  }

  number(slot: number): void {
    if (this.#types[slot] !== "number") this.#add(slot, "number");
  }

  boolean(slot: number): void {
    if (this.#types[slot] !== "boolean") this.#add(slot, "boolean");
  }

  text(slot: number): void {
    if (this.#types[slot] !== "text") this.#add(slot, "text");
  }

  time(): void {}

  place(): void {}

  other(slot: number, cell: Cell): void {
    this.#finder.add(this.#reader.nameOf(slot), cell);
  }

  end(): void {}

  /** What was said of it so far is in its row too. */
  instead(row: Row | undefined): void {
    if (row !== undefined) this.#finder.addAll([row]);
  }

  #add(slot: number, type: ColumnType): void {
    if (slot >= FRAME_SLOTS) this.#finder.addType(this.#reader.nameOf(slot), type);
    this.#types[slot] = type;
  }
}

/** Where the observations of an entry come from, and when. */
export type EntryOrigin = {
  readonly entry: number;
  readonly source: string;
  readonly receivedMilliseconds: number;
};

/** Puts what is said into the columns of a row group. */
export class GroupSink implements FactSink {
  readonly #reader: FactReader;
  readonly #group: RowGroupBuilder;
  readonly #bySlot: ColumnValues[] = [];
  readonly #entry: ColumnValues;
  readonly #observation: ColumnValues;
  readonly #source: ColumnValues;
  readonly #received: ColumnValues;
  #origin: EntryOrigin = { entry: 0, source: "", receivedMilliseconds: 0 };
  #sourceBytes: Uint8Array = new Uint8Array();
  #at = 0;

  constructor(reader: FactReader, group: RowGroupBuilder) {
    this.#reader = reader;
    this.#group = group;
    this.#entry = group.column("_entry", "integer");
    this.#observation = group.column("_observation", "integer");
    this.#source = group.column("_source", "text");
    this.#received = group.column("_received", "time");
  }

  /** Of what comes next. */
  set origin(origin: EntryOrigin) {
    this.#origin = origin;
    this.#sourceBytes = Buffer.from(origin.source, "utf8");
  }

  begin(at: number): void {
    this.#at = at;
  }

  integer(slot: number, value: number): void {
    const column = this.#column(slot, "integer");
    if (column.type === "json") putCell(column, this.#group.rows, value);
    else column.putNumber(this.#group.rows, value);
  }

  number(slot: number, value: number): void {
    const column = this.#column(slot, "number");
    if (column.type === "json") putCell(column, this.#group.rows, value);
    else column.putNumber(this.#group.rows, value);
  }

  boolean(slot: number, value: boolean): void {
    putCell(this.#column(slot, "boolean"), this.#group.rows, value);
  }

  text(slot: number, bytes: Uint8Array, from: number, to: number): void {
    const column = this.#column(slot, "text");
    if (column.type === "text") column.putBytes(this.#group.rows, bytes, from, to);
    else putCell(column, this.#group.rows, Buffer.from(bytes.subarray(from, to)).toString("utf8"));
  }

  time(slot: number, milliseconds: number): void {
    this.#column(slot, "time").putNumber(this.#group.rows, milliseconds);
  }

  place(slot: number, longitude: number, latitude: number): void {
    putPoint(this.#column(slot, "place"), this.#group.rows, longitude, latitude);
  }

  other(slot: number, cell: Cell): void {
    putCell(this.#column(slot, typeOf(cell)), this.#group.rows, cell);
  }

  end(): void {
    const { rows } = this.#group;
    const { entry, receivedMilliseconds } = this.#origin;
    this.#entry.putNumber(rows, entry);
    this.#observation.putNumber(rows, this.#at);
    this.#source.putBytes(rows, this.#sourceBytes, 0, this.#sourceBytes.length);
    this.#received.putNumber(rows, receivedMilliseconds);
    this.#group.rows += 1;
  }

  instead(row: Row | undefined): void {
    this.#group.undo();
    if (row !== undefined) this.#group.addRow(row);
  }

  #column(slot: number, type: ColumnType): ColumnValues {
    const known = this.#bySlot[slot];
    if (known !== undefined) return known.type === type ? known : this.#group.fit(known, type);
    const column = this.#group.column(this.#reader.nameOf(slot), type);
    this.#bySlot[slot] = column;
    return column;
  }
}
