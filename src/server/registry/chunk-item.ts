import {
  type ChunkItem,
  type Code,
  decodeCbor,
  encodeCbor,
  equalBytes,
  InvariantError,
  present,
  utf8,
} from "../../core/index.ts";

/** What a chunk of our own log says about one code, and the manifest that it belongs to. */
export type FoundItem = { readonly item: ChunkItem; readonly manifest: Uint8Array };

const WORD = encodeCbor("chunk");
const [ITEMS, MANIFEST, CODE] = [utf8("items"), utf8("manifest"), utf8("code")];

/** Whether an entry is a chunk. */
export function isChunkEntry(bytes: Uint8Array): boolean {
  return bytes[0] === 0x82 && equalBytes(bytes.subarray(1, 1 + WORD.length), WORD);
}

/**
 * Finds the item of a code among the bytes of a chunk, and decodes nothing else: a chunk holds hundreds. What stands in the log
 * was judged when it came, so its form is known.
 */
export function chunkItem(bytes: Uint8Array, code: Code): FoundItem | undefined {
  const cursor = new Cursor(bytes, 1 + WORD.length);
  let item: Uint8Array | undefined;
  let manifest: Uint8Array | undefined;
  for (let fields = cursor.head(); fields > 0; fields -= 1) {
    const name = cursor.string();
    if (equalBytes(name, ITEMS)) item = cursor.itemOf(code);
    else if (equalBytes(name, MANIFEST)) manifest = cursor.string();
    else cursor.skip();
  }
  if (item === undefined) return undefined;
  const decoded = decodeCbor(item);
  const value = decoded.ok ? (decoded.value as unknown as ChunkItem) : undefined;
  return { item: present(value, "an item"), manifest: present(manifest, "a manifest") };
}

const [BYTES, TEXT, ARRAY, MAP] = [2, 3, 4, 5];

/** Passes over canonical CBOR. */
class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  #type = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  /** Reads a head. @returns its argument */
  head(): number {
    const first = this.#bytes[this.#at];
    if (first === undefined) throw new InvariantError("an entry of ours ends too soon");
    this.#at += 1;
    this.#type = first >> 5;
    return this.#argument(first & 0x1f);
  }

  /** Reads a text or byte string. */
  string(): Uint8Array {
    const length = this.head();
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }

  skip(): void {
    const argument = this.head();
    if (this.#type === BYTES || this.#type === TEXT) this.#at += argument;
    else if (this.#type === ARRAY || this.#type === MAP) {
      const items = this.#type === MAP ? 2 * argument : argument;
      for (let left = items; left > 0; left -= 1) this.skip();
    }
  }

  /** Passes over an array of maps. @returns the bytes of the one with this code */
  itemOf(code: Code): Uint8Array | undefined {
    const wanted = utf8(code);
    let found: Uint8Array | undefined;
    for (let items = this.head(); items > 0; items -= 1) {
      const start = this.#at;
      let isIt = false;
      for (let fields = this.head(); fields > 0; fields -= 1) {
        if (this.#isString(CODE)) isIt = this.#isString(wanted);
        else this.skip();
      }
      if (isIt) found = this.#bytes.subarray(start, this.#at);
    }
    return found;
  }

  /** Passes over a string, and makes no object of it. */
  #isString(wanted: Uint8Array): boolean {
    const length = this.head();
    const start = this.#at;
    this.#at += length;
    if (length !== wanted.length) return false;
    for (let i = 0; i < length; i += 1) {
      if (this.#bytes[start + i] !== wanted[i]) return false;
    }
    return true;
  }

  #argument(info: number): number {
    if (info < 24) return info;
    const at = this.#at;
    const width = 2 ** (info - 24);
    this.#at += width;
    switch (width) {
      case 1:
        return this.#view.getUint8(at);
      case 2:
        return this.#view.getUint16(at);
      case 4:
        return this.#view.getUint32(at);
      default:
        return Number(this.#view.getBigUint64(at));
    }
  }
}
