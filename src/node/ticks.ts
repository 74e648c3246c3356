/** Enough for the compiler to take notice. */
const TICKS = 20_000;
const AT_ONCE = 500;

let compiled: Promise<void> | undefined;

/**
 * Has `process.nextTick` compiled while it has made objects of one shape alone. Each answer calls it nine times; where opening a
 * ledger comes first, it stays with its general form, ten times as slow (docs/performance.md, Reads).
 */
export function compileTicks(): Promise<void> {
  compiled ??= tick();
  return compiled;
}

async function tick(): Promise<void> {
  for (let ticks = 0; ticks < TICKS; ticks += AT_ONCE) {
    for (let i = 1; i < AT_ONCE; i += 1) process.nextTick(nothing);
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }
}

function nothing(): void {}
