/** Text that was respelt on the way, and that remembers where each of its characters was typed. */
export type Traced = {
  readonly text: string;
  /** For each UTF-16 unit of `text`, and for its end: the position in what was typed. */
  readonly origins: readonly number[];
};

/** Begins with the text as it was typed; `respell` says what becomes of each character. */
export function traced(typed: string, respell: (character: string) => string): Traced {
  let text = "";
  const origins: number[] = [];
  let at = 0;
  for (const character of typed) {
    const respelt = respell(character);
    text += respelt;
    for (let unit = 0; unit < respelt.length; unit += 1) origins.push(at);
    at += character.length;
  }
  origins.push(at);
  return { text, origins };
}

/** The part `[start, end)`. */
export function sliceTraced({ text, origins }: Traced, start: number, end: number): Traced {
  return { text: text.slice(start, end), origins: origins.slice(start, end + 1) };
}

/** The part without white space around it. */
export function trimTraced(whole: Traced): Traced {
  const { text } = whole;
  const start = text.length - text.trimStart().length;
  return sliceTraced(whole, start, Math.max(start, text.trimEnd().length));
}

/** Replaces `%2F` and the like; a `%` without two hexadecimal digits behind it stays. */
export function decodePercent({ text, origins }: Traced): Traced {
  let decoded = "";
  const kept: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    kept.push(originAt(origins, at));
    const hex = /^%([0-7][0-9A-F])/.exec(text.slice(at, at + 3))?.[1];
    decoded += hex === undefined ? text.charAt(at) : String.fromCharCode(Number.parseInt(hex, 16));
    if (hex !== undefined) at += 2;
  }
  kept.push(originAt(origins, text.length));
  return { text: decoded, origins: kept };
}

/** Where the unit at `position` was typed. */
export function originAt(origins: readonly number[], position: number): number {
  return origins[position] ?? 0;
}
