import { execFile } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openCsv } from "../../src/cli/import/csv.ts";
import { openGeoJson } from "../../src/cli/import/geojson.ts";
import type { RowSource } from "../../src/cli/import/row.ts";
import { readMapping } from "../../src/cli/ingest/mapping.ts";
import { ndjsonRows } from "../../src/cli/ingest/ndjson.ts";
import { readRow } from "../../src/cli/ingest/observed-row.ts";
import type { CliProblem } from "../../src/cli/problem.ts";
import { runHere } from "./in-process.ts";
import { problemOf } from "./office.ts";

// Files as spreadsheets, databases and programs of other cities write them: read as what they say, or refused with the reason.

const directory = mkdtempSync(join(tmpdir(), "cityid-files-"));
const AIR = "MA.156.1301.02/DATA/AIR";
let files = 0;
function file(content: string | Uint8Array): string {
  files += 1;
  const path = join(directory, String(files));
  writeFileSync(path, content);
  return path;
}

const MAP = {
  ...{ id: "sensor-{station}", type: "Sensor", time: { column: "time", zone: "+08:00" } },
  ...{ longitude: "lon", latitude: "lat" },
  attributes: { pm25: { column: "PM2.5", type: "number" }, note: "note" },
};
const mapped = (changes: object = {}) => readMapping(file(JSON.stringify({ ...MAP, ...changes })));
const HEADER = "station,time,lon,lat,PM2.5,note";
const ROW = "007,2026-01-05 08:00,114.5,38,12.5,晴";

async function readAll(source: RowSource | AsyncIterable<never>, changes: object = {}) {
  const mapping = await mapped(changes);
  const rows = "rows" in source ? source.rows() : source;
  const read = [];
  for await (const row of rows) read.push({ line: row.line, ...readRow(row, mapping) });
  return read;
}

const SAID = {
  ...{ id: "sensor-007", type: "Sensor", time: "2026-01-05T00:00:00.000Z" },
  ...{ place: [1_145_000_000, 380_000_000], pm25: { decimal: "12.5" }, note: "晴" },
};

test.each([
  ["UTF-8 with a mark", `\ufeff${HEADER}\r\n${ROW}\r\n`],
  ["UTF-16", Buffer.from(`\ufeff${HEADER}\r\n${ROW}\r\n`.replaceAll(",", "\t"), "utf16le")],
  [
    "UTF-16, big end first",
    Buffer.from(`\ufeff${HEADER}\r\n${ROW}\r\n`.replaceAll(",", "\t"), "utf16le").swap16(),
  ],
  ["a line that says the delimiter", `sep=;\r\n${HEADER}\r\n${ROW}\r\n`.replaceAll(",", ";")],
  ["empty cells at the end", `${HEADER},,\r\n${ROW},,\r\n`],
  ["empty cells at the end of rows alone", `${HEADER}\r\n${ROW},,\r\n`],
  ["empty columns that rows leave out", `${HEADER},,\r\n${ROW}\r\n`],
  ["line ends of old", `${HEADER}\r${ROW}\r`],
])("reads a CSV in %s", async (_, content) => {
  expect(await readAll(await openCsv(file(content)))).toMatchObject([{ ok: true, said: SAID }]);
});

test("reads commas before fractions where the mapping says so, and guesses nothing", async () => {
  const text = `${HEADER.replaceAll(",", ";")}\n7;2026-01-05;114,5;38;12,5;x\n7;2026-01-05;114,5;38;1.234;x\n`;
  const read = await readAll(await openCsv(file(text)), { decimal: "," });
  expect(read).toMatchObject([
    { ok: true, said: { pm25: { decimal: "12.5" }, place: [1_145_000_000, 380_000_000] } },
    { ok: false, problems: [{ code: "ROW_NUMBER" }] },
  ]);
});

test("counts lines also where cells have several", async () => {
  const text = `${HEADER}\r\n\r\n1,2026-01-05,,,1,"a\r\nb ""c"""\r\n2,x,,,1,"a\nb"\r\n\r\n3,x,,,1,\r\n`;
  const read = await readAll(await openCsv(file(text)));
  expect(read.map(({ line, ok }) => [line, ok])).toEqual([
    [4, true],
    [6, false],
    [8, false],
  ]);
});

test("finds the line whose quote is never closed, also in a file without an end", async () => {
  for (const rest of ["\n", "x".repeat(1000).concat("\n").repeat(20_000)]) {
    const source = await openCsv(file(`${HEADER}\n${ROW}\n8,2026-01-05,,,1,"never${rest}`));
    const refused: CliProblem = await readAll(source).then(
      () => expect.fail(),
      (cause) => cause,
    );
    expect(refused).toMatchObject({ code: "CLI_FILE_FORMAT" });
    expect(JSON.stringify(refused.facts)).toContain("line 3");
  }
});

test.each([
  ["2026-01-05T08:03:05.25+08:00", "2026-01-05T00:03:05.250Z"],
  ["2026-01-05 08:03:05+08", "2026-01-05T00:03:05.000Z"],
  ["2026-01-05 08:03:05 -0330", "2026-01-05T11:33:05.000Z"],
  ["2026/1/5 8:03", "2026-01-05T00:03:00.000Z"],
  ["2026-1-5", "2026-01-04T16:00:00.000Z"],
  ["2026.01.05 8:03:05", "2026-01-05T00:03:05.000Z"],
  ["2026年1月5日", "2026-01-04T16:00:00.000Z"],
  ["2026年1月5日 8时3分", "2026-01-05T00:03:00.000Z"],
  ["2026年01月05日08时03分05秒", "2026-01-05T00:03:05.000Z"],
  ["20260105", "2026-01-04T16:00:00.000Z"],
  ["20260105080305", "2026-01-05T00:03:05.000Z"],
  ["20260105T080305Z", "2026-01-05T08:03:05.000Z"],
  ["05.01.2026", undefined],
  ["1/5/2026 8:03", undefined],
  ["2026/1-5", undefined],
  ["2026-02-30", undefined],
  ["2026-01-05 8:60", undefined],
  ["2026-01-05T25:00", undefined],
  ["2026-01-05 上午8:03", undefined],
  ["46027.33", undefined],
  ["1767571385", undefined],
])("reads the time %s as %s", async (written, time) => {
  const [read] = await readAll(await openCsv(file(`${HEADER}\n1,${written},,,1,x\n`)));
  if (time === undefined) expect(read).toMatchObject({ problems: [{ code: "ROW_TIME" }] });
  else expect(read).toMatchObject({ said: { time } });
});

test("reads numbers as times where the mapping says what they count", async () => {
  const of = async (epoch: string, written: string) => {
    const source = await openCsv(file(`${HEADER}\n1,${written},,,1,x\n`));
    const [read] = await readAll(source, { time: { column: "time", epoch } });
    return read?.ok ? read.said.time : read?.problems[0]?.code;
  };
  expect(await of("seconds", "1767571385.5")).toBe("2026-01-05T00:03:05.500Z");
  expect(await of("milliseconds", "1767571385500")).toBe("2026-01-05T00:03:05.500Z");
  expect(await of("milliseconds", "9999999999999999")).toBe("ROW_TIME");
  expect(await of("seconds", "2026-01-05T00:00:00Z")).toBe("2026-01-05T00:00:00.000Z");
  expect(await of("seconds", "2026-01-05")).toBe("ROW_TIME");
});

test.each([
  ["-0", 0],
  ["007", 7],
  ["1e5", 100_000],
  ["0.00012345678901234567", { decimal: "0.00012345678901234567" }],
  ["9007199254740991", 9_007_199_254_740_991],
  ["9007199254740993", undefined],
  ["1e309", undefined],
  ["1,234", undefined],
  ["0x10", undefined],
  ["NaN", undefined],
])("reads the number %s as %j", async (written, pm25) => {
  const [read] = await readAll(await openCsv(file(`${HEADER}\n1,2026-01-05,,,"${written}",x\n`)));
  if (pm25 === undefined) expect(read).toMatchObject({ problems: [{ code: "ROW_NUMBER" }] });
  else expect(read).toMatchObject({ said: { pm25 } });
});

test("keeps serial numbers of JSON that no double holds, and reads what begins with a mark", async () => {
  const long =
    '"time": "2026-01-05", "PM2.5": 0.1234567890123456789, "note": "7 \\"9007199254740993"';
  const lines = file(`\ufeff{"station": 9007199254740993, ${long}}\n{"station": 12, ${long}}\n`);
  const said = (id: string) => ({
    ...{ id, note: '7 "9007199254740993', pm25: { decimal: "0.12345678901234568" } },
  });
  expect(await readAll(ndjsonRows(lines) as AsyncIterable<never>)).toMatchObject([
    { said: said("sensor-9007199254740993") },
    { said: said("sensor-12") },
  ]);
  const properties = `{"station": 9007199254740993, ${long}}`;
  const feature = `{"type": "Feature", "geometry": null, "properties": ${properties}}`;
  const { rows, columns } = await openGeoJson(
    file(`\ufeff{"type": "FeatureCollection", "features": [${feature}]}`),
  );
  expect(await readAll({ rows, columns })).toMatchObject([
    { said: said("sensor-9007199254740993") },
  ]);
  await expect(openGeoJson(file("null"))).rejects.toMatchObject({ code: "CLI_FILE_FORMAT" });
});

test("refuses a text that no fact holds before anything is signed", async () => {
  const source = await openCsv(file(`${HEADER}\n1,2026-01-05,,,1,${"x".repeat(70_000)}\n`));
  expect(await readAll(source)).toMatchObject([
    { problems: [{ code: "ROW_LONG", column: "note" }] },
  ]);
});

test.each([
  [{ idd: 1 }, "idd"],
  [{ id: undefined }, "“id”"],
  [{ id: "sensor-{station" }, "“id”"],
  [{ latitude: undefined }, "“latitude”"],
  [{ time: { column: "time", zone: "Asia/Shanghai" } }, "time.zone"],
  [{ time: { column: "time", epoch: "days" } }, "time.epoch"],
  [{ time: { colum: "time" } }, "colum"],
  [{ decimal: ";" }, "decimal"],
  [{ attributes: {} }, "attributes"],
  [{ attributes: { a: { column: "x", type: "float" } } }, "attributes.a.type"],
  [{ attributes: { a: { type: "number" } } }, "attributes.a.column"],
  [{ attributes: { a: { column: "x", unit: "m" } } }, "unit"],
  [{ attributes: { 温度: "x" } }, "attributes.温度"],
  [{ attributes: { time: "x" } }, "attributes.time"],
])("says where a mapping with %j is wrong", async (changes, where) => {
  const refused: CliProblem = await mapped(changes).then(
    () => expect.fail(),
    (cause) => cause,
  );
  expect(refused).toMatchObject({ code: "CLI_FILE_FORMAT" });
  const { want } = refused.facts as { readonly want: { readonly en: string; readonly zh: string } };
  expect(want.en).toContain(where);
  expect(want.zh).toContain(where);
});

test("says the same on the command line, in both languages, and what a dry run would send", async () => {
  const csv = file(`${HEADER}\n${ROW}\n`);
  const map = file(JSON.stringify(MAP));
  const run = (...args: readonly string[]) => runHere(["ingest", AIR, "--dry-run", ...args], {});
  const tried = await run("--csv", csv, "--map", map, "--lang", "en");
  expect(tried).toMatchObject({ exit: 0 });
  expect(tried.out + tried.errors).toContain("1 of 1 rows would be sent");
  const wrong = await run("--csv", csv, "--map", file("{"), "--lang", "zh");
  expect(wrong.errors).toContain("正确的映射");
  const encoding = await run("--csv", csv, "--map", map, "--encoding", "klingon");
  expect(problemOf(encoding)).toMatchObject({ code: "CLI_ARGUMENT" });
  const twice = file(`${HEADER},PM2.5\n${ROW},13\n`);
  const ambiguous = await run("--csv", twice, "--map", map, "--lang", "en");
  expect(problemOf(ambiguous)).toMatchObject({ code: "CLI_FILE_FORMAT" });
  expect(ambiguous.errors).toContain("PM2.5");
  expect(readFileSync(csv, "utf8")).toBe(`${HEADER}\n${ROW}\n`);
});

test("takes a GeoJSON file that is larger than its memory", async () => {
  const path = join(directory, "large.geojson");
  const properties = { station: 7, note: "x".repeat(1000) };
  const feature = JSON.stringify({ type: "Feature", geometry: null, properties });
  const file = openSync(path, "w");
  writeSync(file, '{"type":"FeatureCollection","features":[\n');
  const many = Array.from({ length: 1000 }, () => feature).join(",\n");
  for (let i = 0; i < 60; i++) writeSync(file, `${i === 0 ? "" : ",\n"}${many}`);
  writeSync(file, "\n]}");
  closeSync(file);
  const module = fileURLToPath(new URL("../../dist/cli/import/geojson.js", import.meta.url));
  const program = `
    const { openGeoJson } = await import(${JSON.stringify(module)});
    const { columns, rows } = await openGeoJson(${JSON.stringify(path)});
    let count = 0;
    for await (const { line } of rows()) count = line;
    console.log(columns.join(), count);`;
  const flags = ["--max-old-space-size=40", "--input-type=module", "-e", program];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  rmSync(path);
  expect(stdout.trim()).toBe("station,note 60000");
});
