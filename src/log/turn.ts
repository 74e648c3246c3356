/** Resolves after the sockets and timers that are due had their turn: awaited within long work, so that nobody waits for all of it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
