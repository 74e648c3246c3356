// A dataset to measure: open to everybody, with readings that the department itself signs.
import * as core from "../../dist/core/index.js";
import { createClient, makeObservation, signEntry, signerFromSeed } from "../../dist/sdk/index.js";
import { DEPARTMENT } from "./world.mjs";

export const AIR = `${DEPARTMENT}/DATA/AIR`;
export const DATASET_PATH = `/v1/datasets/${encodeURIComponent(AIR)}`;
const TYPE = "AirQualityObserved";
const START = Date.UTC(2026, 0, 1);
const EVERY_MILLISECONDS = 30_000;

const signer = signerFromSeed(core.sha256(core.utf8("bench department")));

/** Registers it and opens its log. @returns the log's origin */
export async function makeDataset(world) {
  const owner = createClient({ url: world.url }).as({ signer, holder: `${DEPARTMENT}#1` });
  const log = await owner.openDatasetLog(AIR);
  const by = (body) => world.submit([world.sign(body, DEPARTMENT, "department")]);
  const names = { zh: { value: "空气", validFrom: "2020-01-01" } };
  await by({ op: "register", items: [{ code: `${DEPARTMENT}/DATA`, kind: "class", names }] });
  await by({ op: "register", items: [{ code: AIR, kind: "dataset", names }] });
  const { record } = await owner.record(AIR);
  await by({
    ...{ op: "dataset", code: AIR, prev: Buffer.from(record.op, "hex"), title: { zh: "空气" } },
    ...{ licence: "CC0-1.0", contact: "数据科", log: { origin: log.origin, vkeys: log.vkeys, url: log.url } },
  });
  await by({ op: "grant", code: AIR, to: "*", log: log.origin, actions: ["export", "read"] });
  return log.origin;
}

/** What the node says of it; `undefined` where it was not made yet. */
export async function datasetOf({ url }) {
  const answer = await fetch(url + DATASET_PATH);
  return answer.ok ? answer.json() : undefined;
}

/** The n-th reading, of one of so many things, as three facts. */
export function frameOf(n, things) {
  const id = `urn:ngsi-ld:${TYPE}:${n % things}`;
  return { id, type: TYPE, time: new Date(START + n * EVERY_MILLISECONDS).toISOString() };
}

/** Five facts, as the bound of batches has it. */
export function observed(n, things) {
  const which = n % things;
  const place = [1_140_000_000 + (which % 316) * 31_645, 375_000_000 + Math.floor((which % 100_000) / 316) * 31_645];
  return { ...frameOf(n, things), place, pm25: n % 301 };
}

/** @param said one thing for each observation */
export function signedEntry(said, audience) {
  const claims = { source: DEPARTMENT, audience, signer, iatSeconds: Math.floor(Date.now() / 1000) };
  return signEntry(claims, said.map(makeObservation));
}
