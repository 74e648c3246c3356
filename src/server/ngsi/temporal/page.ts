import { briefTime } from "../brief-time.ts";
import type { Evolution, Moment } from "./evolution.ts";
import type { TemporalForm } from "./form.ts";

/** A part of what was asked for, as many moments as one answer holds. */
export type Page = {
  readonly evolutions: ReadonlyMap<string, Evolution>;
  /** What it spans, for `Content-Range`; left out where it is everything. */
  readonly range?: string;
};

/**
 * Cuts what was so at one time for all attributes, so that nothing between the ends is left out (GS CIM 009 §6.3.10): the
 * oldest come first, and where the newest are asked for, those do. What happened at the same moment stays together.
 */
export function pageOf(all: ReadonlyMap<string, Evolution>, form: TemporalForm, max: number): Page {
  const evolutions = new Map([...all].map(([id, each]) => [id, newest(each, form.lastN)]));
  const times = [...evolutions.values()]
    .flatMap(({ attributes }) => [...attributes.values()].flat())
    .map(({ time }) => time)
    .sort((a, b) => a - b);
  if (times.length <= max) return { evolutions };
  const isNewest = form.lastN !== undefined;
  const ordered = isNewest ? times.reverse() : times;
  const first = ordered[0] ?? 0;
  // Where the last moment of the page does not fit whole, it begins the next page.
  let last = ordered[max - 1] ?? first;
  if (ordered[max] === last && last !== first) {
    last = ordered[ordered.indexOf(last) - 1] ?? last;
  }
  const isInside = isNewest
    ? ({ time }: Moment) => time >= last
    : ({ time }: Moment) => time <= last;
  const cut = new Map(
    [...evolutions].map(([id, each]) => [id, kept(each, (of) => of.filter(isInside))]),
  );
  const asked = isNewest ? form.to : form.from;
  const start = Number.isFinite(asked) ? asked : first;
  const size = form.lastN ?? "*";
  return { evolutions: cut, range: `date-time ${briefTime(start)}-${briefTime(last)}/${size}` };
}

function newest(evolution: Evolution, lastN: number | undefined): Evolution {
  return kept(evolution, (moments) => {
    const sorted = [...moments].sort((a, b) => a.time - b.time);
    return lastN === undefined ? sorted : sorted.slice(-lastN);
  });
}

function kept(evolution: Evolution, keep: (of: readonly Moment[]) => Moment[]): Evolution {
  const attributes = [...evolution.attributes].map(([name, all]) => [name, keep(all)] as const);
  return { ...evolution, attributes: new Map(attributes) };
}
