import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDegrees, parsePosition } from "../../src/cli/degrees.ts";
import { csvCell } from "../../src/cli/import/bad-rows.ts";
import { mapColumns } from "../../src/cli/import/columns.ts";
import { openCsv } from "../../src/cli/import/csv.ts";
import type { Terms } from "../../src/cli/import/draft.ts";
import { openGeoJson } from "../../src/cli/import/geojson.ts";
import { positionsOf, readGeometry } from "../../src/cli/import/geometry.ts";
import { createRowJudge, type Surroundings } from "../../src/cli/import/item.ts";
import type { Row } from "../../src/cli/import/row.ts";
import { bd09FromWgs84, gcj02FromWgs84 } from "../../src/text/index.ts";
import { code } from "../sdk/world.ts";

const TERMS: Terms = {
  under: code("MA.156.1301.02/LAMP"),
  validFrom: "2026-11-22",
  first: 1,
  crs: "wgs84",
};
const NOTHING_THERE: Surroundings = {
  taken: () => false,
  knowsClass: () => true,
  holderOf: () => undefined,
};

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "cityid-rows-")), name);
  await writeFile(path, content);
  return path;
}

async function rowsOf(path: string, options = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of (await openCsv(path, options)).rows()) rows.push(row);
  return rows;
}

/** Judges rows given as cells under these headers. */
function judge(
  headers: readonly string[],
  lines: readonly (readonly string[])[],
  terms: Partial<Terms> = {},
  surroundings = NOTHING_THERE,
  maps: string[] = [],
) {
  const judging = createRowJudge(
    mapColumns(headers, maps, "ignore"),
    { ...TERMS, ...terms },
    surroundings,
  );
  return lines.map((line, i) => {
    const cells = new Map(
      headers
        .map((header, at): [string, string] => [header, line[at] ?? ""])
        .filter(([, cell]) => cell !== ""),
    );
    const judged = judging({ line: i + 2, cells });
    return judged.ok ? judged.item : judged.problems.map((problem) => problem.code);
  });
}

describe("CSV", () => {
  test("gives cells by header and the line of each row, quotes and breaks inside cells included", async () => {
    const path = await file("a.csv", '\ufeff名称,备注\n路灯一,"a, b"\n"路\n灯二",\n\n路灯三,x\n');
    const rows = await rowsOf(path);
    expect(rows.map(({ line }) => line)).toEqual([2, 4, 6]);
    expect(rows.map(({ cells }) => Object.fromEntries(cells))).toEqual([
      { 名称: "路灯一", 备注: "a, b" },
      { 名称: "路\n灯二" },
      { 名称: "路灯三", 备注: "x" },
    ]);
  });

  test("marks a row that has not as many cells as the header", async () => {
    const rows = await rowsOf(await file("a.csv", "a,b\n1,2\n1\n1,2,3\n"));
    expect(rows.map(({ broken }) => broken?.code)).toEqual([undefined, "ROW_CELLS", "ROW_CELLS"]);
    expect(rows[2]?.broken?.value).toBe("3 / 2");
  });

  test.each([
    ["semicolons", "名称;经度\n甲;1\n"],
    ["tabs", "名称\t经度\n甲\t1\n"],
  ])("is read with %s as well", async (_, text) => {
    const [row] = await rowsOf(await file("a.csv", text));
    expect(Object.fromEntries(row?.cells ?? [])).toEqual({ 名称: "甲", 经度: "1" });
  });

  test("is read in GB 18030, as spreadsheets in China write it", async () => {
    // 名称\n路灯
    const bytes = Uint8Array.of(0xc3, 0xfb, 0xb3, 0xc6, 0x0a, 0xc2, 0xb7, 0xb5, 0xc6, 0x0a);
    const [row] = await rowsOf(await file("a.csv", bytes));
    expect(row?.cells.get("名称")).toBe("路灯");
  });

  test("in another encoding than was said is refused", async () => {
    const path = await file("a.csv", Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x0a));
    await expect(rowsOf(path, { encoding: "utf-8" })).rejects.toMatchObject({
      code: "CLI_FILE_FORMAT",
      facts: { want: "utf-8" },
    });
  });

  test("that is no text is told to be none, whatever encoding is said", async () => {
    const workbook = Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8, 0, 0, 0, 0x21, 0, 0xb5, 0xff);
    for (const options of [{}, { encoding: "gb18030" }]) {
      await expect(openCsv(await file("a.xlsx", workbook), options)).rejects.toMatchObject({
        code: "CLI_FILE_FORMAT",
        facts: { want: { en: expect.stringMatching(/^text: .* Excel workbook/) } },
      });
    }
  });

  test("that is a directory is called one", async () => {
    await expect(openCsv(tmpdir())).rejects.toMatchObject({
      code: "CLI_FILE",
      facts: { path: tmpdir(), errno: "EISDIR" },
    });
  });

  test("that is empty, or not there, is refused", async () => {
    await expect(openCsv(await file("a.csv", ""))).rejects.toMatchObject({ code: "IMPORT_EMPTY" });
    await expect(openCsv("/nowhere/a.csv")).rejects.toMatchObject({
      code: "CLI_FILE",
      facts: { errno: "ENOENT" },
    });
  });
});

describe("GeoJSON", () => {
  const feature = (
    name: string,
    geometry: unknown = { type: "Point", coordinates: [114.5, 38] },
  ) => ({
    type: "Feature",
    geometry,
    properties: { 名称: name, 高度: 8 },
  });

  test.each([
    [
      "a collection",
      (all: unknown[]) => JSON.stringify({ type: "FeatureCollection", features: all }),
    ],
    ["a feature a line", (all: unknown[]) => all.map((each) => JSON.stringify(each)).join("\n")],
    [
      "a text sequence",
      (all: unknown[]) => all.map((each) => `\u001e${JSON.stringify(each)}\n`).join(""),
    ],
  ])("as %s gives a row for each feature", async (_, write) => {
    const source = await openGeoJson(
      await file("a.geojson", write([feature("甲"), feature("乙")])),
    );
    expect(source.columns).toEqual(["名称", "高度"]);
    const rows: Row[] = [];
    for await (const row of source.rows()) rows.push(row);
    expect(rows.map(({ line, cells }) => [line, cells.get("名称"), cells.get("高度")])).toEqual([
      [1, "甲", "8"],
      [2, "乙", "8"],
    ]);
  });

  test("in other coordinates is refused, not shifted", async () => {
    const crs = { type: "name", properties: { name: "urn:ogc:def:crs:EPSG::3857" } };
    const text = JSON.stringify({ type: "FeatureCollection", crs, features: [feature("甲")] });
    await expect(openGeoJson(await file("a.geojson", text))).rejects.toMatchObject({
      code: "CLI_FILE_FORMAT",
    });
  });

  test.each(["{}", "[]", "not json", '{"type":"FeatureCollection","features":[1]}'])(
    "%s is none",
    async (text) => {
      await expect(openGeoJson(await file("a.geojson", text))).rejects.toMatchObject({
        code: "CLI_FILE_FORMAT",
      });
    },
  );

  test("without a feature has nothing to import", async () => {
    const path = await file("a.geojson", '{"type":"FeatureCollection","features":[]}');
    await expect(openGeoJson(path)).rejects.toMatchObject({
      code: "IMPORT_EMPTY",
      facts: { path },
    });
  });

  test("shapes become those of a record, and what a record cannot hold nothing", () => {
    expect(readGeometry({ type: "Point", coordinates: [114.5149, 38.0423, 80] })).toEqual({
      point: [1145149000, 380423000],
    });
    expect(
      readGeometry({
        type: "LineString",
        coordinates: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual({
      line: [
        [10_000_000, 20_000_000],
        [30_000_000, 40_000_000],
      ],
    });
    const ring = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ];
    expect(readGeometry({ type: "Polygon", coordinates: [ring] })).toMatchObject({
      polygon: [
        [
          [0, 0],
          [1e7, 0],
          [1e7, 1e7],
          [0, 0],
        ],
      ],
    });
    for (const bad of [
      { type: "MultiPoint", coordinates: [[1, 2]] },
      { type: "Point", coordinates: ["1", 2] },
      { type: "Point" },
      7,
    ]) {
      expect(readGeometry(bad)).toBeUndefined();
    }
  });
});

describe("columns", () => {
  test("are known by Chinese and English headers, in any spelling", () => {
    const mapping = mapColumns(
      ["标识码", "设施名称", "Name_EN", "经度 ", "LAT", "资产编号", "类别", "启用日期"],
      [],
      "ignore",
    );
    expect([...mapping.values()]).toEqual([
      { what: "code" },
      { what: "name", language: "zh" },
      { what: "name", language: "en" },
      { what: "longitude" },
      { what: "latitude" },
      { what: "alias", scheme: "asset-no" },
      { what: "class" },
      { what: "validFrom" },
    ]);
  });

  test("say something else where they are told to, and nothing where nobody knows them", () => {
    const mapping = mapColumns(
      ["编号", "灯杆高度", "备注", "alias:uic"],
      ["编号=code", "灯杆高度=attribute:height"],
      "ignore",
    );
    expect([...mapping.values()]).toEqual([
      { what: "code" },
      { what: "attribute", name: "height" },
      { what: "ignore" },
      { what: "alias", scheme: "uic" },
    ]);
    expect(mapColumns(["note"], [], "attributes").get("note")).toEqual({
      what: "attribute",
      name: "note",
    });
  });

  test.each(["x=code", "编号", "编号=colour", "编号=alias", "编号=attribute:"])(
    "the mapping %s is refused",
    (text) => {
      expect(() => mapColumns(["编号"], [text], "ignore")).toThrow(
        expect.objectContaining({ code: "CLI_ARGUMENT" }),
      );
    },
  );
});

describe("a row", () => {
  test("becomes an item with everything that it says", () => {
    const headers = [
      "标识码",
      "名称",
      "英文名",
      "经度",
      "纬度",
      "编号",
      "高度",
      "阶段",
      "安装日期",
    ];
    const line = [
      "000123",
      "路灯",
      "Lamp",
      "114.5149",
      "38.0423",
      "ZS-0427",
      "8",
      "in-use",
      "2024/5/31",
    ];
    const [item] = judge(headers, [line], {}, NOTHING_THERE, ["高度=attribute:height"]);
    const validFrom = "2024-05-31";
    expect(item).toEqual({
      code: "MA.156.1301.02/LAMP/000123",
      kind: "thing",
      class: "LAMP",
      names: { zh: { value: "路灯", validFrom }, en: { value: "Lamp", validFrom } },
      geometry: { value: { point: [1145149000, 380423000] }, validFrom },
      attributes: { height: { value: 8, validFrom } },
      aliases: [{ scheme: "asset-no", value: "ZS-0427" }],
      stage: { value: "in-use", validFrom },
    });
  });

  test("without a code gets the next number, bad rows counted", () => {
    const items = judge(["name"], [["a"], [""], ["c"]], { first: 41 });
    expect(items[0]).toMatchObject({ code: "MA.156.1301.02/LAMP/000041" });
    expect(items[1]).toEqual(["ROW_NAME"]);
    expect(items[2]).toMatchObject({ code: "MA.156.1301.02/LAMP/000043" });
  });

  test.each([
    [
      "a department",
      { under: code("MA.156.1301") },
      ["标识码", "名称"],
      ["03", "环保局"],
      "MA.156.1301.03",
      "department",
    ],
    [
      "a thing of a class below a department",
      { under: code("MA.156.1301.02") },
      ["标识码", "名称", "类别"],
      ["7", "灯", "LAMP"],
      "MA.156.1301.02/LAMP/7",
      "thing",
    ],
    [
      "a part of a thing",
      { under: code("MA.156.1301/LAMP/1") },
      ["标识码", "名称"],
      ["A", "灯头"],
      "MA.156.1301/LAMP/1.A",
      "thing",
    ],
    [
      "a whole code in lower case and full width",
      {},
      ["标识码", "名称"],
      ["ｍａ.156.1301.02/lamp/9", "灯"],
      "MA.156.1301.02/LAMP/9",
      "thing",
    ],
  ])("for %s has the code that belongs there", (_, terms, headers, line, wanted, kind) => {
    expect(judge(headers, [line], terms)[0]).toMatchObject({ code: wanted, kind });
  });

  test.each([
    ["a code with a space", ["标识码", "名称"], ["00 1", "灯"], ["ROW_CODE"]],
    ["a code of another city", ["标识码", "名称"], ["MA.156.1302/LAMP/1", "灯"], ["ROW_NOT_BELOW"]],
    ["no name", ["标识码", "名称"], ["1", ""], ["ROW_NAME"]],
    [
      "a position that is none",
      ["名称", "经度", "纬度"],
      ["灯", "东经114", "38"],
      ["ROW_POSITION"],
    ],
    ["half a position", ["名称", "经度", "纬度"], ["灯", "114.5", ""], ["ROW_POSITION"]],
    [
      "axes the wrong way round",
      ["名称", "经度", "纬度"],
      ["灯", "38.04", "114.51"],
      ["ROW_POSITION_SWAPPED"],
    ],
    ["a day that never was", ["名称", "安装日期"], ["灯", "2024-02-30"], ["ROW_DATE"]],
    ["a day to come", ["名称", "安装日期"], ["灯", "2099-01-01"], ["ROW_DATE"]],
    ["a name that is too long", ["名称"], ["灯".repeat(200)], ["ROW_SHAPE"]],
    [
      "several mistakes",
      ["标识码", "名称", "经度", "纬度"],
      ["!", "", "x", "y"],
      ["ROW_CODE", "ROW_POSITION", "ROW_NAME"],
    ],
  ])("with %s is bad, and says all that is wrong", (_, headers, line, problems) => {
    expect(judge(headers, [line])[0]).toEqual(problems);
  });

  test("that repeats a code or a number of an earlier one is bad", () => {
    const lines = [
      ["1", "a", "X"],
      ["1", "b", "Y"],
      ["2", "c", "X"],
    ];
    expect(judge(["标识码", "名称", "编号"], lines).slice(1)).toEqual([
      ["ROW_DUPLICATE"],
      ["ROW_ALIAS_DUPLICATE"],
    ]);
  });

  test("of a code that is held, or of an unknown class, is bad before anything is signed", () => {
    const taken = {
      ...NOTHING_THERE,
      taken: (text: string) => text.endsWith("/1"),
      knowsClass: (name: string) => name !== "LAMP",
    };
    expect(judge(["标识码", "名称"], [["1", "a"]], {}, taken)[0]).toEqual([
      "ROW_TAKEN",
      "ROW_CLASS",
    ]);
  });

  test("with a number that another holds is bad, and names who; its own number is none of that", () => {
    const held = { ...NOTHING_THERE, holderOf: () => "MA.156.1301.02/LAMP/2" };
    const lines = [
      ["1", "a", "X"],
      ["2", "b", "Y"],
    ];
    const [other, own] = judge(["标识码", "名称", "编号"], lines, {}, held);
    expect(other).toEqual(["ROW_ALIAS_TAKEN"]);
    expect(own).toMatchObject({ code: "MA.156.1301.02/LAMP/2" });
  });

  test.each([
    ["gcj02", gcj02FromWgs84],
    ["bd09", bd09FromWgs84],
  ] as const)("with positions of a Chinese web map (%s) is where it really is", (crs, shift) => {
    const [longitude, latitude] = shift([1145149000, 380423000]).map((units) =>
      String(units / 1e7),
    );
    const line = ["灯", longitude ?? "", latitude ?? ""];
    const [item] = judge(["名称", "经度", "纬度"], [line], { crs });
    if (item === undefined || Array.isArray(item) || !("geometry" in item)) throw new Error("bad");
    const { value } = item.geometry as { value: { point: readonly number[] } };
    expect(value.point[0]).toBeCloseTo(1145149000, -2);
    expect(value.point[1]).toBeCloseTo(380423000, -2);
  });

  test("the shapes of a map in GeoJSON are shifted back as well, each of their positions", () => {
    const there = gcj02FromWgs84([1145149000, 380423000]).map((units) => units / 1e7);
    const shapes = [
      { type: "Point", coordinates: there },
      { type: "LineString", coordinates: [there, there] },
      { type: "Polygon", coordinates: [[there, there, there, there]] },
    ];
    const judgeRow = createRowJudge(
      mapColumns(["名称"], [], "ignore"),
      { ...TERMS, crs: "gcj02" },
      NOTHING_THERE,
    );
    for (const [line, geometry] of shapes.entries()) {
      const judged = judgeRow({ line, cells: new Map([["名称", "灯"]]), geometry });
      if (!judged.ok || judged.item.geometry === undefined || !("value" in judged.item.geometry)) {
        throw new Error("bad");
      }
      for (const [longitude, latitude] of positionsOf(judged.item.geometry.value)) {
        expect(longitude).toBeCloseTo(1145149000, -2);
        expect(latitude).toBeCloseTo(380423000, -2);
      }
    }
  });

  test("a shape whose positions are swapped, or nowhere on earth, or too many, is told as such", () => {
    const point = (...coordinates: readonly number[]) => ({ type: "Point", coordinates });
    const long = Array.from({ length: 65 }, (_, n) => [114 + n / 1000, 38]);
    const judgeRow = createRowJudge(mapColumns(["名称"], [], "ignore"), TERMS, NOTHING_THERE);
    const codes = [
      point(38.04, 114.5),
      point(200, 38),
      {
        type: "LineString",
        coordinates: [
          [114, 38],
          [38, 114],
        ],
      },
      { type: "LineString", coordinates: long },
      { type: "MultiPoint", coordinates: [[114, 38]] },
    ].map((geometry, line) => {
      const judged = judgeRow({ line, cells: new Map([["名称", "灯"]]), geometry });
      return judged.ok ? "" : judged.problems.map(({ code }) => code).join();
    });
    expect(codes).toEqual([
      "ROW_POSITION_SWAPPED",
      "ROW_POSITION",
      "ROW_POSITION_SWAPPED",
      "ROW_GEOMETRY",
      "ROW_GEOMETRY",
    ]);
  });
});

describe("degrees", () => {
  test("are read from their digits, to the last of seven places", () => {
    const property = fc.property(
      fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
      (units) => {
        const sign = units < 0 ? "-" : "";
        const digits = String(Math.abs(units)).padStart(8, "0");
        expect(parseDegrees(`${sign}${digits.slice(0, -7)}.${digits.slice(-7)}`, 180)).toBe(units);
      },
    );
    fc.assert(property);
  });

  test("beyond the seventh place are rounded, and never below zero's sign", () => {
    expect(parseDegrees("1.23456785", 180)).toBe(12_345_679);
    expect(parseDegrees("1.99999999", 180)).toBe(20_000_000);
    expect(Object.is(parseDegrees("-0", 180), 0)).toBe(true);
  });

  test.each(["", "abc", "1e2", "1,5", "1.2.3", "181", "--1", "NaN"])("%j are none", (text) => {
    expect(parsePosition(text, "0")).toBeUndefined();
  });
});

test("a cell that a spreadsheet would run is made text; numbers stay numbers", () => {
  expect(["=1+1", "+86", "@x", "-1.5", 'a"b', "a,b"].map(csvCell)).toEqual([
    "'=1+1",
    "'+86",
    "'@x",
    "-1.5",
    '"a""b"',
    '"a,b"',
  ]);
});
