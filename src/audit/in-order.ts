/** Does jobs some at a time, and gives what comes of them in their order; never more than `atOnce` are begun and not given. */
export async function* inOrder<T>(
  from: number,
  to: number,
  atOnce: number,
  job: (index: number) => Promise<T>,
): AsyncGenerator<T> {
  const begun: Promise<T>[] = [];
  for (let index = from; index < to || begun.length > 0; ) {
    while (begun.length < atOnce && index < to) {
      const next = job(index++);
      // Whoever comes to it hears of what went wrong; after an earlier failure nobody does.
      next.catch(() => undefined);
      begun.push(next);
    }
    const next = begun.shift();
    if (next !== undefined) yield await next;
  }
}
