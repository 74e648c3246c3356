/** A part of a file of GeoJSON that is read by itself. */
export type GeoJsonPiece =
  /** A member of `features`. */
  | { readonly kind: "member"; readonly text: string }
  /** What stands at the top: a feature, or a collection whose `features` were taken out. */
  | { readonly kind: "whole"; readonly text: string; readonly isEmptied: boolean };

/** No feature and no head of a collection is longer, in UTF-16 units. */
const MAX_PIECE_LENGTH = 64 * 1024 * 1024;

/** RFC 8142 begins each text with it; many programs leave it out. A mark of UTF-8, which counts as white space, may begin the file. */
const RECORD_SEPARATOR = "\u001e";
const BETWEEN = new RegExp(`[^\\s${RECORD_SEPARATOR}]`, "g");
const BESIDE_SPACE = /\S/g;
const STRUCTURE = /["{}[\]]/g;
const IN_STRING = /["\\]/g;
const FEATURES_KEY = /[{,]\s*"features"\s*:\s*$/;

/**
 * Cuts the text of a file of GeoJSON into features, as it comes: what is in memory is never more than one of them. Whether a piece
 * is right JSON is for whoever reads it.
 */
export class GeoJsonCutter {
  /** Between values of the top, in one, between members of `features`, in one. */
  #at: "top" | "whole" | "members" | "member" = "top";
  /** What may come next among the members. */
  #next: "first" | "member" | "comma" = "first";
  #depth = 0;
  #string: "none" | "open" | "escaped" = "none";
  #isEmptied = false;
  /** Of the value at the top, and of the member in it. */
  readonly #whole = new Parts();
  readonly #member = new Parts();

  /** @throws RangeError where it cannot be GeoJSON */
  *take(text: string): Generator<GeoJsonPiece, void, undefined> {
    for (let i = 0; i < text.length; ) {
      if (this.#at === "top") i = this.#begin(text, i);
      else if (this.#at === "members") i = this.#between(text, i);
      else {
        const to = this.#copy(text, i);
        if (this.#depth === 0) yield this.#end();
        i = to;
      }
    }
  }

  /** @throws RangeError where it breaks off */
  end(): void {
    if (this.#at !== "top") throw new RangeError("it breaks off");
  }

  #begin(text: string, from: number): number {
    const i = next(BETWEEN, text, from);
    if (i < text.length) {
      if (text[i] !== "{") throw new RangeError("it is no object");
      this.#at = "whole";
    }
    return i;
  }

  /** Goes on to the end of the value, to what is in its `features`, or to the end of the text. */
  #copy(text: string, from: number): number {
    const parts = this.#at === "member" ? this.#member : this.#whole;
    for (let i = from; i < text.length; ) {
      i = this.#string === "none" ? this.#step(text, i) : this.#inString(text, i);
      const opensFeatures = this.#opensFeatures(text, from, i);
      if (this.#depth > 0 && !opensFeatures && i < text.length) continue;
      parts.add(text.slice(from, i));
      if (opensFeatures) this.#enter();
      return i;
    }
    return from;
  }

  /** Goes over one brace, bracket or opening quote, and what is before it. */
  #step(text: string, from: number): number {
    const i = next(STRUCTURE, text, from);
    const sign = text[i];
    if (sign === '"') this.#string = "open";
    else if (sign === "{" || sign === "[") this.#depth++;
    else if (sign !== undefined) this.#depth--;
    return Math.min(i + 1, text.length);
  }

  #inString(text: string, from: number): number {
    if (this.#string === "escaped") {
      this.#string = "open";
      return from + 1;
    }
    const i = next(IN_STRING, text, from);
    if (i < text.length) this.#string = text[i] === '"' ? "none" : "escaped";
    return Math.min(i + 1, text.length);
  }

  /** Whether the bracket before `end` is that of `features`; what is before `from` was copied. */
  #opensFeatures(text: string, from: number, end: number): boolean {
    if (this.#at !== "whole" || this.#depth !== 2 || this.#string !== "none") return false;
    if (text[end - 1] !== "[") return false;
    return FEATURES_KEY.test(this.#whole.text() + text.slice(from, end - 1));
  }

  #enter(): void {
    this.#at = "members";
    this.#next = "first";
    this.#isEmptied = true;
    this.#depth = 1;
  }

  #between(text: string, from: number): number {
    const i = next(BESIDE_SPACE, text, from);
    const sign = text[i];
    if (sign === undefined) return i;
    if (sign === "]" && this.#next !== "member") {
      this.#at = "whole";
      this.#whole.add("]");
      return i + 1;
    }
    if (sign === "," && this.#next === "comma") {
      this.#next = "member";
      return i + 1;
    }
    if (sign !== "{" || this.#next === "comma") throw new RangeError("it is no list of features");
    this.#at = "member";
    this.#depth = 0;
    return i;
  }

  #end(): GeoJsonPiece {
    if (this.#at === "member") {
      this.#at = "members";
      this.#next = "comma";
      this.#depth = 1;
      return { kind: "member", text: this.#member.take() };
    }
    this.#at = "top";
    const isEmptied = this.#isEmptied;
    this.#isEmptied = false;
    return { kind: "whole", text: this.#whole.take(), isEmptied };
  }
}

/** A text that comes in parts. */
class Parts {
  #text = "";

  add(part: string): void {
    this.#text += part;
    if (this.#text.length > MAX_PIECE_LENGTH) throw new RangeError("it is too long");
  }

  text(): string {
    return this.#text;
  }

  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}

/** Where the next one stands; the end of the text where there is none. */
function next(what: RegExp, text: string, from: number): number {
  what.lastIndex = from;
  return what.exec(text)?.index ?? text.length;
}
