const NUMBER_OR_TEXT = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Reads JSON as `JSON.parse` does, but for whole numbers that no double holds: they become the text that stands there. Serial
 * numbers of sixteen digits and more would be others, one off or more.
 *
 * @returns `undefined` for what is no JSON
 */
export function parseExactJson(text: string): unknown {
  const bare = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    return JSON.parse(
      /(?:^|[^.\d])[1-9]\d{15}/.test(bare) ? bare.replace(NUMBER_OR_TEXT, keepWhole) : bare,
    );
  } catch {
    return undefined;
  }
}

function keepWhole(token: string): string {
  if (!/^-?[1-9]\d{15,}$/.test(token)) return token;
  return Number.isSafeInteger(Number(token)) ? token : `"${token}"`;
}
