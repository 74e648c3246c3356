/** Reads a decimal without leading zeros, at most 2^53 − 1; `undefined` for any other spelling. */
export function parseDecimal(text: string): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) && /^(?:0|[1-9][0-9]*)$/.test(text) ? number : undefined;
}
