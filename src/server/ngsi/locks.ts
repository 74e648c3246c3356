/** Lets whoever names the same thing wait for whoever named it before. */
export class Locks {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when everything that named one of these before is done. */
  run<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = names.flatMap((name) => this.#last.get(name) ?? []);
    const done = before.length === 0 ? work() : Promise.all(before).then(work);
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    for (const name of names) this.#last.set(name, settled);
    void settled.then(() => {
      for (const name of names) if (this.#last.get(name) === settled) this.#last.delete(name);
    });
    return done;
  }
}
