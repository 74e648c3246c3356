/** The first `limit` items of a stream. */
export async function gather<T>(
  items: AsyncIterable<T>,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const kept: T[] = [];
  if (limit <= 0) return kept;
  for await (const item of items) {
    kept.push(item);
    if (kept.length >= limit) break;
  }
  return kept;
}
