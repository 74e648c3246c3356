import { type ByteText, byteTextOf } from "./json-bytes.ts";

/**
 * The JSON of things that stay as they are, made once for each thing and way of telling it, and forgotten with the thing. Bytes,
 * so that many of them are put together without being looked at.
 */
export class ToldTexts<Thing extends object> {
  readonly #texts = new WeakMap<Thing, Map<object, ByteText>>();

  /** @param how one object for each way of telling */
  of(thing: Thing, how: object, tell: () => unknown): ByteText {
    const known = this.known(thing, how);
    if (known !== undefined) return known;
    const made = byteText(tell());
    const texts = this.#texts.get(thing);
    if (texts === undefined) this.#texts.set(thing, new Map([[how, made]]));
    else if (texts.size < MAX_WAYS) texts.set(how, made);
    return made;
  }

  /** If it was made before. */
  known(thing: Thing, how: object): ByteText | undefined {
    return this.#texts.get(thing)?.get(how);
  }
}

const MAX_WAYS = 8;

export function byteText(value: unknown): ByteText {
  return byteTextOf(JSON.stringify(value));
}
