import { type Code, codeKey, parseCode } from "../../core/index.ts";
import { AnswerRing, elsewhere } from "../registry/index.ts";
import type { Services } from "../services.ts";
import { DEFAULT_REL, usableLinks } from "./links.ts";

/** Where a visit that asks for nothing is led to, for codes of which that depends on nothing but their record. */
export type Redirects = { get(code: string): string | undefined };

/** Some 100 000 places. */
const KEPT_BYTES = 8 * 1024 * 1024;

export function createRedirects({
  ledger,
  state,
  views,
}: Pick<Services, "ledger" | "state" | "views">): Redirects {
  const kept = new AnswerRing(KEPT_BYTES);
  // As of rendered answers: a change above many codes is rare, a record's own touches only itself.
  state.onStatusChange(() => kept.clear());
  ledger.onBlock((_head, changes) => {
    for (const { key } of changes) kept.drop(key);
  });

  /** Its one default link, while it is in force. Of several, the visitor's languages choose. */
  const find = (text: string): string | undefined => {
    const code = parseCode(text);
    if (!code.ok || elsewhere(state, code.value) !== undefined) return undefined;
    const record = views.find(code.value)?.record;
    if (record === undefined || views.effective(record).status !== "active") return undefined;
    const [only, ...others] = usableLinks(record).filter(({ rel }) => rel === DEFAULT_REL);
    return others.length === 0 ? only?.href : undefined;
  };

  return {
    get(text) {
      ledger.reading();
      const key = codeKey(text as Code);
      const known = kept.get(key)?.body;
      if (known !== undefined) return known;
      const begun = state.epoch();
      const found = find(text);
      if (found !== undefined && begun === state.epoch()) kept.put(key, { etag: "", body: found });
      return found;
    },
  };
}
