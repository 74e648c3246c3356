import type { Text } from "../text.ts";

/** One row of a file, before anything in it is understood. */
export type Row = {
  /** Line of a CSV file, or number of the feature, from 1. */
  readonly line: number;
  /** By column; empty cells are absent. */
  readonly cells: ReadonlyMap<string, string>;
  /** Of GeoJSON: the geometry as it stands there. */
  readonly geometry?: unknown;
  /** The row itself is broken: too few or too many cells. */
  readonly broken?: RowProblem;
};

/** A file of rows; it is read twice: to judge and sign, then to send. */
export type RowSource = {
  readonly columns: readonly string[];
  rows(): AsyncGenerator<Row, void, undefined>;
};

/** Why a row cannot be imported. */
export type RowProblem = {
  readonly code: RowCode;
  readonly column?: string;
  readonly value?: string;
  readonly detail?: Text;
};

export type RowCode =
  | "ROW_CELLS"
  | "ROW_CODE"
  | "ROW_NOT_BELOW"
  | "ROW_DUPLICATE"
  | "ROW_TAKEN"
  | "ROW_NAME"
  | "ROW_CLASS"
  | "ROW_POSITION"
  | "ROW_POSITION_SWAPPED"
  | "ROW_GEOMETRY"
  | "ROW_DATE"
  | "ROW_ALIAS_DUPLICATE"
  | "ROW_ALIAS_TAKEN"
  | "ROW_SHAPE"
  | "ROW_MISSING"
  | "ROW_NOTHING"
  | "ROW_TIME"
  | "ROW_PLACE"
  | "ROW_NUMBER"
  | "ROW_TRUTH"
  | "ROW_LONG"
  | "ROW_JSON"
  | "ROW_ACTION"
  | "ROW_KEY"
  | "ROW_KID";

/** What is wrong with the row, with an example that is right. */
export const ROW_WORDS: { readonly [Code in RowCode]: Text } = {
  ROW_CELLS: { en: "has not as many cells as the header", zh: "单元格数与表头不一致" },
  ROW_CODE: {
    en: "is no code or part of one, like 000123",
    zh: "不是编码或其末段，正确如 000123",
  },
  ROW_NOT_BELOW: { en: "lies not below the code of the import", zh: "不在导入目标之下" },
  ROW_DUPLICATE: { en: "stands in an earlier row too", zh: "与前面的行重复" },
  ROW_TAKEN: { en: "has been issued already", zh: "已经签发" },
  ROW_NAME: { en: "has no name", zh: "缺少名称" },
  ROW_CLASS: { en: "is no class of the register, like LAMP", zh: "不是已登记的类别，正确如 LAMP" },
  ROW_POSITION: {
    en: "is no position in degrees, like 114.5149 and 38.0423",
    zh: "不是以度为单位的坐标，正确如 114.5149 和 38.0423",
  },
  ROW_POSITION_SWAPPED: {
    en: "looks as if longitude and latitude were swapped",
    zh: "经度和纬度似乎颠倒了",
  },
  ROW_GEOMETRY: {
    en: "has a shape that a record cannot hold: a point, line or polygon of at most 64 positions",
    zh: "图形无法写入记录：仅支持至多 64 个坐标的点、线、面",
  },
  ROW_DATE: {
    en: "is no day up to today, like 2024-05-31",
    zh: "不是今天或以前的日期，正确如 2024-05-31",
  },
  ROW_ALIAS_DUPLICATE: { en: "is the number of an earlier row too", zh: "编号与前面的行重复" },
  ROW_ALIAS_TAKEN: { en: "is a number that another has already", zh: "编号已被占用" },
  ROW_SHAPE: { en: "does not fit", zh: "不符合要求" },
  ROW_MISSING: { en: "is empty and needed", zh: "为必填项，不能为空" },
  ROW_NOTHING: { en: "has nothing that was seen", zh: "没有任何观测值" },
  ROW_TIME: {
    en: "is no time with the year first, like 2026-05-31T08:00:00+08:00 or 2026/5/31 8:00; without a zone the mapping says which, and whether numbers count since 1970",
    zh: "不是年份在前的时间，正确如 2026-05-31T08:00:00+08:00 或 2026/5/31 8:00；未写时区时，或数字为 1970 年起的计数时，须在映射中注明",
  },
  ROW_PLACE: {
    en: "has no geometry of RFC 7946: degrees, closed rings, no collection of several kinds",
    zh: "几何图形不符合 RFC 7946：应以度为单位，面须首尾闭合，不支持 GeometryCollection",
  },
  ROW_NUMBER: {
    en: "is no number, like 12.5; a whole one is at most 9007199254740991",
    zh: "不是数字，正确如 12.5；整数不超过 9007199254740991",
  },
  ROW_TRUTH: { en: "is neither true nor false", zh: "不是 true 或 false" },
  ROW_LONG: { en: "is longer than 64 KiB", zh: "长度超过 64 KiB" },
  ROW_JSON: { en: "is no JSON object", zh: "不是 JSON 对象" },
  ROW_ACTION: { en: "is none of enrol, replace and close", zh: "不是 enrol、replace、close 之一" },
  ROW_KEY: {
    en: "is no public key: 64 hex digits of Ed25519, or a COSE_Key in hex",
    zh: "不是公钥：应为 Ed25519 的 64 位十六进制，或十六进制的 COSE_Key",
  },
  ROW_KID: { en: "is no kid of 16 hex digits", zh: "不是 16 位十六进制密钥编号" },
};
