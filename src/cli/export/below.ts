import type { RecordAnswer } from "../../sdk/index.ts";
import type { Run } from "../run.ts";

/** Records that are fetched at once. */
const AT_ONCE = 8;

/** Every record below a code, parents first; no list of children has a gap, because each page proves itself. */
export async function* recordsBelow(
  run: Run,
  under: string,
): AsyncGenerator<RecordAnswer, void, undefined> {
  const waiting: Promise<RecordAnswer>[] = [];
  for await (const code of codesBelow(run, under)) {
    const fetched = run.client.record(code);
    // Met below; until then it must not count as unhandled.
    fetched.catch(() => undefined);
    waiting.push(fetched);
    const first = waiting.length >= AT_ONCE ? waiting.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const rest of waiting) yield await rest;
}

async function* codesBelow(run: Run, under: string): AsyncGenerator<string, void, undefined> {
  const parents = [under];
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    for await (const { code, children } of run.client.everyChild(parent)) {
      yield code;
      if (children > 0) parents.push(code);
    }
  }
}
