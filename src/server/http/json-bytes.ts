/**
 * UTF-8 as a string with a character for each byte (Latin-1). Node writes such a body together with the head in one call and
 * copies it as it is; a text would be encoded, and a `Buffer` written beside the head.
 */
export type ByteText = string;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const MAX_INT32 = 0x7fff_ffff;
const HEX = new TextEncoder().encode("0123456789abcdef");

/** What `JSON.stringify` makes of the bytes that may not stand in a string as they are. */
const ESCAPES: readonly string[] = Array.from({ length: BACKSLASH + 1 }, (_, byte) =>
  JSON.stringify(String.fromCharCode(byte)).slice(1, -1),
);

/** JSON as it grows, byte by byte: for texts of this size each call out of the engine costs more than the bytes do. */
export class JsonBytes {
  #bytes: Buffer = Buffer.allocUnsafeSlow(16 * 1024);
  #end = 0;

  /** Begins a new text of at most `most` bytes; what goes beyond is lost, and `end` says so. */
  begin(most: number): void {
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(most);
    this.#end = 0;
  }

  /** How long the text is. */
  get end(): number {
    return this.#end;
  }

  /** Whether all of it fitted in. */
  get isWhole(): boolean {
    return this.#end <= this.#bytes.length;
  }

  /** Takes back what stands behind `end`. */
  cut(end: number): void {
    this.#end = end;
  }

  byte(byte: number): void {
    this.#bytes[this.#end++] = byte;
  }

  ascii(text: string): void {
    for (let i = 0; i < text.length; i += 1) this.#bytes[this.#end++] = text.charCodeAt(i);
  }

  integer(value: number): void {
    if (value >= 0 && value <= MAX_INT32) this.#digits(value);
    else this.ascii(String(value));
  }

  #digits(value: number): void {
    let end = this.#end + 1;
    for (let above = 10; above <= value; above *= 10) end += 1;
    this.#end = end;
    let rest = value;
    do {
      const tenth = (rest / 10) | 0;
      this.#bytes[--end] = ZERO + rest - 10 * tenth;
      rest = tenth;
    } while (rest > 0);
  }

  /** A string, out of well-formed UTF-8. */
  quoted(from: Uint8Array, start: number, end: number): void {
    const to = this.#bytes;
    let at = this.#end;
    to[at++] = QUOTE;
    for (let i = start; i < end; i += 1) {
      const byte = from[i] as number;
      if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) to[at++] = byte;
      else at = this.#escaped(byte, at);
    }
    to[at++] = QUOTE;
    this.#end = at;
  }

  /** Bytes as a string of hexadecimal digits. */
  hex(from: Uint8Array, start: number, end: number): void {
    const to = this.#bytes;
    let at = this.#end;
    to[at++] = QUOTE;
    for (let i = start; i < end; i += 1) {
      const byte = from[i] as number;
      to[at++] = HEX[byte >> 4] as number;
      to[at++] = HEX[byte & 0xf] as number;
    }
    to[at++] = QUOTE;
    this.#end = at;
  }

  /** The whole text, or a part of it. */
  text(start = 0, end: number = this.#end): ByteText {
    return this.#bytes.toString("latin1", start, end);
  }

  #escaped(byte: number, at: number): number {
    this.#end = at;
    this.ascii(ESCAPES[byte] as string);
    return this.#end;
  }
}

/** A text as the bytes of its UTF-8; one of ASCII alone, as nearly all are, is that already. */
export function byteTextOf(text: string): ByteText {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString("latin1");
}

/** A list of what is JSON already. In one piece: what is put around a long text afterwards makes another one of it. */
export function listText(items: readonly ByteText[], before = "", behind = ""): ByteText {
  const [first] = items;
  if (first === undefined) return `${before}[]${behind}`;
  const parts = items.slice();
  parts[0] = `${before}[${first}`;
  parts.push(`${parts.pop()}]${behind}`);
  return parts.join(",");
}
