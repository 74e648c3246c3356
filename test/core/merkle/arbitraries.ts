import fc from "fast-check";

/** A log of a few short entries. */
export const log: fc.Arbitrary<Uint8Array[]> = fc.array(fc.uint8Array({ maxLength: 8 }), {
  minLength: 1,
  maxLength: 40,
});

export const logAndIndex: fc.Arbitrary<[Uint8Array[], number]> = log.chain((entries) =>
  fc.tuple(fc.constant(entries), fc.nat({ max: entries.length - 1 })),
);

/** A log and a size that it once had, 1 … its length. */
export const logAndSize: fc.Arbitrary<[Uint8Array[], number]> = logAndIndex.map(
  ([entries, index]) => [entries, index + 1],
);

/** A log and a page of it that is not empty: `[start, end)`. */
export const logAndPage: fc.Arbitrary<[Uint8Array[], number, number]> = logAndIndex.chain(
  ([entries, start]) =>
    fc.tuple(
      fc.constant(entries),
      fc.constant(start),
      fc.integer({ min: start + 1, max: entries.length }),
    ),
);
