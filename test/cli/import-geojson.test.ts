import { readFile, stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CITY, LAMPS } from "../sdk/world.ts";
import { killedImport } from "./killed-import.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";
import type { Ran } from "./served-world.ts";

// A map of lamps as an office exports it, with four features that cannot be issued.

let office: Office;
let file: string;
const GOOD = 1000;

beforeAll(async () => {
  office = await openOffice();
  const lamp = (
    properties: object,
    geometry: object = { type: "Point", coordinates: [114.5, 38.04] },
  ) => ({
    type: "Feature",
    properties,
    geometry,
  });
  const ring = Array.from({ length: 70 }, (_, n) => [114.5 + n / 1000, 38]);
  const good = Array.from({ length: GOOD }, (_, n) =>
    lamp({ 标识码: `G${n}`, 名称: `路灯 ${n}`, 编号: `ZS-${n}` }),
  );
  const bad = [
    lamp({ 标识码: "B1" }),
    lamp({ 标识码: "B2", 名称: "灯" }, { type: "Point", coordinates: [38.04, 114.5] }),
    lamp({ 标识码: "B3", 名称: "灯" }, { type: "LineString", coordinates: ring }),
    lamp({ 标识码: "G7", 名称: "灯" }),
  ];
  const features = [...good.slice(0, 500), ...bad, ...good.slice(500)];
  file = await office.file(
    "lamps.geojson",
    JSON.stringify({ type: "FeatureCollection", features }),
  );
});
afterAll(() => office[Symbol.asyncDispose]());

/** With `--json` each bad row is a document, and the result the last one. */
const lastOf = ({ out }: Ran) => JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
const imports = (...more: readonly string[]) =>
  office.as("city", CITY, "import", file, "--under", LAMPS, ...more);

describe("an import of GeoJSON with bad features", () => {
  test("signs nothing, and reports each of them by its number, column and cause", async () => {
    const report = `${office.directory}/bad.csv`;
    const { size } = await office.node.client.node();
    const ran = await imports("--report", report);
    expect(problemOf(ran)).toEqual({
      exit: 9,
      code: "IMPORT_ROWS",
      what: "4 of 1004 rows cannot be imported. Nothing was signed.",
      remedy: "Mend the rows above, or leave them out with `--skip-bad`.",
    });
    expect(ran.errors).toMatch(/row 502: .*swapped {2}ROW_POSITION_SWAPPED/);
    const rows = (await readFile(report, "utf8")).trimEnd().split("\n").slice(1);
    expect(rows.map((row) => /^(\d+),.*,(ROW_[A-Z_]+),/.exec(row)?.slice(1).join(" "))).toEqual([
      "501 ROW_NAME",
      "502 ROW_POSITION_SWAPPED",
      "503 ROW_GEOMETRY",
      "504 ROW_DUPLICATE",
    ]);
    expect((await office.node.client.node()).size).toBe(size);
    expect(problemOf(await imports("--lang", "zh")).what).toBe(
      "1004 行中有 4 行无法导入。未签署任何内容。",
    );
  });

  test("replaces a report of before, and no other file, least of all the one that it reads", async () => {
    const report = `${office.directory}/again.csv`;
    const minutes = await office.file("minutes.csv", "of a meeting");
    const before = await readFile(file, "utf8");
    for (const path of [file, minutes]) {
      const refused = problemOf(await imports("--report", path, "--dry-run"));
      expect(refused).toMatchObject({ exit: 2, code: "CLI_FILE_EXISTS" });
    }
    expect(await readFile(file, "utf8")).toBe(before);
    expect(await readFile(minutes, "utf8")).toBe("of a meeting");
    for (let times = 0; times < 2; times++) {
      expect(problemOf(await imports("--report", report)).code).toBe("IMPORT_ROWS");
    }
    expect(await readFile(report, "utf8")).toMatch(/^row,.*\n501,/);
  });

  test("says beforehand what would be issued", async () => {
    expect(lastOf(await imports("--skip-bad", "--dry-run", "--json"))).toMatchObject({
      rows: GOOD + 4,
      good: GOOD,
      bad: 4,
    });
  });

  test("killed in the middle, goes on by the same command with the same signature, and leaves out what it left out", async () => {
    const key = await office.keyOf("city");
    const args = [
      "import",
      file,
      "--under",
      LAMPS,
      "--skip-bad",
      "--yes",
      "--key",
      key,
      "--as",
      CITY,
    ];
    await killedImport(office.node.url, 2, args);
    expect((await stat(`${file}.import.json`)).isFile()).toBe(true);
    const { items } = await office.node.client.manifests();
    const [manifest] = items;
    expect(items).toHaveLength(1);
    expect(await office.node.client.manifest(manifest?.id ?? "")).toMatchObject({
      taken: 2,
      missing: [[2, (manifest?.chunks ?? 0) - 1]],
    });

    const resumed = jsonOf(await imports("--skip-bad", "--json"));
    expect(resumed).toMatchObject({ manifest: manifest?.id, count: GOOD });
    expect(await office.node.client.manifest(resumed.manifest)).toMatchObject({ missing: [] });
    expect((await office.node.client.manifests()).items).toHaveLength(1);
    expect((await office.node.client.record(LAMPS)).record.children.count).toBe(GOOD);
    expect((await office.cli("show", `${LAMPS}/G${GOOD - 1}`)).out).toMatch(/asset-no ZS-999/);
    const { out } = await office.cli("history", `${LAMPS}/G0`);
    expect(out).toMatch(/#\d+ {2}register {2}MA\.156\.1301 /);
    await expect(stat(`${file}.import.json`)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

test("a file that is no GeoJSON, or not there, or a report that cannot be written, is told as such", async () => {
  const wrong = await office.file("wrong.geojson", '{"type": "Topology"}');
  const [other, nowhere, report] = [
    await office.as("city", CITY, "import", wrong, "--under", LAMPS, "--lang", "zh"),
    await office.as("city", CITY, "import", "/nowhere.geojson", "--under", LAMPS),
    await imports("--report", "/nowhere/bad.csv"),
  ];
  expect(problemOf(other)).toMatchObject({ exit: 2, code: "CLI_FILE_FORMAT" });
  expect(problemOf(nowhere)).toMatchObject({ exit: 2, code: "CLI_FILE" });
  expect(problemOf(report)).toMatchObject({ exit: 2, code: "CLI_FILE" });
});
