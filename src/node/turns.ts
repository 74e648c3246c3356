/** Work that must not overlap: of one name, each begins when the one before it has ended, well or not. */
export type Turns = (name: string, work: () => Promise<void>) => Promise<void>;

/** Two that write the same file at once would tear it. */
export function turns(): Turns {
  const ends = new Map<string, Promise<void>>();
  return (name, work) => {
    const done = (ends.get(name) ?? Promise.resolve()).then(work);
    const settled = done.catch(() => undefined);
    ends.set(name, settled);
    void settled.then(() => ends.get(name) === settled && ends.delete(name));
    return done;
  };
}
