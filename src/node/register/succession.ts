import type { PartialDate } from "../../core/index.ts";
import { firstDay } from "./fact.ts";
import type { Span } from "./revisions.ts";

/**
 * One change that people know: what was there before, what came of it. One of the two sides has at most one entry; an
 * empty one means that something began, or ended, without the other. Each entry is `<six digits> <name>`.
 */
export type Change = {
  readonly date: PartialDate;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly source: string;
};

/** A span with what is known beyond the revisions. */
export type Traced = Span & {
  readonly successors: readonly { readonly digits: string; readonly date?: PartialDate }[];
  readonly sources: readonly string[];
};

/** A change names something that no revision, or more than one span, shows: a slip in the table of changes. */
export class ChangeError extends Error {
  override readonly name = "ChangeError";
}

/**
 * Adds the changes that people know to what revisions show: exact dates, successors, divisions newer than the last
 * revision.
 *
 * @throws ChangeError when a change does not fit the spans
 */
export function applyChanges(spans: readonly Span[], changes: readonly Change[]): Traced[] {
  const traced = spans.map((span): Traced => ({ ...span, successors: [], sources: [] }));
  return changes.reduce(applyChange, traced);
}

function applyChange(spans: readonly Traced[], change: Change): Traced[] {
  const { date, from, to, source } = change;
  if (from.length > 1 && to.length > 1) throw new ChangeError(`${date}: many to many`);
  const successors = to.map((entry) => ({ digits: digitsOf(entry) }));
  let next = [...spans];
  for (const entry of from) {
    next = replaceSpan(next, entry, date, (span) => ({
      ...span,
      to: date,
      successors,
      sources: [...span.sources, source],
    }));
  }
  for (const entry of to) next = beginSpan(next, entry, date, source);
  return next;
}

function replaceSpan(
  spans: readonly Traced[],
  entry: string,
  date: PartialDate,
  change: (span: Traced) => Traced,
): Traced[] {
  const named = spans.filter(
    (span) => isNamed(span, entry) && firstDay(span.from) <= firstDay(date),
  );
  const last = named.at(-1);
  if (last === undefined) throw new ChangeError(`${date}: there is no ${entry}`);
  return spans.map((span) => (span === last ? change(span) : span));
}

/** Moves the beginning of what a change made to the date of that change, or adds it where no revision has it. */
function beginSpan(
  spans: readonly Traced[],
  entry: string,
  date: PartialDate,
  source: string,
): Traced[] {
  const known = spans.filter((span) => isNamed(span, entry));
  if (known.some(({ from }) => firstDay(from) <= firstDay(date) && !date.startsWith(from))) {
    return [...spans];
  }
  const [first] = known;
  if (first === undefined) return [...spans, newSpan(entry, date, source)];
  const sources = [source, ...first.sources];
  return spans.map((span) => (span === first ? { ...span, from: date, sources } : span));
}

function newSpan(entry: string, date: PartialDate, source: string): Traced {
  const name = entry.slice(entry.indexOf(" ") + 1);
  return { digits: digitsOf(entry), name, from: date, last: "", successors: [], sources: [source] };
}

function isNamed({ digits, name }: Span, entry: string): boolean {
  return entry === `${digits} ${name}`;
}

function digitsOf(entry: string): string {
  return entry.slice(0, 6);
}
