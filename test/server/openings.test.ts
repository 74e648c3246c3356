import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CborValue, encodeCbor, hex, sha256, utf8 } from "../../src/core/index.ts";
import { city, code, keySpec, testKey } from "../core/state/kit.ts";
import { asCity, asMember, MA1301, openCity, sendSigned, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

const salt = new Uint8Array(16).fill(7);
const openingOf = (field: string, value: CborValue, text = MA1301) =>
  encodeCbor([salt, text, field, value]);
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function commitTo(field: "height" | "geometry" | "zh", opening: Uint8Array): Promise<void> {
  const { record } = await world.json(`/v1/codes/${MA1301}`);
  const statement = { commit: sha256(opening), validFrom: "2020-01-01" };
  const change =
    field === "geometry"
      ? { geometry: statement }
      : field === "zh"
        ? { names: { zh: statement } }
        : { attributes: { height: statement } };
  const prev = Uint8Array.from(Buffer.from(record.op, "hex"));
  await world.do({ op: "update", code: code(MA1301), prev, ...change }, city);
}

const LAMP = `${MA1301}/LAMP/000001`;

/** A key of the city that may speak for its lamps alone. */
async function addLampKey() {
  const { record } = await world.json(`/v1/codes/${MA1301}`);
  const prev = Uint8Array.from(Buffer.from(record.control, "hex"));
  const scope = { under: code(`${MA1301}/LAMP`), classes: ["LAMP"] };
  const add = [{ ...keySpec("lamps", ["record"]), scope }];
  await world.do({ op: "keys", code: code(MA1301), prev, add }, city);
  return { keyid: `${MA1301}#1/${hex(testKey("lamps").kid)}`, key: "lamps" };
}

const put = (opening: Uint8Array, hash = hashOf(opening), who = asCity) =>
  sendSigned(world, "PUT", `/v1/openings/${hash}`, who, opening);

describe("/v1/openings/<hash>", () => {
  test("keeps what a commitment was made of, for the holder alone", async () => {
    const opening = openingOf("attributes/height", 12);
    await commitTo("height", opening);
    expect((await put(opening)).status).toBe(204);
    const path = `/v1/openings/${hashOf(opening)}`;
    const raw = await sendSigned(world, "GET", path, asCity);
    expect(raw.headers.get("Cache-Control")).toBe("private, no-store");
    expect(hex(new Uint8Array(await raw.arrayBuffer()))).toBe(hex(opening));
    const readable = await sendSigned(world, "GET", path, asCity, undefined, {
      Accept: "application/json",
    });
    expect(await readable.json()).toEqual({
      hash: hashOf(opening),
      salt: hex(salt),
      code: MA1301,
      field: "attributes/height",
      value: 12,
    });
    // Nobody else even learns that it is here.
    const member = await sendSigned(world, "GET", path, asMember("A"));
    expect(member.status).toBe(404);
    expect(await member.json()).toMatchObject({ code: "OPENING_UNKNOWN" });
    expect((await world.get(path)).status).toBe(401);
    expect((await sendSigned(world, "DELETE", path, asMember("A"))).status).toBe(404);
    expect((await sendSigned(world, "DELETE", path, asCity)).status).toBe(204);
    expect((await sendSigned(world, "GET", path, asCity)).status).toBe(404);
  });

  test("is closed to a key whose scope does not cover the record", async () => {
    const opening = openingOf("attributes/height", 12);
    await commitTo("height", opening);
    expect((await put(opening)).status).toBe(204);
    const asLamps = await addLampKey();
    const path = `/v1/openings/${hashOf(opening)}`;
    const refused = await put(opening, hashOf(opening), asLamps);
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: "HTTP_FORBIDDEN" }]);
    for (const method of ["GET", "DELETE"]) {
      const response = await sendSigned(world, method, path, asLamps);
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { code: "OPENING_UNKNOWN" },
      ]);
    }
    expect((await sendSigned(world, "GET", path, asCity)).status).toBe(200);
    // Of a lamp it may speak: only what the lamp's record states is missing.
    const lamp = await put(openingOf("attributes/height", 8, LAMP), undefined, asLamps);
    expect(await lamp.json()).toMatchObject({ code: "OPENING_NOT_STATED" });
  });

  test.each([
    ["geometry", "geometry", { point: [1, 2] }],
    ["zh", "names/zh", "石家庄"],
  ] as const)("takes a commitment in %s", async (field, path, value) => {
    const opening = openingOf(path, value);
    await commitTo(field, opening);
    expect((await put(opening)).status).toBe(204);
  });

  test.each([
    ["a field that does not state it", openingOf("attributes/width", 12)],
    ["a field that stands in clear", openingOf("names/en", "x")],
    ["no field of a record", openingOf("links/x", "x")],
    ["a code without a record", openingOf("attributes/height", 12, "MA.156.1301.99")],
  ])("refuses an opening of %s", async (_, opening) => {
    const response = await put(opening);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: "OPENING_NOT_STATED",
      facts: { field: expect.any(String) },
    });
  });

  test("refuses bytes of another hash, bytes that are no opening, and strangers", async () => {
    const opening = openingOf("attributes/height", 12);
    const wrong = await put(opening, "00".repeat(32));
    expect(await wrong.json()).toMatchObject({
      code: "OPENING_HASH",
      facts: { got: hashOf(opening) },
    });
    for (const bytes of [
      utf8("x"),
      encodeCbor([salt, MA1301, "geometry"]),
      encodeCbor([utf8("short"), MA1301, "geometry", 1]),
      encodeCbor([salt, "nonsense", "geometry", 1]),
    ]) {
      expect(await (await put(bytes)).json()).toMatchObject({ code: "OPENING_SHAPE" });
    }
    await commitTo("height", opening);
    const stranger = await put(opening, hashOf(opening), asMember("A"));
    expect(stranger.status).toBe(403);
    const large = await put(encodeCbor([salt, MA1301, "geometry", new Uint8Array(9000)]));
    expect(large.status).toBe(413);
  });
});
