import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeCbor, encodeObservations, fromHex, present } from "../../../src/core/index.ts";
import { openDatasets } from "../../../src/node/datasets.ts";
import { fact, signed } from "../../core/data/kit.ts";
import { city, code, keySpec, named } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";
import { MA1301, openCity } from "../world.ts";

const OFFICE = `${MA1301}.02`;
const AIR = `${OFFICE}/DATA/AIR`;
const PATH = `/v1/datasets/${encodeURIComponent(AIR)}/entries`;
const directory = mkdtempSync(join(tmpdir(), "cityid-rate-"));
afterAll(() => discard(directory));

test("a key, and all keys of a source, send as fast as they may; what is there already costs nothing", async () => {
  const clock = { now: 0 };
  await using datasets = await openDatasets({
    directory,
    host: "node.test",
    clock: () => clock.now,
    random: (bytes) => new Uint8Array(bytes).fill(7),
  });
  const uploads = {
    key: { perSecond: 1, burst: 2 },
    source: { perSecond: 1, burst: 3 },
  };
  await using world = await openCity({ uploads }, { datasets });
  clock.now = world.clock.now;
  const headOf = async (of: string, name: "op" | "control") => {
    const { record } = await world.json(`/v1/codes/${encodeURIComponent(of)}`);
    return present(fromHex(record[name]), name);
  };
  const keys = ["phone 1", "phone 2"].map((word) => keySpec(word, ["data"]));
  const prev = await headOf(OFFICE, "control");
  await world.do({ op: "keys", code: code(OFFICE), prev, add: keys }, city);
  const items = [
    { code: code(`${OFFICE}/DATA`), kind: "class" as const, names: named("数据集") },
    { code: code(AIR), kind: "dataset" as const, names: named("空气") },
  ];
  await world.do({ op: "register", items }, city);
  const log = present(await datasets.open(`${AIR}#1`), "a log");
  const described = {
    ...{ op: "dataset" as const, code: code(AIR), prev: await headOf(AIR, "op") },
    ...{ title: { zh: "空气" }, licence: "none", contact: "科" },
    log: { origin: log.origin, vkeys: [log.vkey], url: "https://node.test" },
  };
  await world.do(described, city);

  let count = 0;
  const entryOf = (word: string) => {
    const observations = [[fact("note", `${word} ${count++}`)]];
    const iatSeconds = Math.floor(world.clock.now / 1000);
    const { bytes } = signed(OFFICE, word, { observations, audience: log.origin, iatSeconds });
    return encodeCbor({ entry: bytes, facts: encodeObservations(observations) });
  };
  const send = async (body: Uint8Array) => {
    const answer = await world.request("POST", PATH, { body: new Uint8Array(body) });
    const { code: refusal, facts } = await answer.json();
    return answer.status === 429 ? [refusal, facts.by, facts.retryAfter] : answer.status;
  };
  const first = entryOf("phone 1");
  expect([await send(first), await send(entryOf("phone 1"))]).toEqual([201, 201]);
  const third = entryOf("phone 1");
  expect(await send(third)).toEqual(["HTTP_RATE", "key", 1]);
  expect(await send(first)).toBe(200);
  // Who signs with no key of theirs uses up nothing of it.
  const forged = entryOf("phone 2");
  forged[forged.length - 40] = (forged.at(-40) ?? 0) ^ 1;
  expect([await send(forged), await send(forged)].every((status) => status !== 201)).toBe(true);
  expect(await send(entryOf("phone 2"))).toBe(201);
  expect(await send(entryOf("phone 2"))).toEqual(["HTTP_RATE", "source", 1]);
  // Programs on the machine itself are the operator's own.
  const fromHere = new Request(`https://node.test${PATH}`, {
    method: "POST",
    body: new Uint8Array(entryOf("phone 2")),
  });
  expect((await world.app.fetch(fromHere, { remoteAddress: "127.0.0.1" })).status).toBe(201);
  world.clock.now += 1000;
  expect(await send(third)).toBe(201);
});
