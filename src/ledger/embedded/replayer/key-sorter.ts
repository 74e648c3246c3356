import { compareUtf8, present } from "../../../core/index.ts";
import {
  nodeFiles,
  type OpenFile,
  openUnnamed,
  readFully,
  writeFully,
} from "../../../log/index.ts";

/** Something that was said of a key. */
export type Note = {
  readonly key: string;
  readonly number: number;
  readonly text: string;
};

/** A run is sorted in memory; what its strings take there is about this. */
const RUN_BYTES: number = 8 * 1024 * 1024;
/** Of a note, beside the letters of its strings. */
const NOTE_BYTES = 64;

/** Of each run while all are merged. */
const WINDOW_BYTES: number = 64 * 1024;

//   note = bytes of the key u16 ‖ bytes of the text u16 ‖ number f64 ‖ key ‖ text          little-endian

const HEAD_BYTES = 12;

/**
 * Sorts more keys than should be in memory: runs of them lie in a file without a name, and are merged as they are read. Few
 * keys never see a disk. To be closed.
 */
export class KeySorter implements Disposable {
  readonly #below: string;
  readonly #runBytes: number;
  #notes: Note[] = [];
  #bytes = 0;
  /** Where each run ends in the file. */
  readonly #ends: number[] = [];
  #file: OpenFile | undefined;

  /**
   * @param below directory on the disk that the file takes its room from
   * @param runBytes what may be in memory
   */
  constructor(below: string, runBytes: number = RUN_BYTES) {
    this.#below = below;
    this.#runBytes = runBytes;
  }

  /** A key and a text have less than 64 KiB. */
  push(key: string, number: number, text = ""): void {
    this.#notes.push({ key, number, text });
    this.#bytes += NOTE_BYTES + key.length + text.length;
    if (this.#bytes >= this.#runBytes) this.#writeRun();
  }

  /** In the order of the UTF-8 bytes of the keys; what was said of one key, in the order in which it came. */
  *sorted(): Generator<Note> {
    if (this.#ends.length === 0) return yield* this.#takeRun();
    this.#writeRun();
    const file = present(this.#file, "a file with runs");
    const runs = this.#ends.map((end, i) => new RunReader(file, i, this.#ends[i - 1] ?? 0, end));
    const heap = new RunHeap(runs);
    for (let first = heap.first; first !== undefined; first = heap.first) {
      yield first.note as Note;
      first.step();
      heap.settle();
    }
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
    this.#notes = [];
  }

  #takeRun(): readonly Note[] {
    // This keeps the order of what is equal.
    const notes = this.#notes.sort((a, b) => compareUtf8(a.key, b.key));
    this.#notes = [];
    this.#bytes = 0;
    return notes;
  }

  #writeRun(): void {
    this.#file ??= openUnnamed(this.#below, (path) => nodeFiles.open(path, "write"));
    const out = new RunWriter(this.#file, this.#ends.at(-1) ?? 0);
    for (const note of this.#takeRun()) out.add(note);
    this.#ends.push(out.flush());
  }
}

class RunWriter {
  readonly #file: OpenFile;
  readonly #buffer = Buffer.allocUnsafeSlow(4 * WINDOW_BYTES);
  #used = 0;
  #written: number;

  constructor(file: OpenFile, start: number) {
    this.#file = file;
    this.#written = start;
  }

  add({ key, number, text }: Note): void {
    const keyBytes = Buffer.byteLength(key);
    const textBytes = Buffer.byteLength(text);
    if (this.#used + HEAD_BYTES + keyBytes + textBytes > this.#buffer.length) this.flush();
    const [buffer, at] = [this.#buffer, this.#used];
    buffer.writeUInt16LE(keyBytes, at);
    buffer.writeUInt16LE(textBytes, at + 2);
    buffer.writeDoubleLE(number, at + 4);
    buffer.write(key, at + HEAD_BYTES);
    buffer.write(text, at + HEAD_BYTES + keyBytes);
    this.#used = at + HEAD_BYTES + keyBytes + textBytes;
  }

  /** @returns where in the file it ends */
  flush(): number {
    writeFully(this.#file, this.#buffer.subarray(0, this.#used), this.#written);
    this.#written += this.#used;
    this.#used = 0;
    return this.#written;
  }
}

/** Goes through the notes of one run. */
class RunReader {
  readonly #file: OpenFile;
  readonly #place: number;
  readonly #end: number;
  /** More than a note has. */
  readonly #window = Buffer.allocUnsafeSlow(3 * WINDOW_BYTES);
  #bytes: Buffer;
  #at = 0;
  /** Where the window ends in the file. */
  #read: number;
  /** The note at hand; `undefined` behind the last one. */
  note: Note | undefined;

  /** @param place of the run among all */
  constructor(file: OpenFile, place: number, start: number, end: number) {
    this.#file = file;
    this.#place = place;
    this.#read = start;
    this.#end = end;
    this.#bytes = this.#window.subarray(0, 0);
    this.step();
  }

  step(): void {
    const missing = this.#endOfNote() > this.#bytes.length;
    if (missing) this.#fill();
    if (this.#at === this.#bytes.length) {
      this.note = undefined;
      return;
    }
    const [bytes, start] = [this.#bytes, this.#at];
    const keyEnd = start + HEAD_BYTES + bytes.readUInt16LE(start);
    const number = bytes.readDoubleLE(start + 4);
    this.#at = this.#endOfNote();
    const key = bytes.toString("utf8", start + HEAD_BYTES, keyEnd);
    this.note = { key, number, text: bytes.toString("utf8", keyEnd, this.#at) };
  }

  comesBefore(other: RunReader): boolean {
    if (this.note === undefined || other.note === undefined) return other.note === undefined;
    const order = compareUtf8(this.note.key, other.note.key);
    return order < 0 || (order === 0 && this.#place < other.#place);
  }

  #endOfNote(): number {
    const [bytes, at] = [this.#bytes, this.#at];
    const head = at + HEAD_BYTES;
    if (head > bytes.length) return head;
    return head + bytes.readUInt16LE(at) + bytes.readUInt16LE(at + 2);
  }

  #fill(): void {
    const kept = this.#bytes.copy(this.#window, 0, this.#at);
    const room = Math.min(this.#window.length - kept, this.#end - this.#read);
    this.#read += readFully(this.#file, this.#window.subarray(kept, kept + room), this.#read);
    this.#bytes = this.#window.subarray(0, kept + room);
    this.#at = 0;
  }
}

/** Runs as a binary heap: the one whose note comes first is its first. */
class RunHeap {
  readonly #runs: RunReader[];

  constructor(runs: readonly RunReader[]) {
    // What is sorted is a heap.
    this.#runs = [...runs].sort((a, b) => (a.comesBefore(b) ? -1 : 1));
  }

  get first(): RunReader | undefined {
    const first = this.#runs[0];
    return first?.note === undefined ? undefined : first;
  }

  /** The first run went on: lets it sink to where it belongs now. */
  settle(): void {
    const runs = this.#runs;
    const run = present(runs[0], "the run that came first");
    let at = 0;
    for (let child = 1; child < runs.length; child = 2 * at + 1) {
      const [left, right] = [runs[child], runs[child + 1]];
      const isRight = right !== undefined && left !== undefined && right.comesBefore(left);
      const least = present(isRight ? right : left, "a run below it");
      if (!least.comesBefore(run)) break;
      runs[at] = least;
      at = isRight ? child + 1 : child;
    }
    runs[at] = run;
  }
}
