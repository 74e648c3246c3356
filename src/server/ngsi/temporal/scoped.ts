import { areScopesAskedFor } from "../../../data/index.ts";
import type { Evolution, Moment } from "./evolution.ts";
import type { TemporalForm } from "./form.ts";

/** Scopes that an entity was said to be in. */
export type SaidScopes = {
  /** By the property that is asked for, Unix milliseconds. */
  readonly since: number;
  readonly scopes: readonly string[];
  /** How that is told; left out where it is not told at all. */
  readonly moment?: Moment | undefined;
};

/** The end does not count. */
type Stretch = SaidScopes & { readonly until: number };

/**
 * What was so while the entity was in scopes that are asked for. They hold from when they were observed until others are: what
 * holds when the time begins that is asked for is told too (GS CIM 009 §4.18, §5.7.4.4).
 *
 * @returns `undefined` where it was in none of them in that time
 */
export function whileInScopes(
  evolution: Evolution,
  said: readonly SaidScopes[],
  form: TemporalForm,
): Evolution | undefined {
  const stretches = stretchesOf(said).filter(
    (each) => isInSpan(each, form) && areScopesAskedFor(each.scopes, form.scopes),
  );
  if (stretches.length === 0) return undefined;
  const isDuring = (moment: Moment) => isWithin(moment, stretches);
  const attributes = [...evolution.attributes]
    .map(([name, moments]) => [name, moments.filter(isDuring)] as const)
    .filter(([, moments]) => moments.length > 0);
  const scopes =
    form.property === "deletedAt"
      ? evolution.scopes.filter(isDuring)
      : stretches.flatMap(({ moment }) => moment ?? []);
  // What came before the time that is asked for is no part of its sums.
  const isTold = ({ time }: Moment) => form.aggregation === undefined || time >= form.from;
  return { ...evolution, attributes: new Map(attributes), scopes: scopes.filter(isTold) };
}

/** One after the other; of what was said for the same time the last one holds. */
function stretchesOf(said: readonly SaidScopes[]): readonly Stretch[] {
  const sorted = [...said].sort((a, b) => (a.since === b.since ? 0 : a.since - b.since));
  return sorted
    .map((each, i) => ({ ...each, until: sorted[i + 1]?.since ?? Number.POSITIVE_INFINITY }))
    .filter(({ since, until }) => since < until);
}

function isInSpan({ since, until }: Stretch, { from, to, property }: TemporalForm): boolean {
  return since < to && (until > from || (property === "deletedAt" && until === from));
}

/** What ends together with a scope was in it until then. */
function isWithin({ time, isDeletion }: Moment, stretches: readonly Stretch[]): boolean {
  const hasBegun = ({ since }: Stretch) => (isDeletion ? since < time : since <= time);
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const stretch = stretches[middle];
    if (stretch !== undefined && hasBegun(stretch)) low = middle + 1;
    else high = middle;
  }
  const last = stretches[low - 1];
  return last !== undefined && (isDeletion ? time <= last.until : time < last.until);
}
