import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AccessScope,
  type CborValue,
  encodeCbor,
  encodeObservations,
  type Grant,
  hex,
  type Observation,
  sha256,
  utf8,
} from "../../src/core/index.ts";
import { type NodeDatasets, openDatasets, signEntry } from "../../src/node/datasets.ts";
import type { AppDependencies } from "../../src/server/index.ts";
import { code, keySpec, named, type Signing, testKey } from "../core/state/kit.ts";
import { discard } from "../discard.ts";
import {
  issueCity,
  MA1301,
  openWorld,
  type RequestSigning,
  stretched,
  type World,
} from "./world.ts";

// A department with a dataset on a node, and another one that it granted a part of it.

export const OFFICE = `${MA1301}.02`;
export const PARKS = `${MA1301}.03`;
export const AIR = `${OFFICE}/DATA/AIR`;
export const AIR_PATH = `/v1/datasets/${encodeURIComponent(AIR)}`;
export const office: Signing = { iss: OFFICE, key: "office" };
export const parks: Signing = { iss: PARKS, key: "parks" };
const keyOf = (holder: string, key: string): RequestSigning => ({
  keyid: `${holder}#1/${hex(testKey(key).kid)}`,
  key,
});
export const asOffice: RequestSigning = keyOf(OFFICE, "office");
export const asParks: RequestSigning = keyOf(PARKS, "parks");
/** Key of a program of the parks: it may read, and speaks for nobody. */
export const asReader: RequestSigning = keyOf(PARKS, "reader");

/** What nobody but the owner may learn. */
export type Hidden = {
  readonly no2: number;
  readonly note: string;
  readonly photo: Uint8Array;
  /** Of an observation outside the area, and of one outside the time. */
  readonly other: string;
};

/** A JPEG that says something in a comment. */
export function photoOf(text: string): Uint8Array {
  const comment = utf8(text);
  return Uint8Array.from([
    ...[0xff, 0xd8, 0xff, 0xfe, 0x00, comment.length + 2, ...comment],
    ...[0xff, 0xda, 0x00, 0x02, 0x11, 0x22, 0xff, 0xd9],
  ]);
}

export const fileOf = (bytes: Uint8Array): CborValue => ({
  bytes: bytes.length,
  sha256: new Uint8Array(createHash("sha256").update(bytes).digest()),
  type: "image/jpeg",
});

/** The same salts in every world, so that what is shown can be compared. */
export function observation(
  which: string,
  said: { readonly [name: string]: CborValue },
): Observation {
  return Object.entries(said)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      salt: sha256(utf8(`${which} ${name}`)).subarray(0, 16),
      name,
      value,
    }));
}

export const SHOWN_PHOTO: Uint8Array = photoOf("for the parks");
export const INSIDE: readonly [number, number] = [1_145_000_000, 380_000_000];
export const SCOPE: AccessScope = {
  actions: ["read"],
  attributes: ["pm25", "picture"],
  area: [1_140_000_000, 375_000_000, 1_150_000_000, 385_000_000],
  time: { since: Date.UTC(2026, 10, 1) / 1000, before: Date.UTC(2026, 11, 1) / 1000 },
};

export type GrantsWorld = World & {
  readonly datasets: NodeDatasets;
  /** Where its logs lie. */
  readonly directory: string;
  readonly request: World["request"];
  readonly requestId: string;
  readonly grantId: string;
  /** Sends observations as the department does. */
  post(observations: readonly Observation[], files?: readonly Uint8Array[]): Promise<Response>;
  /** The same of what is to be taken. @returns the index of the entry */
  send(observations: readonly Observation[], files?: readonly Uint8Array[]): Promise<number>;
};

/** Sets up both, with three entries: one shown in part, one outside the area, one outside the time. */
export async function openGrants(
  hidden: Hidden,
  more: Partial<AccessScope> = {},
  dependencies: Partial<AppDependencies> = {},
): Promise<GrantsWorld> {
  const directory = mkdtempSync(join(tmpdir(), "cityid-grants-"));
  const clock = { now: Date.UTC(2026, 10, 22, 6, 1) };
  const random = (bytes: number) => stretched(sha256(utf8(`${bytes}`)), bytes);
  const datasets = await openDatasets({
    ...{
      directory: join(directory, "datasets"),
      host: "node.test",
      clock: () => clock.now,
      random,
    },
  });
  const world = await openWorld({}, { datasets, ...dependencies });
  await issueCity(world);
  const held = (word: string) => keySpec(word, ["data", "govern", "issue", "record"]);
  const department = (of: string, ...keys: ReturnType<typeof keySpec>[]) => ({
    ...{ code: code(of), kind: "department" as const, names: named(of), keys },
  });
  const city = { iss: MA1301, key: "city" };
  const reader = keySpec("reader", ["data"]);
  const items = [department(OFFICE, held("office")), department(PARKS, held("parks"), reader)];
  await world.do({ op: "register", items }, city);
  const folder = { code: code(`${OFFICE}/DATA`), kind: "class" as const, names: named("数据") };
  await world.do({ op: "register", items: [folder] }, office);
  const item = { code: code(AIR), kind: "dataset" as const, names: named("空气") };
  await world.do({ op: "register", items: [item] }, office);
  const log = await datasets.open(`${AIR}#1`);
  if (log === undefined) throw new Error("no log");
  const { record } = await world.json(`/v1/codes/${encodeURIComponent(AIR)}`);
  await world.do(
    {
      ...{ op: "dataset", code: code(AIR), prev: Buffer.from(record.op, "hex") },
      ...{ title: { zh: "空气质量", en: "Air quality" }, licence: "CC-BY-4.0", contact: "数据科" },
      dictionary: [{ name: "pm25", type: "number", unit: "µg/m³", names: { zh: "细颗粒物" } }],
      ...{
        rhythm: "PT1H",
        themes: ["environment"],
        extent: [1_140_000_000, 375_000_000, 1_150_000_000, 385_000_000],
      },
      log: { origin: log.origin, vkeys: [log.vkey], url: "https://node.test" },
    },
    office,
  );
  const post: GrantsWorld["post"] = async (observations, files = []) => {
    const claims = { source: code(OFFICE), audience: log.origin, observations };
    const entry = signEntry(testKey("office").seed, claims, world.clock.now);
    const facts = encodeObservations(observations);
    const body = encodeCbor(files.length > 0 ? { entry, facts, files } : { entry, facts });
    return world.request("POST", `${AIR_PATH}/entries`, {
      headers: { "Content-Type": "application/cbor" },
      body: new Uint8Array(body),
    });
  };
  const send: GrantsWorld["send"] = async (...of) => {
    const answer = await post(...of);
    if (answer.status !== 201) throw new Error(await answer.text());
    return (await answer.json()).index;
  };
  const when = "2026-11-20T08:00:00Z";
  const secret = fileOf(hidden.photo);
  await send(
    [
      observation("inside", {
        ...{ id: AIR, type: "AirQualityObserved", time: when, place: INSIDE, pm25: 12 },
        ...{ no2: hidden.no2, note: hidden.note, photo: secret, picture: fileOf(SHOWN_PHOTO) },
      }),
      observation("outside", {
        ...{ id: hidden.other, type: "AirQualityObserved", time: when, pm25: hidden.no2 },
        place: [1_160_000_000, 380_000_000],
      }),
    ],
    [hidden.photo, SHOWN_PHOTO],
  );
  await send([
    observation("nowhere", { id: hidden.other, type: "Report", time: when, pm25: hidden.no2 }),
  ]);
  await send([
    observation("late", {
      ...{ id: hidden.other, type: "AirQualityObserved", time: "2026-12-01T00:00:00Z" },
      ...{ place: INSIDE, pm25: hidden.no2 },
    }),
  ]);
  const scope = { ...SCOPE, ...more };
  const named_ = { dataset: code(AIR), log: log.origin };
  const asked = {
    op: "request",
    code: code(PARKS),
    purpose: "树木养护",
    ...named_,
    ...scope,
  } as const;
  const requestId = await idOfNewest(world, asked, parks, "requests");
  const answer: Grant = {
    ...{ op: "grant", code: code(AIR), log: log.origin, request: Buffer.from(requestId, "hex") },
    ...scope,
  };
  const grantId = await idOfNewest(world, answer, office, "grants");
  return Object.assign(world, {
    ...{ datasets, requestId, grantId, post, send, directory: join(directory, "datasets") },
    async [Symbol.asyncDispose]() {
      world.app.close();
      await datasets[Symbol.asyncDispose]();
      await world.ledger[Symbol.asyncDispose]();
      discard(directory);
    },
  });
}

/** Has the ledger take an operation. @returns the id of what it made */
export async function idOfNewest(
  world: World,
  op: Parameters<World["do"]>[0],
  signing: Signing,
  list: "requests" | "grants",
): Promise<string> {
  const { hash } = await world.do(op, signing);
  await world.ledger.indexed(world.ledger.head().size);
  const { items } = await world.json(`/v1/${list}?limit=10`);
  return items.find((each: { op: string }) => each.op === hash).id;
}
