import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeFact, fromBase64, isShown, present, utf8 } from "../../../src/core/index.ts";
import { code, keySpec } from "../../core/state/kit.ts";
import {
  AIR,
  asOffice,
  asReader,
  type GrantsWorld,
  OFFICE,
  office,
  openGrants,
  photoOf,
} from "../grants-world.ts";
import { type Json, MA1301, NODE, type RequestSigning, signedHeaders } from "../world.ts";

// Who said a value, beside it, with the way to its proof.

const HIDDEN = { no2: 41, note: "夜间偷排", photo: photoOf("x"), other: `${MA1301}/X1` };
const ENTITY = `urn:ngsi-ld:AirQualityObserved:${AIR}`;

let world: GrantsWorld;
beforeAll(async () => {
  world = await openGrants(HIDDEN);
  const log = present(world.datasets.find(`${AIR}#1`), "log");
  const { record } = await world.json(`/v1/codes/${encodeURIComponent(AIR)}`);
  const prev = Buffer.from(record.control, "hex");
  const gateway = { ...keySpec("unused", ["data"]), key: log.gateway, scope: { under: code(AIR) } };
  await world.do({ op: "keys", code: code(AIR), prev, add: [gateway] }, office);
});
afterAll(() => world[Symbol.asyncDispose]());

async function ask(path: string, by: RequestSigning, body?: object): Promise<Response> {
  const bytes = body && utf8(JSON.stringify(body));
  const method = body === undefined ? "GET" : "PATCH";
  return world.request(method, path, {
    headers: {
      ...signedHeaders(method, NODE + path, bytes, world.clock.now, by),
      ...{ "NGSILD-Tenant": AIR, "Content-Type": "application/json" },
    },
    ...(bytes && { body: new Uint8Array(bytes) }),
  });
}

const entityPath = `/ngsi-ld/v1/entities/${encodeURIComponent(ENTITY)}`;

/** The fact that the file behind a link proves. */
async function provenAt(href: string, by: RequestSigning): Promise<Json> {
  const answer = await ask(href.slice(NODE.length), by);
  expect(answer.status).toBe(200);
  const { format, facts } = await answer.json();
  expect([format, facts.length]).toEqual(["cityid/facts/v1", 1]);
  const fact = decodeFact(present(fromBase64(facts[0].fact), "base64"));
  return fact.ok && isShown(fact.value) ? [fact.value.name, fact.value.value] : fact;
}

test("what a source said leads to the fact that it signed, its place too", async () => {
  const answer = await ask(`${entityPath}?proof=true`, asOffice);
  const entity = await answer.json();
  const by = { source: OFFICE, signedBy: "source", entry: 1, observation: 0 };
  expect(entity.pm25).toMatchObject({
    ...{ type: "Property", value: 12 },
    cityidProof: { type: "Property", value: by },
  });
  expect(await provenAt(entity.pm25.cityidProof.value.href, asOffice)).toEqual(["pm25", 12]);
  const [name] = await provenAt(entity.location.cityidProof.value.href, asOffice);
  expect(name).toBe("place");
  expect(answer.headers.get("Link")).toContain(
    `/entries/1/proof?observation=0>; rel="${NODE}/rel/proof"`,
  );
});

test("what the gateway wrote says so; each value keeps its own", async () => {
  const said = { no2: { type: "Property", value: 40 } };
  expect((await ask(`${entityPath}/attrs`, asOffice, said)).status).toBe(204);
  const entity = await (await ask(`${entityPath}?proof=true&options=concise`, asOffice)).json();
  expect(entity.no2).toMatchObject({
    value: 40,
    cityidProof: { value: { source: AIR, signedBy: "gateway", entry: 4 } },
  });
  expect(entity.pm25.cityidProof.value).toMatchObject({ signedBy: "source", entry: 1 });
  expect(await provenAt(entity.no2.cityidProof.value.href, asOffice)).toMatchObject([
    "no2",
    [{ value: 40 }],
  ]);
});

test("a grantee gets the proofs of what it may see, in lists and as features", async () => {
  const found = await (await ask("/ngsi-ld/v1/entities?attrs=pm25&proof=true", asReader)).json();
  expect(found).toHaveLength(1);
  expect(await provenAt(found[0].pm25.cityidProof.value.href, asReader)).toEqual(["pm25", 12]);
  const whole = await (await ask(`${entityPath}?proof=true`, asReader)).text();
  expect(whole).not.toContain("no2");
  const other = found[0].pm25.cityidProof.value.href.replace("pm25", "no2");
  expect((await ask(other.slice(NODE.length), asReader)).status).toBe(404);
});

test("nothing is told of it where nobody asks, and no other word is taken", async () => {
  const plain = await ask(entityPath, asOffice);
  expect(await plain.text()).not.toContain("cityidProof");
  expect(plain.headers.get("Link")).not.toContain("/rel/proof");
  expect((await ask(`${entityPath}?proof=yes`, asOffice)).status).toBe(400);
});

test("entities that a relationship leads to are told with the proofs of theirs, inside and behind", async () => {
  const near = "urn:ngsi-ld:Thing:near";
  const written = await ask(`${entityPath}/attrs`, asOffice, {
    near: { type: "Relationship", object: near },
  });
  expect(written.status).toBe(204);
  const { entry: at } = (await (await ask(`${entityPath}?proof=true`, asOffice)).json()).near
    .cityidProof.value;
  const other = { id: near, type: "Thing", height: { type: "Property", value: 3 } };
  const body = utf8(JSON.stringify(other));
  const made = await world.request("POST", "/ngsi-ld/v1/entities", {
    headers: {
      ...signedHeaders("POST", `${NODE}/ngsi-ld/v1/entities`, body, world.clock.now, asOffice),
      ...{ "NGSILD-Tenant": AIR, "Content-Type": "application/json" },
    },
    body: new Uint8Array(body),
  });
  expect(made.status).toBe(201);
  const by = { source: AIR, signedBy: "gateway", entry: at + 1, observation: 0 };
  const inline = await (await ask(`${entityPath}?proof=true&join=inline`, asOffice)).json();
  expect(inline.near.entity.height.cityidProof.value).toMatchObject(by);
  const flat = await (await ask(`${entityPath}?proof=true&join=flat`, asOffice)).json();
  const behind = flat.find(({ id }: Json) => id === near);
  expect(behind.height.cityidProof.value).toMatchObject(by);
  const [name, value] = await provenAt(behind.height.cityidProof.value.href, asOffice);
  expect([name, JSON.stringify(value)]).toEqual(["height", expect.stringContaining("3")]);
  const plain = await (await ask(`${entityPath}?join=inline`, asOffice)).json();
  expect(plain.near.entity.height.cityidProof).toBeUndefined();
});
