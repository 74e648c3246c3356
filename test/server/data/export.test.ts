import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { MAX_EXPORTS, MAX_EXPORTS_OF_ADDRESS } from "../../../src/server/limits.ts";
import { compareTable } from "../../../src/table/index.ts";
import { code } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";
import {
  AIR,
  AIR_PATH,
  asOffice,
  asParks,
  type GrantsWorld,
  INSIDE,
  observation,
  office,
  openGrants,
  photoOf,
} from "../grants-world.ts";
import {
  asCity,
  type Json,
  NODE,
  present,
  type RequestSigning,
  sendSigned,
  signedHeaders,
} from "../world.ts";

// A dataset as a table: to its owner all of it, to a grantee what it may export, in four forms; read again by DuckDB.

const MANY = 9000;
const NASTY = '=HYPERLINK("http://x.test","看")';
const HIDDEN = { no2: 41, note: "夜间偷排", photo: photoOf("who"), other: "MA.156.1301.02/X1" };

let world: GrantsWorld;
const directory = mkdtempSync(join(tmpdir(), "cityid-export-"));
beforeAll(async () => {
  world = await openGrants(HIDDEN, { actions: ["read", "export"] });
  const time = "2026-11-21T08:00:00.500Z";
  const square = [0, 1, 1, 0, 0].map((x, i) => [x, i > 1 && i < 4 ? 1 : 0]);
  await world.send([
    observation("odd", {
      ...{
        id: AIR,
        type: ["Room", "Thing"],
        time,
        place: { type: "Polygon", coordinates: [square] },
      },
      ...{
        note: NASTY,
        open: true,
        level: { decimal: "7.25" },
        huge: { decimal: `1${"0".repeat(309)}.5` },
      },
    }),
    observation("odder", {
      ...{
        id: 7,
        time: "yesterday",
        place: "here",
        open: "no",
        level: -3,
        list: [1, 2],
        "@unit": "+m",
      },
    }),
  ]);
  const write = (name: string, said: object) => ({ [name]: [{ type: "Property", ...said }] });
  await world.send([
    observation("by the gateway", {
      ...{ "@op": "set", id: `urn:ngsi-ld:Hall:${AIR}`, type: "Room", ended: [] },
      ...write("level", { value: 5 }),
      location: [{ type: "GeoProperty", value: { type: "Point", coordinates: [114, 38] } }],
    } as never),
  ]);
  for (let i = 0; i < MANY; i += 3000) {
    const three = Array.from({ length: 3000 }, (_, n) =>
      observation(`${i + n}`, {
        ...{ id: `urn:x:${(i + n) % 50}`, type: "Reading", place: INSIDE, pm25: i + n },
        time: new Date(Date.UTC(2026, 9, 1) + (i + n) * 60_000).toISOString(),
      }),
    );
    await world.send(three);
  }
});
afterAll(async () => {
  discard(directory);
  await world[Symbol.asyncDispose]();
});

const get = (query: string, by: RequestSigning = asOffice, method = "GET") =>
  sendSigned(world, method, `${AIR_PATH}/export${query}`, by);
const text = async (query: string, by?: RequestSigning) => (await get(query, by)).text();
const lines = async (query: string, by?: RequestSigning): Promise<Json[]> =>
  (await text(query, by))
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe("a dataset as a table", () => {
  test("has a row for each observation, each fact in its column", async () => {
    const rows = await lines("?format=ndjson");
    expect(rows).toHaveLength(MANY + 8);
    expect(rows[0]).toMatchObject({ _entry: 0, _source: AIR });
    const [odd, odder, written] = rows.slice(5, 8);
    expect(odd).toMatchObject({ type: "Room Thing", note: NASTY, open: true, level: 7.25 });
    expect(odd).toMatchObject({ huge: `1${"0".repeat(309)}.5`, place: { type: "Polygon" } });
    expect(odder).toMatchObject({ _id: 7, _time: "yesterday", _place: "here", list: [1, 2] });
    expect(written).toMatchObject({ level: 5, place: { coordinates: [114, 38] }, "@op": "set" });
    expect(written).not.toHaveProperty("ended");
  });

  test("comes in small pieces, between which others have their turn", async () => {
    const response = await get("?format=ndjson");
    const reader = present(response.body ?? undefined, "a body").getReader();
    const rows: number[] = [];
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rows.push(new TextDecoder().decode(part.value).split("\n").length - 1);
    }
    expect(Math.max(...rows)).toBeLessThanOrEqual(256);
    expect(rows.reduce((sum, each) => sum + each, 0)).toBe(MANY + 8);
  });

  test("is read entry by entry as its reader takes it, and so is its proof", async () => {
    const log = present(world.datasets.find(`${AIR}#1`), "the log");
    const read = [vi.spyOn(log, "encodedBody"), vi.spyOn(log, "body")];
    for (const path of ["?format=csv", "?format=geojson", "/proof?format=csv"]) {
      const reader = present((await get(path)).body?.getReader(), "a body");
      // The head: whatever had to be looked at before there are rows was looked at.
      await reader.read();
      for (const each of read) each.mockClear();
      // The small ones that come first, and no more than two of those that have 3 000 rows each.
      for (let taken = 0; taken < 4; taken++) await reader.read();
      expect(log.size).toBeGreaterThan(8);
      const entries = read.flatMap(({ mock }) => mock.calls).length;
      expect(entries, path).toBeLessThanOrEqual(log.size - 2);
      await reader.cancel();
    }
    for (const each of read) each.mockRestore();
  });

  test("leaves some of what runs at once to others, however slowly one address reads", async () => {
    const path = `${AIR_PATH}/export?format=csv`;
    const from = (remoteAddress: string) => {
      const signed = signedHeaders("GET", NODE + path, undefined, world.clock.now, asOffice);
      return world.get(path, signed, { remoteAddress });
    };
    const held: Response[] = [];
    const all = async (address: string, count: number, status: number) => {
      for (let i = 0; i < count; i++) {
        const response = await from(address);
        expect(response.status).toBe(status);
        if (response.ok) held.push(response);
        else expect(response.headers.get("Retry-After")).toBe("30");
      }
    };
    await all("192.0.2.1", MAX_EXPORTS_OF_ADDRESS, 200);
    await all("192.0.2.1", 1, 429);
    await all("192.0.2.2", MAX_EXPORTS - MAX_EXPORTS_OF_ADDRESS, 200);
    await all("192.0.2.3", 1, 503);
    for (const each of held.splice(0)) await each.body?.cancel();
    await all("192.0.2.1", 1, 200);
    for (const each of held) await each.body?.cancel();
  });

  test("is cut out by time, box, attributes and the size of the log", async () => {
    const day = "since=2026-10-01T08:00:00%2B08:00&before=2026-10-02T00:00:00Z";
    expect(await lines(`?format=ndjson&${day}`)).toHaveLength(1440);
    expect(await lines("?format=ndjson&bbox=113.9,37.9,114.1,38.1")).toHaveLength(1);
    expect(await lines("?format=ndjson&bbox=179,-1,1,1")).toHaveLength(1);
    expect(await lines("?format=ndjson&size=4")).toHaveLength(5);
    const few = await lines("?format=ndjson&attributes=level&size=6");
    expect(few.map(({ level }) => level)).toEqual([...Array(5), 7.25, -3, 5]);
    expect(few[5]).not.toHaveProperty("place");
    const things = await lines("?format=ndjson&of=entities&attributes=pm25,place");
    expect(things).toHaveLength(55);
    expect(things.at(-1)).toMatchObject({
      id: "urn:x:49",
      pm25: MANY - 1,
      place: { type: "Point" },
    });
    for (const query of [
      "format=xls",
      "since=today",
      "bbox=1,2",
      "size=99",
      "attributes=,",
      "x=1",
    ]) {
      const refused = await get(`?${query}`);
      expect([refused.status, (await refused.json()).code]).toEqual(
        query === "size=99" ? [404, "DATA_ENTRY_UNKNOWN"] : [400, "HTTP_PARAMETER"],
      );
    }
    const head = await get("?format=csv", asOffice, "HEAD");
    expect([head.status, head.headers.get("cityid-log-size")]).toEqual([200, "9"]);
  });

  test("runs no program in a spreadsheet", async () => {
    const csv = await text("?format=csv&size=6");
    expect(csv.slice(0, csv.indexOf("\r\n"))).toContain(
      "_received,id,type,time,place,'@op,'@unit,",
    );
    expect(csv).toContain(`"'${NASTY.replaceAll('"', '""')}"`);
    expect(csv).toContain(",'+m,");
    expect(csv).toContain('"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"');
    const geo = JSON.parse(await text("?format=geojson&size=6"));
    expect(geo.features).toHaveLength(8);
    expect(geo.features[7]).toMatchObject({
      geometry: { type: "Point" },
      properties: { level: 5 },
    });
  });

  test("is Parquet that DuckDB reads, and field by field what was said", async () => {
    const path = join(directory, "all.parquet");
    const bytes = Buffer.from(await (await get("")).arrayBuffer());
    writeFileSync(path, bytes);
    const duck = await (await DuckDBInstance.create()).connect();
    const ask = async (sql: string) =>
      (await duck.runAndReadAll(sql.replaceAll("FILE", `'${path}'`))).getRowsJson();
    const counted = `SELECT count(*), sum(pm25), max("time")::VARCHAR, count(level) FROM FILE`;
    const sum = (MANY * (MANY - 1)) / 2 + 12 + 3 * HIDDEN.no2;
    expect(await ask(counted)).toEqual([
      [String(MANY + 8), String(sum), expect.stringContaining("2026-12-01"), "3"],
    ]);
    const types = await ask("SELECT column_name, column_type FROM (DESCRIBE FROM FILE)");
    expect(Object.fromEntries(types as [string, string][])).toMatchObject({
      ...{ _entry: "BIGINT", pm25: "BIGINT", level: "DOUBLE", note: "VARCHAR", open: "JSON" },
      ...{ time: "TIMESTAMP WITH TIME ZONE", place: expect.stringMatching(/BLOB|GEOMETRY/) },
    });
    const meta = await ask("SELECT decode(value) FROM parquet_kv_metadata(FILE) WHERE key = 'geo'");
    expect(JSON.parse(String(meta[0]?.[0]))).toMatchObject({
      primary_column: "place",
      columns: { place: { crs: { id: { authority: "OGC", code: "CRS84" } } } },
    });
    expect(await compareTable(path, "parquet", [], none())).toBe(0);
    writeFileSync(path, bytes.subarray(0, -9));
    expect(await compareTable(path, "parquet", [], none())).toBe(0);
  });
});

describe("a table that is being read", () => {
  test("has nothing in it of what is erased meanwhile", async () => {
    const own = await openGrants(HIDDEN, { actions: ["read", "export"] });
    const secret = "不可告人";
    await own.send([observation("said", { id: "urn:x:1", type: "Reading", secret, pm25: 8 })]);
    const log = present(own.datasets.find(`${AIR}#1`), "the log");
    const begin = async () => {
      const response = await sendSigned(own, "GET", `${AIR_PATH}/export`, asOffice);
      const reader = present(response.body?.getReader(), "a body");
      // What stands at the beginning is given once everything has been looked through.
      const { value } = await reader.read();
      return async (): Promise<Buffer> => {
        const parts = [value ?? new Uint8Array()];
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          parts.push(part.value);
        }
        return Buffer.concat(parts);
      };
    };
    expect((await (await begin())()).includes(secret)).toBe(true);
    const goOn = await begin();
    await log.erase(log.size - 1, (name) => name === "secret");
    const left = await goOn();
    expect([left.includes(secret), left.includes("urn:x:1")]).toEqual([false, true]);
    await own[Symbol.asyncDispose]();
  });
});

describe("numbers put together", () => {
  const ask = async (query: string, by = asOffice): Promise<Json> =>
    (await sendSigned(world, "GET", `${AIR_PATH}/aggregate?${query}`, by)).json();
  const items = async (query: string, by = asOffice): Promise<Json[]> =>
    (await ask(query, by)).items;

  test("are grouped by days of Beijing, by cells and by areas", async () => {
    const days = await items("attribute=pm25&before=2026-10-31T00:00:00Z");
    // The first day there begins 8 hours before the first reading.
    expect(days.slice(0, 2)).toEqual([
      { from: "2026-10-01T00:00:00+08:00", count: 960, avg: 479.5, min: 0, max: 959, sum: 460320 },
      expect.objectContaining({ from: "2026-10-02T00:00:00+08:00", count: 1440, min: 960 }),
    ]);
    expect(days.reduce((sum, { count }) => sum + count, 0)).toBe(MANY);
    const span = "attribute=pm25&since=2026-10-01T00:00:00Z&before=2026-10-01T02:00:00Z";
    const hours = await items(`${span}&step=PT1H`);
    expect(hours.map(({ from, count }) => [from, count])).toEqual([
      ["2026-10-01T08:00:00+08:00", 60],
      ["2026-10-01T09:00:00+08:00", 60],
    ]);
    const weeks = await items(`${span}&step=P1W`);
    expect(weeks).toMatchObject([{ from: "2026-09-28T00:00:00+08:00", count: 120 }]);
    const years = await items("attribute=pm25&step=P1Y");
    expect(years).toMatchObject([{ from: "2026-01-01T00:00:00+08:00", count: MANY + 4 }]);
    expect(await items("attribute=pm25&step=P1M")).toHaveLength(3);
    const cells = await items("attribute=pm25&by=cell&resolution=5");
    expect(cells.map((each) => [typeof each.cell, each.count])).toEqual([
      ["undefined", 1],
      ["string", MANY + 2],
      ["string", 1],
    ]);
    expect(await items("attribute=level&by=area&digits=2")).toMatchObject([
      { area: "MA.156.13", count: 2, sum: 12.25 },
    ]);
    expect(await items("attribute=level&by=cell&bbox=113,37,115,39")).toMatchObject([{ max: 5 }]);
    expect(await items("attribute=note")).toEqual([]);
  });

  test("have no sum and no average where that is beyond all numbers", async () => {
    await using own = await openGrants(HIDDEN, { actions: ["read"] });
    const vast = { decimal: `1${"0".repeat(308)}.5` };
    await own.send([1, 2, 3].map((n) => observation(`${n}`, { id: `urn:x:${n}`, vast })));
    const answer = await sendSigned(own, "GET", `${AIR_PATH}/aggregate?attribute=vast`, asOffice);
    const { items: groups } = (await answer.json()) as Json;
    expect(groups).toEqual([
      { from: expect.any(String), count: 3, min: 10 ** 308, max: 10 ** 308 },
    ]);
  });

  test("take in what may be read, and say what is asked wrongly", async () => {
    expect(await items("attribute=pm25", asParks)).toMatchObject([{ count: 1, sum: 12 }]);
    expect(await items("attribute=no2", asParks)).toEqual([]);
    // Its place is not among what was granted, so it is in no cell, and in no box.
    expect(await items("attribute=pm25&by=cell", asParks)).toEqual([
      { count: 1, avg: 12, min: 12, max: 12, sum: 12 },
    ]);
    expect(await items("attribute=pm25&bbox=114,37,115,39", asParks)).toEqual([]);
    for (const query of [
      "by=time",
      "attribute=pm25&by=x",
      "attribute=pm25&step=P2D",
      "attribute=pm25&resolution=16",
    ]) {
      expect(await ask(query)).toMatchObject({ code: "HTTP_PARAMETER" });
    }
    expect(await ask("attribute=pm25", asCity)).toMatchObject({ code: "GRANT_NONE" });
  });
});

describe("who may export", () => {
  test("gets what was granted and no more; others, and grants to read alone, get nothing", async () => {
    const rows = await lines("?format=ndjson", asParks);
    // The readings lie before the time that was granted, the others outside, or nowhere.
    expect(rows.map((row) => Object.keys(row))).toEqual([
      ["_entry", "_observation", "_source", "_received", "id", "picture", "pm25", "time", "type"],
    ]);
    for (const query of ["format=ndjson&bbox=114,37,115,39", "format=ndjson&attributes=no2"]) {
      const found = await text(`?${query}`, asParks);
      expect(found).not.toMatch(/no2|place|41/);
    }
    const proof = await text("/proof?format=ndjson", asParks);
    expect(proof).not.toContain(Buffer.from("夜间偷排").toString("base64").slice(2, 12));
    expect((await get("?format=csv", asCity)).status).toBe(403);
    await using reading = await openGrants(HIDDEN);
    const refused = await sendSigned(reading, "GET", `${AIR_PATH}/export`, asParks);
    expect((await refused.json()).code).toBe("GRANT_ACTION");
  });

  test("is cut off in the block that ends the grant, and waits for nobody who takes nothing", async () => {
    await using other = await openGrants(HIDDEN, { actions: ["export"] });
    const path = `${AIR_PATH}/export/proof?format=ndjson`;
    const idle = await Promise.all(
      Array.from({ length: 8 }, () => sendSigned(other, "GET", path, asParks)),
    );
    expect((await sendSigned(other, "GET", path, asParks)).status).toBe(503);
    await idle[0]?.body?.cancel();
    const running = await sendSigned(other, "GET", path, asParks);
    const reader = running.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    const grant = Buffer.from(other.grantId, "hex");
    await other.do({ op: "revoke", code: code(AIR), grant, reason: "x" }, office);
    await expect(reader?.read()).rejects.toThrow("broken off");
    await expect(idle[1]?.arrayBuffer()).rejects.toThrow("broken off");
    expect((await sendSigned(other, "GET", path, asParks)).status).toBe(403);
  });
});

async function* none(): AsyncGenerator<never[]> {}
