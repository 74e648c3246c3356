/** One part of an `Accept` or `Accept-Language` field with its weight. */
type Preference = { readonly range: string; readonly weight: number };

/** The most parts of a field we read: the rest is noise or an attack. */
const MAX_PARTS = 32;

/** Reads a field of weighted preferences (RFC 9110 §12.4.2), best first, `q=0` left out. */
function preferences(field: string): readonly Preference[] {
  return parts(field)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
}

/** @param strange what a weight counts that is none */
function parts(field: string, strange: 0 | 1 = 0): readonly Preference[] {
  return field
    .split(",", MAX_PARTS)
    .map((part) => preference(part, strange))
    .filter(({ range }) => range !== "");
}

function preference(part: string, strange: 0 | 1): Preference {
  const [range = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
  const q = parameters.find((each) => each.startsWith("q="));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return { range, weight: Number.isNaN(weight) ? strange : Math.min(weight, 1) };
}

/**
 * The media type among `offered` that the client likes best; of equal ones the first offered. `undefined` where the field
 * is missing, is only a wildcard over everything, or names none of them.
 */
export function bestType<T extends string>(
  field: string | undefined,
  offered: readonly T[],
): T | undefined {
  if (field === undefined) return undefined;
  for (const { range } of preferences(field)) {
    if (range === "*/*") return undefined;
    const found = offered.find((type) => matchesType(range, type));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How much a client likes one media type, 0 … 1: what its most exact range says. RFC 9110 §12.5.1. A weight that is none says nothing. */
export function weightOfType(field: string, type: string): number {
  const lower = type.toLowerCase();
  const ranges = parts(field, 1);
  const exact = [lower, lower.replace(/\/.*$/, "/*"), "*/*"];
  for (const range of exact) {
    const found = ranges.find((each) => each.range === range);
    if (found !== undefined) return found.weight;
  }
  return 0;
}

function matchesType(range: string, type: string): boolean {
  return range === type || (range.endsWith("/*") && type.startsWith(range.slice(0, -1)));
}

/** The language tags a client asks for, best first, lower case. */
export function languages(field: string | undefined): readonly string[] {
  return field === undefined ? [] : preferences(field).map(({ range }) => range);
}
