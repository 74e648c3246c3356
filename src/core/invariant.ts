import type { Result } from "./result.ts";

/** A bug: something that cannot happen did. Never caught; the process stops before it can do harm. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** The value of what was found right before, or stops the process where the code's own reasoning was wrong. */
export function certain<T>(result: Result<T, unknown>, what: string): T {
  if (!result.ok) throw new InvariantError(`refused: ${what}`);
  return result.value;
}

/** Returns the value, or stops the process where the code's own reasoning was wrong. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new InvariantError(`missing: ${what}`);
  return value;
}
