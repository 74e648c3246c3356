import {
  type AliasValue,
  ancestorsOf,
  type Change,
  type Code,
  type CodeRecord,
  decodeOwnCbor,
  type Geometry,
  hashLeaf,
  parentOf,
  rangePath,
  treeOf,
  utf8,
} from "../../core/index.ts";
import { aliasPage } from "../alias-page.ts";
import type {
  AliasPage,
  AliasQuery,
  ChildrenPage,
  KeyPage,
  LedgerCounts,
  SearchPage,
  SearchQuery,
} from "../port.ts";
import type { IndexStore } from "../stores.ts";

/** The versions that were appended from one end of the values to another. */
export type Frames = (from: number, to: number) => Iterable<Change>;

/** Lists and searches by looking at everything, one after the other. */
export class MemoryIndex implements IndexStore {
  readonly #frames: Frames;
  readonly #records = new Map<string, CodeRecord>();
  readonly #children = new Map<string, string[]>();
  readonly #aliases = new Map<string, AliasValue>();
  /** Every key of the map with the log index of its first version. */
  readonly #keys = new Map<string, number>();
  #seen = 0;
  #size = 0;

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  advance(valuesEnd: number, size: number): void {
    for (const frame of this.#frames(this.#seen, valuesEnd)) this.#take(frame);
    this.#seen = valuesEnd;
    this.#size = size;
  }

  async indexed(): Promise<void> {
    // `advance` did it all.
  }

  async children(
    code: string,
    start: number,
    limit: number,
    count: number,
  ): Promise<Pick<ChildrenPage, "codes" | "path">> {
    const all = (this.#children.get(code) ?? []).slice(0, count);
    const codes = all.slice(start, start + limit);
    if (codes.length === 0) return { codes, path: [] };
    const tree = treeOf(all.map((child) => hashLeaf(utf8(child))));
    return { codes, path: rangePath(tree, start, start + codes.length) };
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const hits = [...this.#records.values()].filter((record) => matches(record, query));
    const codes = hits.map(({ code }) => code).sort();
    return { ...page(codes, query.limit, query.cursor), indexedSize: this.#size };
  }

  async keys(prefix: string, limit: number, cursor?: string): Promise<KeyPage> {
    const keys = [...this.#keys]
      .filter(([key]) => key.startsWith(prefix) && !isChunk(key))
      .sort(([a, i], [b, j]) => j - i || (a < b ? -1 : 1))
      .map(([key]) => key);
    const { codes, ...rest } = page(keys, limit, cursor);
    return { keys: codes, ...rest };
  }

  async aliases(query: AliasQuery): Promise<AliasPage> {
    const tail = `/${query.scheme}/${query.value}`;
    const found = [...this.#aliases]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, { code }]) => {
        const division = key.slice("alias/".length, -tail.length);
        const isMeant = key === `alias/${query.division ?? division}${tail}`;
        // A value may hold slashes, and a division holds none.
        if (code === undefined || !isMeant || division.includes("/")) return [];
        return [{ division, code: code.slice(0, code.indexOf("#")) }];
      });
    return aliasPage(found, query);
  }

  counts(): LedgerCounts {
    const byKind: { [kind: string]: number } = {};
    for (const { kind } of this.#records.values()) byKind[kind] = (byKind[kind] ?? 0) + 1;
    const { size: codes } = this.#records;
    return { codes, operations: this.#size, values: this.#keys.size, byKind };
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  #take({ key, value, index }: Change): void {
    if (key.startsWith("~")) return;
    if (!this.#keys.has(key)) this.#keys.set(key, index);
    if (key.startsWith("alias/")) this.#aliases.set(key, decode<AliasValue>(value));
    if (!key.startsWith("code/") || key.includes("#")) return;
    const record = decode<CodeRecord>(value);
    if (!this.#records.has(record.code)) this.#adopt(record.code);
    this.#records.set(record.code, record);
  }

  #adopt(code: Code): void {
    const parent = parentOf(code);
    if (parent === undefined) return;
    const siblings = this.#children.get(parent) ?? [];
    siblings.push(code);
    this.#children.set(parent, siblings);
  }
}

function decode<T>(bytes: Uint8Array): T {
  return decodeOwnCbor(bytes) as T;
}

// Chunks of a manifest are counted with it, not listed.
function isChunk(key: string): boolean {
  return key.startsWith("manifest/") && key.split("/").length > 2;
}

/** A cursor is the last thing of the page before. */
function page(all: readonly string[], limit: number, cursor: string | undefined) {
  const start = cursor === undefined ? 0 : all.indexOf(cursor) + 1;
  const codes = all.slice(start, start + limit);
  const last = codes.at(-1);
  const more = start + limit < all.length && last !== undefined;
  return { codes, ...(more ? { cursor: last } : {}) };
}

function matches(record: CodeRecord, query: SearchQuery): boolean {
  const { code, kind, status } = record;
  return (
    (query.text === undefined || holdsText(record, query.text)) &&
    (query.parent === undefined || parentOf(code) === query.parent) &&
    (query.under === undefined || (ancestorsOf(code) as readonly string[]).includes(query.under)) &&
    (query.kind === undefined || kind === query.kind) &&
    (query.class === undefined || record.class === query.class) &&
    (query.status === undefined || status === query.status) &&
    (query.bbox === undefined || within(record, query.bbox))
  );
}

function holdsText({ code, names, aliases }: CodeRecord, text: string): boolean {
  const wanted = text.toLowerCase();
  const spoken = Object.values(names).flatMap((name) => ("value" in name ? [name.value] : []));
  const texts = [code, ...spoken, ...aliases.map(({ value }) => value)];
  return texts.some((each) => each.toLowerCase().includes(wanted));
}

function within(
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
  const positions =
    "point" in geometry
      ? [geometry.point]
      : "line" in geometry
        ? geometry.line
        : geometry.polygon.flat();
  const xs = positions.map(([x]) => x);
  const ys = positions.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
