import { type Code, type CodeRecord, codeKey } from "../../core/index.ts";
import type { Language } from "../pages/index.ts";
import { AnswerRing, type RenderedAnswer } from "../registry/index.ts";
import type { Services } from "../services.ts";

/** Code pages as they were made, until something that they show changes. */
export type KeptPages = {
  get(code: string, language: Language): RenderedAnswer | undefined;
  /** Names the moment at which making a page begins; `put` takes nothing that began before the last block, epoch, or scan of a plate. */
  now(): number;
  put(record: CodeRecord, language: Language, page: RenderedAnswer, begun: number): void;
};

/** Some 10 000 pages in one language. */
const KEPT_BYTES = 64 * 1024 * 1024;
const LANGUAGES: readonly Language[] = ["zh", "en"];

export function createKeptPages({
  ledger,
  state,
  datasets,
}: Pick<Services, "ledger" | "state" | "datasets">): KeptPages {
  const kept = new AnswerRing(KEPT_BYTES);
  let changes = 0;
  state.onShownChange(() => kept.clear());
  const drop = (key: string) => {
    for (const language of LANGUAGES) kept.drop(language + key);
  };
  datasets?.onPlates((code) => {
    changes += 1;
    drop(codeKey(code as Code));
  });
  ledger.onBlock((_head, changed) => {
    changes += 1;
    for (const { key } of changed) {
      // The command on every page names the key of the log, and whom to trust.
      if (key.startsWith("param/")) kept.clear();
      drop(key);
    }
  });
  // Both only rise: their sum is the same only where both are.
  const now = () => changes + state.epoch();
  return {
    get(code, language) {
      ledger.reading();
      return kept.get(language + codeKey(code as Code));
    },
    now,
    put(record, language, page, begun) {
      if (begun === now() && standsAlone(record)) kept.put(language + codeKey(record.code), page);
    },
  };
}

/**
 * Whether its page shows only what is told above: names of what is below or comes after may change unnoticed, and so may who is
 * granted a dataset.
 */
function standsAlone({ kind, children, successors, predecessors }: CodeRecord): boolean {
  return kind !== "dataset" && children.count + successors.length + predecessors.length === 0;
}
