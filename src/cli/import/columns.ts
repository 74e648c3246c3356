import { CliProblem } from "../problem.ts";

/** What a column says about a thing. */
export type Target =
  | {
      readonly what:
        | "code"
        | "longitude"
        | "latitude"
        | "class"
        | "kind"
        | "stage"
        | "validFrom"
        | "ignore";
    }
  | { readonly what: "name"; readonly language: string }
  | { readonly what: "alias"; readonly scheme: string }
  | { readonly what: "attribute"; readonly name: string };

/** Which column says what. */
export type Mapping = ReadonlyMap<string, Target>;

// Headers as people write them, without spaces, signs and letter case.
const KNOWN: readonly (readonly [Target, readonly string[]])[] = [
  [{ what: "code" }, ["code", "标识码", "标识", "标识编码", "编码", "代码", "统一编码"]],
  [
    { what: "name", language: "zh" },
    ["name", "namezh", "名称", "名字", "中文名", "中文名称", "设施名称", "设备名称", "部件名称"],
  ],
  [{ what: "name", language: "en" }, ["nameen", "englishname", "英文名", "英文名称"]],
  [{ what: "longitude" }, ["lon", "lng", "long", "longitude", "x", "经度", "东经"]],
  [{ what: "latitude" }, ["lat", "latitude", "y", "纬度", "北纬"]],
  [
    { what: "alias", scheme: "asset-no" },
    [
      "number",
      "no",
      "assetno",
      "assetnumber",
      "编号",
      "资产编号",
      "设施编号",
      "设备编号",
      "旧编号",
      "部件编号",
    ],
  ],
  [{ what: "class" }, ["class", "类别", "类别代码", "分类代码"]],
  [{ what: "kind" }, ["kind", "种类"]],
  [{ what: "stage" }, ["stage", "阶段"]],
  [
    { what: "validFrom" },
    ["validfrom", "since", "installed", "启用日期", "启用时间", "安装日期", "投用日期", "建成日期"],
  ],
];

const BY_HEADER = new Map(KNOWN.flatMap(([target, names]) => names.map((name) => [name, target])));

/**
 * Gives each column its meaning: by `--map column=target` where one is given, else by its header. Columns that nobody knows
 * become attributes if `rest` says so, else nothing.
 */
export function mapColumns(
  columns: readonly string[],
  maps: readonly string[],
  rest: "attributes" | "ignore",
): Mapping {
  const given = new Map(maps.map((text) => readMap(text, columns)));
  return new Map(
    columns.map((column) => {
      const known = given.get(column) ?? BY_HEADER.get(plain(column)) ?? readHeader(column);
      return [column, known ?? unknownColumn(column, rest)];
    }),
  );
}

/** A header that is a target itself: `alias:uic`, as `export` writes it. */
function readHeader(column: string): Target | undefined {
  return column.includes(":") ? readTarget(column) : undefined;
}

function unknownColumn(column: string, rest: "attributes" | "ignore"): Target {
  return rest === "ignore"
    ? { what: "ignore" }
    : { what: "attribute", name: attributeName(column) };
}

/** Attribute names are ASCII; a header in Chinese needs `--map`. */
function attributeName(column: string): string {
  return column.replace(/\s+/g, "_");
}

function plain(header: string): string {
  return header
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_\-().:*]/g, "");
}

function readMap(text: string, columns: readonly string[]): [string, Target] {
  const at = text.lastIndexOf("=");
  const [column, word] = [text.slice(0, at), text.slice(at + 1)];
  const target = at < 1 ? undefined : readTarget(word);
  if (target !== undefined && columns.includes(column)) return [column, target];
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--map",
    got: text,
    want: {
      en: `a column (${columns.join(", ")}) and what it says`,
      zh: `列名（${columns.join("、")}）及其含义`,
    },
    example: "--map 灯杆高度=attribute:height",
  });
}

/** `code`, `name:en`, `alias:asset-no`, `attribute:height`, … */
function readTarget(word: string): Target | undefined {
  const [what = "", detail = ""] = splitOnce(word);
  switch (what) {
    case "code":
    case "longitude":
    case "latitude":
    case "class":
    case "kind":
    case "stage":
    case "validFrom":
    case "ignore":
      return { what };
    case "lon":
      return { what: "longitude" };
    case "lat":
      return { what: "latitude" };
    case "name":
      return { what, language: detail || "zh" };
    case "number":
      return { what: "alias", scheme: "asset-no" };
    case "alias":
      return detail === "" ? undefined : { what, scheme: detail };
    case "attribute":
      return detail === "" ? undefined : { what, name: detail };
    default:
      return undefined;
  }
}

function splitOnce(word: string): [string, string] {
  const colon = word.indexOf(":");
  return colon < 0 ? [word, ""] : [word.slice(0, colon), word.slice(colon + 1)];
}

/** Whether some column has this meaning. */
export function hasTarget(mapping: Mapping, what: Target["what"]): boolean {
  return [...mapping.values()].some((target) => target.what === what);
}
