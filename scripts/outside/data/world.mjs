// A node with codes and one dataset that everybody may read and export.
import * as core from "../../../dist/core/index.js";
import { createClient, makeObservation, signEntry, signerFromSeed } from "../../../dist/sdk/index.js";
import { DEPARTMENT, World } from "../../../bench/lib/world.mjs";

const AIR = `${DEPARTMENT}/DATA/AIR`;
const LAMPS = 1000;
const BATCH = 1000;
/** Things of a row of the grid, and how far they lie apart, in ten-millionths of a degree. */
const ROW = 250;
const STEP = 10_000;
const WEST = 1_140_000_000;
const SOUTH = 375_000_000;

/** @returns the node, and what stands in it; its dataset is empty until it is filled */
export async function startDataNode() {
  const world = await World.begin();
  try {
    await world.start();
    await world.found();
    await world.import(world.prepareImport(LAMPS));
    const seed = core.sha256(core.utf8("bench department"));
    const signer = signerFromSeed(seed);
    const audience = await makeDataset(world, signer);
    const claims = { source: DEPARTMENT, audience, signer };
    return { world, claims, entities: 0, dataset: AIR, collection: `dataset.${AIR.replaceAll("/", "_")}`, lamps: LAMPS };
  } catch (error) {
    await world.end();
    throw error;
  }
}

/** Sends observations, each of another thing, until there are so many. */
export async function fillTo(node, entities) {
  const client = createClient({ url: node.world.url });
  while (node.entities < entities) {
    const length = Math.min(BATCH, entities - node.entities);
    const said = Array.from({ length }, (_, i) => makeObservation(sensor(node.entities + i)));
    const claims = { ...node.claims, iatSeconds: Math.floor(Date.now() / 1000) };
    await client.sendEntry(AIR, await signEntry(claims, said));
    node.entities += length;
  }
}

async function makeDataset(world, signer) {
  await register(world, `${DEPARTMENT}/DATA`, "class");
  const origin = await describe(world, signer, AIR, { title: { zh: "空气" }, licence: "CC0-1.0", contact: "数据科" });
  await by(world, { op: "grant", code: AIR, to: "*", log: origin, actions: ["export", "read"] });
  return origin;
}

/** Another dataset, which nobody was granted, and which says of itself all that one can. @returns its code */
export async function describeClosed({ world, claims }) {
  const code = `${DEPARTMENT}/DATA/TRAFFIC`;
  await describe(world, claims.signer, code, {
    ...{ title: { zh: "交通流量", en: "Traffic" }, themes: ["traffic"], terms: "仅供研究", rhythm: "PT1H" },
    ...{ licence: "政府数据开放许可", contact: "data@example.org", extent: [WEST, SOUTH, WEST + STEP, SOUTH + STEP] },
    dictionary: [{ name: "flow", type: "integer", unit: "1/h", names: { zh: "流量" } }],
  });
  return code;
}

/** @returns the name of its log */
async function describe(world, signer, code, said) {
  const owner = createClient({ url: world.url }).as({ signer, holder: `${DEPARTMENT}#1` });
  const { origin, vkeys, url } = await owner.openDatasetLog(code);
  await register(world, code, "dataset");
  const { record } = await owner.record(code);
  await by(world, { op: "dataset", code, prev: Buffer.from(record.op, "hex"), ...said, log: { origin, vkeys, url } });
  return origin;
}

function register(world, code, kind) {
  return by(world, { op: "register", items: [{ code, kind, names: { zh: { value: "数据", validFrom: "2020-01-01" } } }] });
}

function by(world, body) {
  return world.submit([world.sign(body, DEPARTMENT, "department")]);
}

function sensor(n) {
  return {
    ...{ id: `urn:ngsi-ld:AirQualityObserved:${n}`, type: "AirQualityObserved" },
    time: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
    place: [WEST + (n % ROW) * STEP, SOUTH + Math.floor(n / ROW) * STEP],
    ...{ pm25: n % 300, note: `站点 ${n}` },
  };
}

/** A box with `columns` × `rows` things in it, from the corner in the south-west, in degrees. */
export function boxOf(columns, rows) {
  const degrees = (units) => (units / 1e7).toFixed(7);
  const half = STEP / 2;
  return [WEST - half, SOUTH - half, WEST + columns * STEP - half, SOUTH + rows * STEP - half].map(degrees);
}
