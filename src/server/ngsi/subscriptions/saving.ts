/** How old a saved state may be that nobody waits for. */
const PAUSE_MILLISECONDS = 500;

/** Saves a state that changes often: soon, or at once for whoever must know that it is saved; never twice at a time. */
export class Saving {
  readonly #save: () => Promise<void>;
  readonly #failed: (cause: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> | undefined;
  #again: Promise<void> | undefined;

  constructor(save: () => Promise<void>, failed: (cause: unknown) => void) {
    this.#save = save;
    this.#failed = failed;
  }

  soon(): void {
    this.#timer ??= setTimeout(() => {
      this.saved().catch(this.#failed);
    }, PAUSE_MILLISECONDS).unref();
  }

  /** Resolves when what is so now is durable. */
  saved(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#saving === undefined) return this.#begin();
    // What is being saved may have been taken before the last change.
    this.#again ??= this.#saving.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#again;
  }

  #begin(): Promise<void> {
    this.#again = undefined;
    const saving = this.#save().finally(() => {
      if (this.#saving === saving) this.#saving = undefined;
    });
    this.#saving = saving;
    return saving;
  }
}
