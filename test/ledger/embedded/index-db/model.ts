import {
  ancestorsOf,
  type Code,
  type CodeRecord,
  codeShape,
  effectiveStatus,
  type Geometry,
  hex,
  parentOf,
  type Registration,
} from "../../../../src/core/index.ts";
import type { SearchQuery } from "../../../../src/ledger/port.ts";
import { searchKeys } from "../../../../src/text/search/index.ts";
import type { Put } from "./kit.ts";

/** What an index must say, found by looking at everything. */
export class NaiveIndex {
  readonly #values = new Map<string, unknown>();
  /** In the order of first registration. */
  readonly #codes: Code[] = [];
  readonly #firsts = new Map<string, number>();

  take(puts: readonly Put[]): void {
    for (const { key, value, index } of puts) {
      if (!this.#firsts.has(key)) this.#firsts.set(key, index);
      const isNew = key.startsWith("code/") && !key.includes("#") && !this.#values.has(key);
      if (isNew) this.#codes.push(key.slice(5) as Code);
      this.#values.set(key, value);
    }
  }

  record(code: Code): CodeRecord {
    return this.#values.get(`code/${code}`) as CodeRecord;
  }

  children(parent: string): Code[] {
    return this.#codes.filter((code) => parentOf(code) === parent);
  }

  search(query: Omit<SearchQuery, "limit" | "cursor">): Code[] {
    const hits: { code: Code; phase: number; rank: number; at: number }[] = [];
    const exact = this.#named(query.text);
    for (const [at, code] of this.#codes.entries()) {
      if (!this.#meets(this.record(code), query)) continue;
      const phase = exact.has(code) ? EXACT : phaseOf(this.record(code), query.text);
      if (phase < NOT_FOUND) hits.push({ code, rank: RANK[codeShape(code)], phase, at });
    }
    const first = (phase: number) => (phase === EXACT ? 0 : 1);
    hits.sort(
      (a, b) =>
        first(a.phase) - first(b.phase) || a.rank - b.rank || a.phase - b.phase || a.at - b.at,
    );
    return hits.map(({ code }) => code);
  }

  /** What was typed is their code, or an alias that leads to them. */
  #named(typed = ""): Set<string> {
    const text = typed.trim();
    const spellings = [text, text.toUpperCase(), text.toLowerCase()];
    const codes = new Set(spellings);
    for (const [key, value] of this.#values) {
      const [area, , , ...rest] = key.split("/");
      const { code } = value as { code?: string };
      if (area !== "alias" || code === undefined || !spellings.includes(rest.join("/"))) continue;
      codes.add(code.slice(0, code.indexOf("#")));
    }
    return codes;
  }

  keys(prefix: string): string[] {
    const isChunk = (key: string) => key.startsWith("manifest/") && key.split("/").length > 2;
    return [...this.#firsts]
      .filter(([key]) => key.startsWith(prefix) && !isChunk(key))
      .sort(([a, i], [b, j]) => j - i || (a < b ? -1 : 1))
      .map(([key]) => key);
  }

  aliases(scheme: string, value: string, division?: string): string[] {
    return [...this.#values]
      .filter(([key]) => {
        const [area, in_, scheme_, ...rest] = key.split("/");
        const isMeant = area === "alias" && scheme_ === scheme && rest.join("/") === value;
        return isMeant && (division === undefined || in_ === division);
      })
      .flatMap(([, each]) => {
        const { code } = each as { code?: string };
        return code === undefined ? [] : [code.slice(0, code.indexOf("#"))];
      })
      .sort();
  }

  byKind(): { [kind: string]: number } {
    const counts: { [kind: string]: number } = {};
    for (const code of this.#codes) {
      const { kind } = this.record(code);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  #meets(record: CodeRecord, query: SearchQuery | Omit<SearchQuery, "limit">): boolean {
    const { code } = record;
    const { parent, under, kind, class: name, status, bbox } = query;
    return (
      (parent === undefined || parentOf(code) === parent) &&
      (under === undefined || (ancestorsOf(code) as readonly string[]).includes(under)) &&
      (kind === undefined || record.kind === kind) &&
      (name === undefined || record.class === name) &&
      (status === undefined || this.#status(record) === status) &&
      (bbox === undefined || touches(record, bbox))
    );
  }

  #status(record: CodeRecord): string {
    const get = (key: string): never => this.#values.get(key) as never;
    return effectiveStatus({ get }, record).status;
  }

  isVoid(id: Uint8Array): boolean {
    return (this.#values.get(`registration/${hex(id)}`) as Registration | undefined)?.void === true;
  }
}

const RANK = { root: 0, country: 0, division: 0, department: 1, class: 2, item: 3 } as const;

const EXACT = -1;
const NOT_FOUND = 2;

/** 0: a field begins with the text; 1: every word is somewhere. */
function phaseOf(record: CodeRecord, typed: string | undefined): number {
  const words = (typed ?? "")
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return 0;
  const fields = fieldsOf(record);
  const whole = spellings(words.join(""));
  if (whole.some((spelling) => fields.some((field) => field.startsWith(spelling)))) return 0;
  const holds = (word: string) =>
    spellings(word).some((spelling) => fields.some((field) => field.includes(spelling)));
  return words.every(holds) ? 1 : NOT_FOUND;
}

const known = new WeakMap<CodeRecord, string[]>();

function fieldsOf(record: CodeRecord): string[] {
  const fields = known.get(record) ?? makeFields(record);
  known.set(record, fields);
  return fields;
}

function makeFields({ code, names, aliases }: CodeRecord): string[] {
  const fields = [code.toLowerCase(), ...code.toLowerCase().split(/[./]/).slice(-1)];
  for (const name of Object.values(names)) {
    if (!("value" in name)) continue;
    const { text, pinyin, initials } = searchKeys(name.value);
    fields.push(text.replaceAll(" ", ""), pinyin, initials);
  }
  for (const { value } of aliases) fields.push(searchKeys(value).text.replaceAll(" ", ""));
  return fields;
}

function spellings(word: string): string[] {
  const { text, pinyin } = searchKeys(word);
  const spelt = /\p{Script=Han}/u.test(text) ? [text] : [text, pinyin];
  return spelt.filter((spelling) => spelling !== "");
}

function touches(
  { geometry }: CodeRecord,
  [west, south, east, north]: NonNullable<SearchQuery["bbox"]>,
): boolean {
  if (geometry === undefined || !("value" in geometry)) return false;
  const [x0, y0, x1, y1] = boxOf(geometry.value);
  return x0 <= east && x1 >= west && y0 <= north && y1 >= south;
}

function boxOf(geometry: Geometry): readonly [number, number, number, number] {
  if ("cell" in geometry) return geometry.cell;
  if ("linked" in geometry) return geometry.linked.bbox;
  if ("point" in geometry) return [...geometry.point, ...geometry.point];
  const positions = "line" in geometry ? geometry.line : geometry.polygon.flat();
  const [xs, ys] = [positions.map(([x]) => x), positions.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
