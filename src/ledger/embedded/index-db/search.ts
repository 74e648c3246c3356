import type { SearchPage, SearchQuery } from "../../port.ts";
import type { IndexView } from "./index-view.ts";
import { loadProgress } from "./progress.ts";
import { planSearch } from "./search-plan.ts";
import { EXACT, type Position, Walk } from "./walk.ts";

const MAX_LIMIT = 1000;

/** Stops before a step when told `false`; then the page may be short, and its cursor leads on. */
export type SearchSteps<T> = Generator<undefined, T, boolean>;

/** Looks for records, step by step, so that a long search does not keep others waiting. */
export function* search(view: IndexView, query: SearchQuery): SearchSteps<SearchPage> {
  const progress = loadProgress(view.sql);
  view.runs.refresh();
  const { size: indexedSize } = progress;
  const start = query.cursor === undefined ? BEGINNING : parseCursor(query.cursor);
  if (start === undefined) return { codes: [], indexedSize };
  const plan = planSearch(view, query);
  const limit = Math.min(Math.max(query.limit, 1), MAX_LIMIT);
  const codes: string[] = [];
  let end = start;
  for (const { position, hits } of new Walk(view, plan, progress, limit).steps(start)) {
    for (const hit of hits) {
      // One more than the page holds says that there is another page.
      if (codes.length === limit) return { codes, indexedSize, cursor: formatCursor(end) };
      codes.push(hit.code);
      end = { phase: position.phase, id: hit.id };
    }
    if (codes.length < limit) end = position;
    if ((yield) === false) return { codes, indexedSize, cursor: formatCursor(end) };
  }
  return { codes, indexedSize };
}

const BEGINNING: Position = { phase: EXACT, id: -1 };

function formatCursor({ phase, id }: Position): string {
  return `${phase}.${id}`;
}

function parseCursor(cursor: string): Position | undefined {
  const match = /^(-1|[01])\.(-1|\d{1,9})$/.exec(cursor);
  return match === null ? undefined : { phase: Number(match[1]), id: Number(match[2]) };
}
