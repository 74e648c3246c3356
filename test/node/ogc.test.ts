import { execFile, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeObservation, type Said, signEntry } from "../../src/sdk/index.ts";
import type { Feature } from "../../src/server/ogc/source.ts";
import { encodeTile } from "../../src/server/ogc/tile.ts";
import { discard } from "../discard.ts";
import { isSkipped } from "../paper/tools.ts";
import { code, signerOf } from "../sdk/world.ts";
import { AIR, type DatasetWorld, OFFICE, openDatasetWorld } from "./dataset-world.ts";
import { startRealNode } from "./real-node.ts";

// OGC API Features on a real node, asked by hand and by GDAL. Debian: `apt-get install gdal-bin`.

const run = promisify(execFile);
const HAS_GDAL = spawnSync("ogrinfo", ["--version"]).status === 0;
const SENSORS = 2500;
const COLLECTION = `dataset.${AIR.replaceAll("/", "_")}`;
const CRS = "http://www.opengis.net/def/crs";

let world: DatasetWorld;
let token: string;

// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
type Json = any;

const ask = (
  path: string,
  headers: Record<string, string> = { Authorization: `Bearer ${token}` },
) => fetch(`${world.node.url}${path}`, { headers });
const json = async (path: string): Promise<Json> => (await ask(path)).json();
const items = (query = ""): Promise<Json> => json(`/ogc/collections/${COLLECTION}/items?${query}`);

const sensor = (n: number): Said => ({
  id: `urn:ngsi-ld:AirQualityObserved:${n}`,
  type: "AirQualityObserved",
  time: new Date(Date.parse("2020-05-05T00:00:00Z") + n * 1000).toISOString(),
  place: [1_145_000_000 + (n % 50) * 10_000, 380_000_000 + Math.floor(n / 50) * 10_000],
  pm25: n % 100,
  note: `站点 ${n}`,
  ...(n === 17 && { serial: 1_234_567_890_123_456, remark: "a".repeat(1100) }),
});

async function send(said: readonly Said[]): Promise<void> {
  const claims = {
    ...{ source: code(OFFICE), audience: world.origin, signer: signerOf("phone") },
    iatSeconds: Math.floor(Date.now() / 1000),
  };
  await world.node.client.sendEntry(AIR, await signEntry(claims, said.map(makeObservation)));
}

beforeAll(async () => {
  world = await openDatasetWorld("ogc");
  const all = Array.from({ length: SENSORS }, (_, n) => sensor(n));
  await send(all.slice(0, 1000));
  await send(all.slice(1000));
  token = (await world.owner.token(600)).token;
});
afterAll(async () => {
  await world.node.stop();
  discard(world.root);
});

describe("OGC API Features", () => {
  test("shows codes to everybody and a dataset to its owner alone", async () => {
    const landing = await json("/ogc");
    expect(landing.links.map(({ rel }: Json) => rel)).toEqual(
      expect.arrayContaining(["self", "service-desc", "conformance", "data"]),
    );
    for (const { href } of landing.links)
      expect((await ask(new URL(href).pathname)).status).toBe(200);
    const publicly = await (await ask("/ogc/collections", {})).json();
    const names = ({ collections }: Json) => collections.map(({ id }: Json) => id);
    expect(names(publicly)).toContain("kind.department");
    expect(JSON.stringify(publicly)).not.toContain("空气质量");
    expect(names(await json("/ogc/collections"))).toContain(COLLECTION);
    for (const path of ["", "/items", "/items?bbox=x", "/items/urn:ngsi-ld:AirQualityObserved:1"]) {
      const there = await ask(`/ogc/collections/${COLLECTION}${path}`, {});
      const nowhere = await ask(`/ogc/collections/dataset.MA.1_NONE${path}`, {});
      expect([there.status, nowhere.status]).toEqual([404, 404]);
    }
    expect((await ask("/ogc/collections", { Authorization: "Bearer none" })).status).toBe(401);
    const offices = await (await ask("/ogc/collections/kind.department/items", {})).json();
    expect(offices).toMatchObject({ numberMatched: 1, numberReturned: 1 });
    expect(offices.features[0]).toMatchObject({ id: OFFICE, properties: { status: "active" } });
    // Clients that write a feature's id into a path as it is, slashes and all.
    for (const id of [`${OFFICE}/DATA`, encodeURIComponent(`${OFFICE}/DATA`)]) {
      const found = await json(`/ogc/collections/kind.class/items/${id}`);
      expect(found).toMatchObject({ id: `${OFFICE}/DATA`, type: "Feature" });
    }
    const one = await json(`/ogc/collections/kind.department/items/${OFFICE}`);
    expect(one.properties).toEqual(offices.features[0].properties);
    expect((await ask(`/ogc/collections/kind.class/items/${OFFICE}`)).status).toBe(404);
  });

  test("narrows by box, time and properties, and counts what matches", async () => {
    const { extent, crs } = (await json(`/ogc/collections/${COLLECTION}`)) as Json;
    expect(extent.spatial.bbox).toEqual([[114.5, 38, 114.549, 38.049]]);
    expect(crs).toHaveLength(3);
    const box = await items("bbox=114.5005,37.99,114.5025,38.0005&limit=1");
    expect([box.numberMatched, box.numberReturned]).toEqual([2, 1]);
    const ids = ({ features }: Json) =>
      features.map(({ id }: Json) => Number(id.replace(/^.*:/, "")));
    expect(ids(box)).toEqual([1]);
    expect(ids(await items("datetime=2020-05-05T00:00:07Z"))).toEqual([7]);
    for (const query of ["serial=1234567890123456", `remark=${"a".repeat(1100)}`]) {
      expect(ids(await items(query))).toEqual([17]);
    }
    expect((await items(`remark=${"a".repeat(1099)}`)).numberMatched).toBe(0);
    expect((await items("datetime=../2020-05-05T00:00:01Z")).numberMatched).toBe(2);
    expect((await items("datetime=2020-05-04/2020-05-05&limit=1")).numberMatched).toBe(SENSORS);
    const matched = async (query: string) => (await items(query)).numberMatched;
    expect(await matched("datetime=2020-05-05T00:00:00Z/PT9S&limit=1")).toBe(10);
    expect(await matched("datetime=2020-05-04/P1D&limit=1")).toBe(1);
    expect(await matched("datetime=2019-02-28/P1Y2M1WT1H&limit=1")).toBe(SENSORS);
    expect((await items("pm25=5&limit=3")).numberMatched).toBe(SENSORS / 100);
    // What is a property of every feature is one to filter by, beside the others too.
    expect(await matched("type=AirQualityObserved&limit=1")).toBe(SENSORS);
    expect(await matched("type=Streetlight&limit=1")).toBe(0);
    expect(ids(await items("time=2020-05-05T00:00:07.000Z"))).toEqual([7]);
    expect(ids(await items("time=2020-05-05T08:00:07%2B08:00&pm25=7"))).toEqual([7]);
    expect(await matched("time=2020-05-05T00:00:07Z&pm25=8")).toBe(0);
    expect(await matched("time=2020-05-05T00:00:07Z&datetime=2020-05-06/..")).toBe(0);
    expect(await matched("time=soon&limit=1")).toBe(0);
    expect(ids(await items(`note=${encodeURIComponent("站点 42")}`))).toEqual([42]);
    const evil = encodeURIComponent("' OR 1=1 --");
    expect((await items(`note=${evil}`)).numberMatched).toBe(0);
  });

  test("gives all of it page by page, each once", async () => {
    const seen: string[] = [];
    let next: string | undefined = `/ogc/collections/${COLLECTION}/items?limit=999`;
    let pages = 0;
    for (; next !== undefined; pages++) {
      const page: Json = await json(next);
      seen.push(...page.features.map(({ id }: Json) => id));
      const link = page.links.find(({ rel }: Json) => rel === "next");
      next = link && new URL(link.href).pathname + new URL(link.href).search;
    }
    // The log itself is one more: what it began with.
    expect([seen.length, new Set(seen).size, pages]).toEqual([SENSORS, SENSORS, 3]);
    expect((await items("limit=100000")).numberReturned).toBe(SENSORS);
  });

  test("draws the same as vector tiles, for who may see it", async () => {
    const at = `/ogc/collections/${COLLECTION}/tiles`;
    const { tilesets } = await json(at);
    const item = tilesets[0].links.find(({ rel }: Json) => rel === "item");
    const pathOf = (z: number, y: number, x: number) =>
      new URL(item.href.replace("{tileMatrix}", z).replace("{tileRow}", y).replace("{tileCol}", x))
        .pathname;
    const draw = async (path: string, headers?: Record<string, string>) => {
      const answer = await ask(path, headers);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      return { answer, layer: new VectorTile(new PbfReader(bytes)).layers[COLLECTION] };
    };
    const { answer, layer } = await draw(pathOf(0, 0, 0));
    expect(answer.headers.get("Content-Type")).toBe("application/vnd.mapbox-vector-tile");
    expect([layer?.length, answer.headers.get("Cityid-Tile-Partial")]).toEqual([SENSORS, null]);
    const place = (n: number, z: number) => {
      const [longitude, latitude] = [114.5 + (n % 50) / 1000, 38 + Math.floor(n / 50) / 1000];
      const sine = Math.sin((latitude * Math.PI) / 180);
      const across = (longitude + 180) / 360;
      const down = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
      return [Math.floor(down * 2 ** z), Math.floor(across * 2 ** z)] as const;
    };
    const [row, column] = place(77, 17);
    const near = await draw(pathOf(17, row, column));
    const found = Array.from({ length: near.layer?.length ?? 0 }, (_, i) => near.layer?.feature(i));
    const one = found.find((each) => each?.properties.id === "urn:ngsi-ld:AirQualityObserved:77");
    if (one === undefined) throw new Error("the tile has no sensor 77");
    expect(one.properties).toMatchObject({ pm25: 77, note: "站点 77" });
    const { coordinates } = one.toGeoJSON(column, row, 17).geometry as Json;
    expect(coordinates[0]).toBeCloseTo(114.527, 5);
    expect(coordinates[1]).toBeCloseTo(38.001, 5);
    const etag = near.answer.headers.get("ETag") ?? "";
    const again = await ask(pathOf(17, row, column), {
      ...{ Authorization: `Bearer ${token}`, "If-None-Match": etag },
    });
    expect(again.status).toBe(304);
    expect((await draw(pathOf(17, 0, 0))).layer).toBeUndefined();
    for (const wrong of [pathOf(1, 2, 0), pathOf(25, 0, 0), pathOf(-1, 0, 0)]) {
      expect((await ask(wrong)).status).toBe(404);
    }
    expect((await ask(`${pathOf(0, 0, 0)}?x=1`)).status).toBe(400);
    for (const path of [at, `${at}/WebMercatorQuad`, pathOf(0, 0, 0)]) {
      expect((await ask(path, {})).status).toBe(404);
    }
    expect(
      (await ask("/ogc/collections/kind.department/tiles/WebMercatorQuad/0/0/0", {})).status,
    ).toBe(200);
  });

  test("cuts what crosses the edge of a tile, and leaves out what is too much", () => {
    const side = 10;
    const ring = [
      [0, 0],
      [side, 0],
      [side, side],
      [0, side],
      [0, 0],
    ];
    const square: Feature = {
      ...{ id: "square", properties: { list: [1, 2] } },
      geometry: { type: "Polygon", coordinates: [ring] },
    };
    const place = { z: 6, y: 31, x: 32 };
    const read = ({ bytes }: { bytes: Uint8Array }) =>
      new VectorTile(new PbfReader(bytes)).layers.a;
    const feature = read(
      encodeTile("a", [square, { ...square, id: "none", geometry: undefined }], place),
    )?.feature(0);
    expect(feature?.properties).toEqual({ id: "square", list: "[1,2]" });
    for (const { x, y } of feature?.loadGeometry().flat() ?? []) {
      for (const each of [x, y]) expect(Math.abs(each - 2048)).toBeLessThanOrEqual(2048 + 64);
    }
    // More than 64 bits, and more than is exact.
    const numbers = { a: 1e300, b: -(2 ** 63), c: 2 ** 53 - 1, d: 0.5, e: -7 };
    const huge = read(encodeTile("a", [{ ...square, properties: numbers }], place))?.feature(0);
    expect(huge?.properties).toEqual({
      ...{ ...numbers, a: "1e+300", b: "-9223372036854776000", id: "square" },
    });
    const long = Array.from({ length: 90_000 }, (_, i) => [(i % 900) / 100, i / 10_000]);
    const line: Feature = { ...square, geometry: { type: "LineString", coordinates: long } };
    const two = encodeTile("a", [line, line], { z: 0, y: 0, x: 0 });
    expect([two.isPartial, read(two)?.length]).toEqual([true, 1]);
    const talk = { note: "x".repeat(3000) };
    const many = Array.from(
      { length: 1000 },
      (_, i): Feature => ({
        ...{ id: `${i}`, properties: { ...talk, i: `${i} ${talk.note}` } },
        geometry: { type: "Point", coordinates: [1, 1] },
      }),
    );
    const less = encodeTile("a", many, { z: 0, y: 0, x: 0 });
    expect([less.isPartial, read(less)?.length]).toEqual([true, 250]);
  });

  test("has the axes in the order of the system that is asked for", async () => {
    const at = "urn:ngsi-ld:AirQualityObserved:1";
    const coordinates = async (crs: string) => {
      const path = `/ogc/collections/${COLLECTION}/items/${at}?crs=${encodeURIComponent(crs)}`;
      const answer = await ask(path);
      expect(answer.headers.get("Content-Crs")).toBe(`<${crs}>`);
      return ((await answer.json()) as Json).geometry.coordinates;
    };
    expect(await coordinates(`${CRS}/OGC/1.3/CRS84`)).toEqual([114.501, 38]);
    for (const epsg of ["4326", "4490"]) {
      const crs = `${CRS}/EPSG/0/${epsg}`;
      expect(await coordinates(crs)).toEqual([38, 114.501]);
      const box = `bbox=37.99,114.5005,38.0005,114.5025&bbox-crs=${encodeURIComponent(crs)}`;
      expect((await items(box)).numberMatched).toBe(2);
      // Longitudes where latitudes are due: nothing lies there, and nothing else is given instead.
      const mistaken = `bbox=114.5,38,114.6,39&bbox-crs=${encodeURIComponent(crs)}`;
      expect(await items(mistaken)).toMatchObject({ numberMatched: 0, features: [] });
    }
    expect((await items("bbox=0,5,1,4")).numberMatched).toBe(0);
    expect((await items("bbox=114.5005,-100,114.5025,38.0005,9,9&limit=1")).numberMatched).toBe(0);
    expect((await items("bbox=114.5005,-100,114.5025,120&limit=1")).numberMatched).toBe(100);
    expect((await items("bbox=-.5000000,-.5,.5,.5&limit=1")).numberMatched).toBe(0);
  });

  test("refuses what it does not know", async () => {
    const path = `/ogc/collections/${COLLECTION}/items`;
    const wrong = [
      ...["bbox=1,2,3", "bbox=1,2,3,x", "bbox=.,0,1,1", "bbox=0,0,999,1", "bbox=NaN,0,1,1"],
      ...["limit=0", "limit=-1", "limit=x", "limit=1&limit=2", "datetime=yesterday"],
      ...[
        "datetime=2026-13-01T00:00:00Z",
        "datetime=2026-02-30",
        "datetime=../..",
        "datetime=2027-01-01/2026-01-01",
      ],
      ...["datetime=2026-01-01/P", "datetime=2026-01-01/P1DT", "datetime=../P1D", "=null", "x=&=y"],
      ...["crs=EPSG:4326", "bbox-crs=x", "unknown=1", "f=json", "cursor=x", "cursor="],
    ];
    for (const query of wrong) {
      const answer = await ask(`${path}?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(((await answer.json()) as Json).code).toMatch(/^HTTP_(PARAMETER|CURSOR)$/);
    }
    expect((await ask("/ogc/collections?x=1")).status).toBe(400);
    const codes = await ask("/ogc/collections/kind.department/items?cursor=zzz");
    expect([codes.status, ((await codes.json()) as Json).code]).toEqual([400, "HTTP_CURSOR"]);
    expect((await ask(`${path}/urn:none`)).status).toBe(404);
    expect((await ask(`${path}/..%2F..%2Fkeys`)).status).toBe(404);
  });

  test("is described in OpenAPI 3.0 without remote references", async () => {
    const answer = await ask("/ogc/api");
    const text = await answer.text();
    const { openapi, paths } = JSON.parse(text);
    expect(answer.headers.get("Content-Type")).toContain("openapi+json;version=3.0");
    expect(openapi).toMatch(/^3\.0\./);
    expect([...text.matchAll(/"\$ref":"([^"]*)"/g)].every(([, to]) => to?.startsWith("#/"))).toBe(
      true,
    );
    const parameters = paths["/collections/{collectionId}/items"].get.parameters;
    for (const name of ["bbox", "limit"]) {
      expect(parameters.find((each: Json) => each.name === name)).toMatchObject({ style: "form" });
    }
  });

  test.skipIf(isSkipped("OGC API Features", HAS_GDAL))(
    "is read by GDAL, with a token, pages, a box and a filter",
    async () => {
      const gdal = async (program: string, ...args: string[]) => {
        const env = { ...process.env, GDAL_HTTP_HEADERS: `Authorization: Bearer ${token}` };
        return (await run(program, args, { env, maxBuffer: 1 << 26 })).stdout;
      };
      const source = `OAPIF:${world.node.url}/ogc`;
      const all = await gdal("ogrinfo", "-so", source, COLLECTION);
      expect(all).toContain(`Feature Count: ${SENSORS}`);
      expect(all).toContain("Extent: (114.500000, 38.000000) - (114.549000, 38.049000)");
      const file = join(world.root, "all.geojson");
      await gdal("ogr2ogr", "-oo", "PAGE_SIZE=700", file, source, COLLECTION);
      expect(await gdal("ogrinfo", "-so", "-al", file)).toContain(`Feature Count: ${SENSORS}`);
      const box = ["-spat", "114.5005", "37.99", "114.5025", "38.0005"];
      const few = await gdal("ogrinfo", "-al", ...box, source, COLLECTION);
      expect(few).toContain("Feature Count: 2");
      expect(few).toContain("POINT (114.501 38");
    },
  );

  test("is the same after a kill, after the store was lost, and lacks what was erased", async () => {
    const body = async () => JSON.stringify((await items("limit=10000")).features);
    const before = await body();
    const again = async (losing: boolean): Promise<string> => {
      await world.node.stop("SIGKILL");
      const directory = join(world.node.data, "datasets", `${AIR.replaceAll("/", "_")}.g1`);
      if (losing)
        for (const end of ["", "-wal", "-shm"]) rmSync(join(directory, `entities.db${end}`));
      const node = await startRealNode({ data: world.node.data });
      const owner = node.client.as({ signer: signerOf("office"), holder: `${OFFICE}#1` });
      world = { ...world, node, owner };
      token = (await owner.token(600)).token;
      return body();
    };
    expect(await again(false)).toBe(before);
    await send([{ ...sensor(3), pm25: 1000 }]);
    expect((await items("pm25=1000")).numberMatched).toBe(1);
    await world.owner.eraseFacts(AIR, 3, { names: ["pm25"] });
    expect((await items("pm25=1000")).numberMatched).toBe(0);
    const left = await body();
    expect(await again(true)).toBe(left);
  });
});
