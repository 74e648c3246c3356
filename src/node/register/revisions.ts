import type { PartialDate } from "../../core/index.ts";

/** A register as it stood: names by codes of six digits. */
export type Revision = {
  readonly date: PartialDate;
  readonly names: { readonly [digits: string]: string };
};

/** A code under one name, from the first revision that shows it so until the first that does not. */
export type Span = {
  readonly digits: string;
  readonly name: string;
  readonly from: PartialDate;
  readonly to?: PartialDate;
  /** The last revision that shows it. */
  readonly last: PartialDate;
};

/**
 * Puts revisions, the oldest first, together to spans of time. What one single revision leaves out and the next has
 * again under the same name was an omission of that revision.
 */
export function collapseRevisions(revisions: readonly Revision[]): Span[] {
  const codes = [...new Set(revisions.flatMap(({ names }) => Object.keys(names)))].sort();
  return codes.flatMap((digits) => spansOf(digits, revisions));
}

function spansOf(digits: string, revisions: readonly Revision[]): Span[] {
  const spans: Span[] = [];
  let open: Span | undefined;
  for (const [index, { date }] of revisions.entries()) {
    const name = nameIn(revisions, index, digits);
    if (open !== undefined && open.name !== name) {
      spans.push({ ...open, to: date });
      open = undefined;
    }
    if (name !== undefined) open = { digits, name, from: date, ...open, last: date };
  }
  return open === undefined ? spans : [...spans, open];
}

function nameIn(revisions: readonly Revision[], index: number, digits: string): string | undefined {
  const name = revisions[index]?.names[digits];
  const before = revisions[index - 1]?.names[digits];
  return name ?? (before === revisions[index + 1]?.names[digits] ? before : undefined);
}

// Rows that tables have for their own sake, no divisions: "districts of the city", "counties directly under it".
const HEADING = /市辖区$|^[县市]$|直辖(?:县级)?行政(?:区划|单位)$/;
/** County parts 71–79 are development zones in the tables of the statistical office, not in GB/T 2260. */
const STATISTICAL_ZONE = /7[1-9]$/;
/** Other codes of the statistical office: districts of Daxing'anling, and Da Qaidam. */
const STATISTICAL_CODES: ReadonlySet<string> = new Set([
  "232761",
  "232762",
  "232763",
  "232764",
  "632857",
]);

/** Why a row of a table stands for no division; `undefined` when it stands for one. */
export function noDivision(digits: string, name: string): "heading" | "statistical" | undefined {
  if (HEADING.test(name)) return "heading";
  return STATISTICAL_ZONE.test(digits) || STATISTICAL_CODES.has(digits) ? "statistical" : undefined;
}

// Slips of single revisions of the package, seen by comparing them with those before and behind.
const MISSPELT: ReadonlyMap<string, string> = new Map([
  ["341302 墉桥区", "埇桥区"],
  ["371700 荷泽市", "菏泽市"],
  ["410304 廛河回族区", "瀍河回族区"],
  ["411502 师河区", "浉河区"],
  ["420104 乔口区", "硚口区"],
  ["420505 虎亭区", "猇亭区"],
  ["450331 荔蒲县", "荔浦县"],
  ["451402 江洲区", "江州区"],
  ["511681 华莹市", "华蓥市"],
  ["610403 杨凌区", "杨陵区"],
]);

/** A revision with its divisions only, and their names without slips. */
export function cleanRevision({ date, names }: Revision): Revision {
  const rows = Object.entries(names).filter(
    ([digits, name]) => noDivision(digits, name) === undefined,
  );
  return {
    date,
    names: Object.fromEntries(
      rows.map(([digits, name]) => [digits, MISSPELT.get(`${digits} ${name}`) ?? name]),
    ),
  };
}
