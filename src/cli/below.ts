import type { RecordAnswer } from "../sdk/index.ts";
import type { Run } from "./run.ts";

/** What is asked for at once. */
const AT_ONCE = 16;

/** Every record below a code, parents first; no list of children has a gap, because each page proves itself. */
export async function* recordsBelow(
  run: Run,
  under: string,
): AsyncGenerator<RecordAnswer, void, undefined> {
  yield* ahead(codesBelow(run, under), (code) => run.client.record(code));
}

/** What is asked for each item, in their order; some are asked for ahead. */
export async function* ahead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  ask: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const waiting: Promise<R>[] = [];
  for await (const item of items) {
    const asked = ask(item);
    // Met below; until then it must not count as unhandled.
    asked.catch(() => undefined);
    waiting.push(asked);
    const first = waiting.length >= AT_ONCE ? waiting.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const rest of waiting) yield await rest;
}

/** Depth first: of each level one page is held, however many codes there are. */
async function* codesBelow(run: Run, under: string): AsyncGenerator<string, void, undefined> {
  for await (const { code, children } of run.client.everyChild(under)) {
    yield code;
    if (children > 0) yield* codesBelow(run, code);
  }
}
