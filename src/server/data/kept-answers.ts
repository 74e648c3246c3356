import type { DatasetLog } from "../../data/index.ts";
import type { HotAnswer } from "../http/hot.ts";

/** Characters of answers about one dataset that are kept, in two halves: the older one goes as a whole. */
const KEPT_CHARACTERS = 16 * 1024 * 1024;
/** What stands around a text. */
const OVERHEAD_CHARACTERS = 512;

type OfEntity = Map<string, HotAnswer>;

/**
 * Answers about one entity of a dataset each, to whoever sees all of it: the same until something else is said of that entity.
 */
export class KeptAnswers {
  readonly #log: DatasetLog;
  #young = new Map<string, OfEntity>();
  #old = new Map<string, OfEntity>();
  #characters = 0;
  #changes = 0;

  constructor(log: DatasetLog) {
    this.#log = log;
    log.entities.onChange((id) => this.#drop(id));
  }

  /** By the id of the entity, and what was asked of it; `undefined` also while the log may say more of it than can be asked for. */
  get(id: string, asked: string): HotAnswer | undefined {
    if (!this.#log.entities.isCaughtUpWith(id)) return undefined;
    return this.#young.get(id)?.get(asked) ?? this.#old.get(id)?.get(asked);
  }

  /** @returns a way to keep what is read from now on: nothing is kept where something was changed in between */
  begin(id: string, asked: string): (answer: HotAnswer) => void {
    const changes = this.#changes;
    return (answer) => {
      if (changes === this.#changes) this.#put(id, asked, answer);
    };
  }

  #put(id: string, asked: string, answer: HotAnswer): void {
    const { headers, body = "" } = answer;
    const characters = headers.reduce((sum, each) => sum + each.length, body.length);
    if (characters > KEPT_CHARACTERS / 64) return;
    if (this.#characters + characters > KEPT_CHARACTERS / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#characters += characters + OVERHEAD_CHARACTERS;
    const known = this.#young.get(id);
    if (known === undefined) this.#young.set(id, new Map([[asked, answer]]));
    else known.set(asked, answer);
  }

  #drop(id: string | undefined): void {
    this.#changes += 1;
    if (id !== undefined) {
      this.#young.delete(id);
      this.#old.delete(id);
      return;
    }
    this.#young.clear();
    this.#old.clear();
    this.#characters = 0;
  }
}
