import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAIN } from "../node/real-node.ts";
import { CITY, code, named, signerOf } from "../sdk/world.ts";
import { runHere } from "./in-process.ts";
import { jsonOf, type Office, officeKey, openDataOffice, problemOf } from "./office.ts";

// Files of readings go into a dataset by the command line: mapped, judged row by row, resumed after a kill.

const OFFICE = `${CITY}.02`;
const AIR = `${OFFICE}/DATA/AIR`;
let office: Office;

const signing = async () => ["--key", await office.keyOf("office"), "--as", OFFICE, "--yes"];
const by = async (...args: readonly string[]) =>
  runHere([...args, ...(await signing())], { CITYID_URL: office.node.url });
const taken = async (): Promise<number> => {
  const { items } = await office.node.client.datasetEntries(AIR);
  return items.reduce((sum, { observations }) => sum + Number(observations), 0);
};
const newest = async (at = -1) => {
  const { client } = office.node;
  const { entries = 0 } = await client.dataset(AIR);
  const owner = client.as({ signer: signerOf("office"), holder: `${OFFICE}#1` });
  const { observations } = await owner.datasetEntry(AIR, entries - 1);
  const last = Array.isArray(observations) ? observations.at(at) : [];
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
  return Object.fromEntries(last.map(({ name, value }: any) => [name, value]));
};

const MAP = {
  id: "urn:ngsi-ld:AirQualityObserved:{station}",
  type: "AirQualityObserved",
  time: { column: "time", zone: "+08:00" },
  ...{ longitude: "lon", latitude: "lat" },
  attributes: {
    pm25: { column: "PM2.5", type: "number" },
    note: "note",
    valid: { column: "valid", type: "boolean" },
  },
};

beforeAll(async () => {
  office = await openDataOffice();
  const items = [
    {
      code: code(OFFICE),
      kind: "department" as const,
      names: named("局"),
      keys: [officeKey("office")],
    },
  ];
  await office.node.act({ op: "register", items }, CITY, "all");
  const made = await by(
    ...["dataset", "create", AIR, "--title", "空气质量"],
    ...["--licence", "CC-BY-4.0", "--contact", "数据科"],
  );
  expect(made).toMatchObject({ exit: 0 });
});
afterAll(() => office[Symbol.asyncDispose]());

test("a CSV is judged by line, sent in batches, and goes on after a kill without sending a row twice", async () => {
  const rows = Array.from(
    { length: 250 },
    (_, n) => `${n},2026-05-01 0${n % 10}:00,114.5,38.0${n % 10},${n / 4},,是`,
  );
  rows.splice(
    10,
    0,
    "x,2026-02-30,114.5,38,1,,1",
    "y,2026-05-01,114.5,38,much,,1",
    "z,2026-05-01,200,38,1,,1",
  );
  rows.splice(20, 0, "short,2026-05-01");
  const csv = await office.file(
    "air.csv",
    `station,time,lon,lat,PM2.5,note,valid\n${rows.join("\n")}\n`,
  );
  const map = await office.file("map.json", JSON.stringify(MAP));
  const ingest = ["ingest", AIR, "--csv", csv, "--map", map, "--batch", "100"];
  const before = await taken();
  const refused = await by(...ingest);
  expect(problemOf(refused)).toMatchObject({ code: "IMPORT_ROWS" });
  for (const [line, what] of [
    [12, "ROW_TIME"],
    [13, "ROW_NUMBER"],
    [14, "ROW_POSITION"],
    [22, "ROW_CELLS"],
  ]) {
    expect(refused.errors).toMatch(new RegExp(`row ${line}:.*${what}`));
  }
  const dry = jsonOf(await by(...ingest, "--skip-bad", "--dry-run", "--json").then(lastLine));
  expect(dry).toMatchObject({ rows: 254, bad: 4, sent: 0 });
  expect(await taken()).toBe(before);

  await killedIngest(2, [...ingest, "--skip-bad"]);
  expect(await taken()).toBe(before + 200);
  expect(existsSync(`${csv}.ingest.json`)).toBe(true);
  // What was begun goes on with the file that it was begun with, and no other.
  const whole = readFileSync(csv, "utf8");
  await office.file("air.csv", whole.replace("22", "23"));
  expect(problemOf(await by(...ingest))).toMatchObject({ code: "IMPORT_CHANGED" });
  await office.file("air.csv", whole);
  // The batch that was under way may stand in the log: who turns it away unread has not said that it does not.
  expect(await turnedAway([...ingest, "--skip-bad"])).not.toMatchObject({ exit: 0 });
  const report = join(office.directory, "bad.csv");
  const done = await by(...ingest, "--skip-bad", "--report", report);
  expect(done).toMatchObject({ exit: 0 });
  expect(await taken()).toBe(before + 250);
  expect(existsSync(`${csv}.ingest.json`)).toBe(false);
  expect(readFileSync(report, "utf8").split("\n")[1]).toMatch(/^12,time,2026-02-30,ROW_TIME/);
  expect(await newest()).toEqual({
    ...{ id: "urn:ngsi-ld:AirQualityObserved:249", type: "AirQualityObserved", valid: true },
    ...{ pm25: { decimal: "62.25" }, place: [1_145_000_000, 380_900_000] },
    time: "2026-05-01T01:00:00.000Z",
  });
});

test("an entry holds as many rows as there is room for", async () => {
  const rows = Array.from({ length: 250 }, (_, n) => `${n},2026-05-01,,,,${"字".repeat(21_000)},`);
  const csv = await office.file(
    "long.csv",
    `station,time,lon,lat,PM2.5,note,valid\n${rows.join("\n")}\n`,
  );
  const map = await office.file("long.map", JSON.stringify(MAP));
  const before = (await office.node.client.dataset(AIR)).entries ?? 0;
  expect(await by("ingest", AIR, "--csv", csv, "--map", map)).toMatchObject({ exit: 0 });
  const { items } = await office.node.client.datasetEntries(AIR);
  const [first = 0, second = 0, ...rest] = items
    .slice(before)
    .map((each) => Number(each.observations));
  expect([first + second, rest]).toEqual([250, []]);
  expect(first).toBeGreaterThan(190);
}, 60_000);

test("GeoJSON and lines of JSON go the same way, and what is wrong is told", async () => {
  const { longitude: _, latitude: __, time: ___, ...map } = MAP;
  const attributes = { pm25: { column: "v.pm25", type: "number" } };
  const lines = await office.file("lines.map", JSON.stringify({ ...map, attributes }));
  const ndjson = await office.file(
    "air.ndjson",
    '{"station": 7, "v": {"pm25": 8.5}}\n\n{"station": 8, "v": {"pm25": null}}\n[1]\n{"v": {"pm25": 1}}\n',
  );
  const ingest = ["ingest", AIR, "--ndjson", ndjson, "--map", lines];
  const refused = await by(...ingest);
  for (const what of ["row 3:.*ROW_NOTHING", "row 4:.*ROW_JSON", "row 5:.*ROW_MISSING"]) {
    expect(refused.errors).toMatch(new RegExp(what));
  }
  expect(await by(...ingest, "--skip-bad")).toMatchObject({ exit: 0 });
  expect(await newest()).toMatchObject({
    id: "urn:ngsi-ld:AirQualityObserved:7",
    pm25: { decimal: "8.5" },
  });

  const feature = (station: number, geometry: object) => ({
    ...{ type: "Feature", properties: { station, "PM2.5": 3 }, geometry },
  });
  const point = { type: "Point", coordinates: [114.25, 38.5] };
  const ring = [
    [114.2, 38.5],
    [114.3, 38.5],
    [114.3, 38.6],
    [114.2, 38.5],
  ];
  const units = ring.map((position) => position.map((each) => Math.round(each * 1e7)));
  const line = { type: "LineString", coordinates: ring.slice(0, 2) };
  const area = { type: "Polygon", coordinates: [ring] };
  const ways = { type: "MultiLineString", coordinates: [[[114, 38.25], ...ring.slice(1, 2)]] };
  const features = [
    feature(7, { type: "GeometryCollection", geometries: [point] }),
    feature(8, { type: "Polygon", coordinates: [ring.slice(0, 3)] }),
    ...[line, area, ways, point].map((shape, i) => feature(9 + i, shape)),
  ];
  const geojson = await office.file(
    "air.geojson",
    JSON.stringify({ type: "FeatureCollection", features }),
  );
  const places = await office.file(
    "places.map",
    JSON.stringify({ ...map, attributes: { pm25: { column: "PM2.5", type: "number" } } }),
  );
  const sent = await by("ingest", AIR, "--geojson", geojson, "--map", places, "--skip-bad");
  for (const wrong of [1, 2]) expect(sent.errors).toMatch(new RegExp(`row ${wrong}:.*ROW_PLACE`));
  expect(sent.errors).not.toMatch(/row [3-6]:/);
  expect(await newest()).toMatchObject({ pm25: 3, place: [1_142_500_000, 385_000_000] });
  expect((await newest(-2)).place).toEqual({
    type: "MultiLineString",
    coordinates: [
      [
        [114, { decimal: "38.25" }],
        [{ decimal: "114.3" }, { decimal: "38.5" }],
      ],
    ],
  });
  expect((await newest(-3)).place).toEqual({ polygon: [units] });
  expect((await newest(-4)).place).toEqual({ line: units.slice(0, 2) });

  for (const wrong of ['{"id":"a","type":"b","attributes":{"id":"c"}}', "no JSON"]) {
    const bad = await office.file("bad.map", wrong);
    const told = await by("ingest", AIR, "--geojson", geojson, "--map", bad);
    expect(problemOf(told)).toMatchObject({ code: "CLI_FILE_FORMAT" });
  }
  const none = await by("ingest", AIR, "--csv", ndjson, "--ndjson", ndjson, "--map", lines);
  expect(problemOf(none)).toMatchObject({ code: "CLI_MISSING" });
});

function lastLine<T extends { readonly out: string }>(ran: T): T {
  return { ...ran, out: ran.out.trim().split("\n").at(-1) ?? "" };
}

/** An address before the node; what comes with an entry goes through `entry`, which has the node's answer made, or another one. */
async function openDoor(
  entry: (forward: () => Promise<Response>) => Promise<Response | undefined>,
) {
  const door = createServer(async (request, response) => {
    const { method = "GET", url: path = "/", headers } = request;
    const body = await buffer(request);
    const forward = () =>
      fetch(office.node.url + path, {
        method,
        headers: { "content-type": String(headers["content-type"] ?? "") },
        ...(method === "GET" ? {} : { body: new Uint8Array(body) }),
      });
    const isEntry = method === "POST" && path.endsWith("/entries");
    const answer = await (isEntry ? entry(forward) : forward());
    if (answer === undefined) return;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port } = door.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      door.closeAllConnections();
      await new Promise((resolve) => door.close(resolve));
    },
  };
}

/** Kills the command when the node has taken so many batches, and before it hears of the last one. */
async function killedIngest(batches: number, args: readonly string[]): Promise<void> {
  let kill = (): void => undefined;
  let sent = 0;
  await using door = await openDoor(async (forward) => {
    const answer = await forward();
    sent += 1;
    if (sent < batches) return answer;
    kill();
    return undefined;
  });
  const all = [...args, ...(await signing())];
  const child = spawn(process.execPath, [MAIN, ...all, "--url", door.url], {
    env: { PATH: process.env.PATH },
    stdio: "ignore",
  });
  kill = () => void child.kill("SIGKILL");
  const signal = await new Promise((resolve) => child.once("exit", (_, name) => resolve(name)));
  expect(signal).toBe("SIGKILL");
}

/** The command, at a door that knows no such address. */
async function turnedAway(args: readonly string[]) {
  await using door = await openDoor(async () =>
    Response.json(
      { code: "HTTP_NOT_FOUND", status: 404, title: "no such address" },
      { status: 404 },
    ),
  );
  return runHere([...args, ...(await signing())], { CITYID_URL: door.url });
}
