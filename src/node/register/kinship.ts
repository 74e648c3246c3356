import type { Traced } from "./succession.ts";

/**
 * Finds successors in the revisions themselves: where a name vanishes under one code and appears in the same revision
 * under another of the same province, only the code changed, or the rank (a county became a city, a city a district).
 * Names that several divisions share prove nothing. What has a successor already keeps it.
 */
export function inferSuccessors(spans: readonly Traced[]): Traced[] {
  const begun = groupBy(spans, momentOf("from"));
  const ended = groupBy(spans, momentOf("to"));
  const heirs = new Map<Traced, Traced>();
  for (const [moment, leavers] of ended) {
    const comers = begun.get(moment) ?? [];
    for (const leaver of leavers) {
      const heir = onlyKin(leaver, comers);
      if (heir !== undefined && onlyKin(heir, leavers, true) === leaver) heirs.set(leaver, heir);
    }
  }
  const taken = new Set(heirs.values());
  for (const span of spans) {
    const next = heirs.has(span) ? undefined : renamed(span, spans);
    if (next !== undefined && !taken.has(next)) heirs.set(span, next);
  }
  return spans.map((span) => withHeir(span, heirs.get(span)));
}

function withHeir(span: Traced, heir: Traced | undefined): Traced {
  if (heir === undefined || span.successors.length > 0) return span;
  return { ...span, successors: [{ digits: heir.digits }] };
}

/** The span of the same code that begins as this one ends: the same place under a new name. */
function renamed({ digits, to }: Traced, spans: readonly Traced[]): Traced | undefined {
  return to === undefined
    ? undefined
    : spans.find((span) => span.digits === digits && span.from === to);
}

function onlyKin(of: Traced, among: readonly Traced[], older = false): Traced | undefined {
  const kin = among.filter((other) =>
    older ? areKin(other.name, of.name) : areKin(of.name, other.name),
  );
  return kin.length === 1 ? kin[0] : undefined;
}

function areKin(before: string, after: string): boolean {
  if (before === after) return true;
  const stem = stemOf(before);
  if (COMMON.has(stem)) return false;
  return stem === stemOf(after) || stemOf(after) === before;
}

/** Names of which every other city has one. */
const COMMON: ReadonlySet<string> = new Set([
  "城",
  "郊",
  "矿",
  "新",
  "东",
  "西",
  "南",
  "北",
  "市中",
  "市",
]);

function stemOf(name: string): string {
  return name.replace(/(?:特区|地区|[县市区盟])$/, "");
}

function momentOf(end: "from" | "to"): (span: Traced) => string | undefined {
  return (span) => span[end] && `${span.digits.slice(0, 2)} ${span[end]}`;
}

function groupBy(
  spans: readonly Traced[],
  keyOf: (span: Traced) => string | undefined,
): Map<string, Traced[]> {
  const groups = new Map<string, Traced[]>();
  for (const span of spans) {
    const key = keyOf(span);
    if (key === undefined) continue;
    groups.set(key, [...(groups.get(key) ?? []), span]);
  }
  return groups;
}
