import { turn } from "../../ledger/index.ts";

/** Long work of one request goes on for so long before others have their turn. */
const TURN_MILLISECONDS = 8;

/** Cuts long work into turns. */
export class Turns {
  #begun: number = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#begun > TURN_MILLISECONDS;
  }

  /** Lets others go first. */
  async next(): Promise<void> {
    await turn();
    this.#begun = performance.now();
  }
}

/** Work that comes in steps, with turns for others between them. @param turns of more work than this */
export async function inTurns<T>(
  steps: Generator<void, T>,
  turns: Turns = new Turns(),
): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (turns.isOver) await turns.next();
  }
}
