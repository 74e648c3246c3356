// Bounds of a seal and of what is scanned. docs/spec/seals.md lists them; a test compares both.

/** A last segment of a path with fewer digits is none. The shortest token there can be, of the code `MA`, has 268. */
export const MIN_SEAL_DIGITS: number = 200;

/**
 * The longest token: tag and array 2, protected header 14, unprotected 1, payload 2 + 90 (map 1, code 63, exp 6, iat 6, cti
 * 14), signature 66. It has 425 digits.
 */
export const MAX_SEAL_BYTES: number = 175;

/** What was scanned or typed, in UTF-16 units: hosts are short, and who passes a seal on may add a query. */
export const MAX_SEAL_TEXT: number = 2048;
