import {
  type Alias,
  type CborValue,
  type ChildKind,
  type Code,
  chunkItem,
  divisionOf,
  fitShape,
  isBelow,
  type RegisterItem,
  type Statement,
} from "../../core/index.ts";
import { classOf, kindOf } from "../code-kind.ts";
import type { Mapping } from "./columns.ts";
import { childOf, type Draft, readCells, type Terms } from "./draft.ts";
import type { Row, RowProblem } from "./row.ts";

/** The item that a row asks for, or everything that is wrong with the row. */
export type Judged =
  | { readonly ok: true; readonly item: RegisterItem }
  | { readonly ok: false; readonly problems: readonly RowProblem[] };

/** What rows are judged against beside themselves. */
export type Surroundings = {
  /** Whether a code is held already. */
  readonly taken: (code: string) => boolean;
  /** Whether the register of classes has this one. */
  readonly knowsClass: (name: string) => boolean;
  /** Who holds a number already where this code stands. */
  readonly holderOf: (code: Code, alias: Alias) => string | undefined;
};

/** Turns rows into items, one after the other; remembers what earlier rows used. */
export type RowJudge = (row: Row) => Judged;

export function createRowJudge(
  mapping: Mapping,
  terms: Terms,
  surroundings: Surroundings,
): RowJudge {
  const seen = { codes: new Set<string>(), aliases: new Set<string>() };
  let next = terms.first;
  return (row) => {
    const draft = readCells(row, mapping, terms);
    if (row.broken !== undefined) draft.problems.push(row.broken);
    const code =
      draft.code === undefined ? childOf(terms, draft.class, number(next++)) : draft.code;
    judgeCode(code, terms, surroundings.taken, seen.codes, draft);
    judgeAliases(code as Code, draft, seen.aliases, surroundings.holderOf);
    judgeClass(code, draft, surroundings.knowsClass);
    return finish(code, draft);
  };
}

const NUMBER_DIGITS = 6;

function number(value: number): string {
  return String(value).padStart(NUMBER_DIGITS, "0");
}

function judgeCode(
  code: string,
  { under }: Terms,
  taken: (code: string) => boolean,
  seen: Set<string>,
  { problems }: Draft,
): void {
  if (problems.some((problem) => problem.code === "ROW_CODE")) return;
  if (!isBelow(code as Code, under)) problems.push({ code: "ROW_NOT_BELOW", value: code });
  else if (seen.has(code)) problems.push({ code: "ROW_DUPLICATE", value: code });
  else if (taken(code)) problems.push({ code: "ROW_TAKEN", value: code });
  seen.add(code);
}

function judgeAliases(
  code: Code,
  { aliases, problems }: Draft,
  seen: Set<string>,
  holderOf: Surroundings["holderOf"],
): void {
  for (const alias of aliases) {
    const { scheme, value } = alias;
    const key = `${scheme} ${value}`;
    const holder = holderOf(code, alias);
    if (seen.has(key)) problems.push({ code: "ROW_ALIAS_DUPLICATE", column: scheme, value });
    // Who has the code has its number as well, and is told of the code.
    else if (holder !== undefined && holder !== code) {
      const detail = { en: holder, zh: holder };
      problems.push({ code: "ROW_ALIAS_TAKEN", column: scheme, value, detail });
    }
    seen.add(key);
  }
}

/** One key for each number: it stands for one thing within a division. */
export function aliasKeyOf(code: Code, { scheme, value }: Alias): string {
  return `${divisionOf(code)} ${scheme} ${value}`;
}

function judgeClass(code: string, draft: Draft, knows: (name: string) => boolean): void {
  const value = classNameOf(code as Code, draft);
  if (value === undefined || knows(value)) return;
  draft.problems.push({ code: "ROW_CLASS", value });
}

/** The class that a row names; of a thing, else, the one in its code. */
export function classNameOf(code: Code, draft: Draft): string | undefined {
  return draft.class ?? (kindOf(code) === "thing" ? classOf(code) : undefined);
}

function finish(code: string, draft: Draft): Judged {
  const { problems } = draft;
  if (problems.length > 0) return { ok: false, problems };
  const item = toItem(code as Code, draft);
  const fitted = fitShape(chunkItem, item as unknown as CborValue);
  if (fitted.ok) return { ok: true, item };
  const { path, ...refusal } = fitted.error;
  if (path.startsWith("geometry/")) return { ok: false, problems: [{ code: "ROW_GEOMETRY" }] };
  const want = "want" in refusal ? refusal.want : refusal.code;
  const detail = { en: `${path}: ${want}`, zh: `${path}：${want}` };
  return { ok: false, problems: [{ code: "ROW_SHAPE", column: path, detail }] };
}

function toItem(code: Code, draft: Draft): RegisterItem {
  const { validFrom, aliases, attributes, geometry, stage } = draft;
  const state = <V>(value: V): Statement<V> => ({ value, validFrom });
  const kind = (draft.kind ?? kindOf(code)) as ChildKind;
  const className = classNameOf(code, draft);
  return {
    code,
    kind,
    names: mapValues(draft.names, state),
    ...(className === undefined ? {} : { class: className }),
    ...(geometry === undefined ? {} : { geometry: state(geometry) }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes: mapValues(attributes, state) }),
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(stage === undefined ? {} : { stage: state(stage) }),
  };
}

function mapValues<V, W>(values: { readonly [name: string]: V }, map: (value: V) => W) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
