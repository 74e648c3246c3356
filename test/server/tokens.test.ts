import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { signEd25519 } from "#crypto";
import {
  type CborValue,
  encodeCbor,
  encodeSign1,
  hex,
  sigStructure,
  utf8,
} from "../../src/core/index.ts";
import { createTokens } from "../../src/server/tokens/index.ts";
import { city, code, ORIGIN, testKey } from "../core/state/kit.ts";
import {
  asCity,
  asMember,
  cityKeyid,
  MA1301,
  NODE,
  openCity,
  openWorld,
  sendSigned,
  signedHeaders,
  type World,
} from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

const seconds = (n: unknown) => utf8(JSON.stringify({ seconds: n }));

function claim(
  more: {
    aud?: string;
    iat?: number;
    type?: string;
    iss?: string;
    key?: string;
    payload?: CborValue;
  } = {},
): Uint8Array {
  const { kid, seed } = testKey(more.key ?? "city");
  const claims = new Map<number, CborValue>([
    [1, more.iss ?? MA1301],
    [3, more.aud ?? ORIGIN],
    [6, more.iat ?? Math.floor(world.clock.now / 1000)],
  ]);
  const header = new Map<number, CborValue>([
    [1, -8],
    [3, more.type ?? "application/vnd.cityid.token+cbor"],
    [4, kid],
    [15, claims],
  ]);
  const protectedBytes = encodeCbor(header);
  const payload = encodeCbor(more.payload ?? { nonce: new Uint8Array(16), seconds: 600 });
  const signature = signEd25519(seed, sigStructure(protectedBytes, payload));
  return encodeSign1({ protectedBytes, payload, signature });
}

const present = (body: Uint8Array) =>
  world.request("POST", "/v1/tokens", {
    headers: { "Content-Type": "application/vnd.cityid.token+cbor" },
    body: new Uint8Array(body),
  });

describe("POST /v1/tokens", () => {
  test("a signed request yields a bearer token, which then stands for one", async () => {
    const response = await sendSigned(world, "POST", "/v1/tokens", asMember("A"), seconds(600));
    expect(response.status).toBe(200);
    const { token, type, holder, kid, expires } = await response.json();
    expect([type, holder, kid]).toEqual(["Bearer", "member/A", hex(testKey("member A").kid)]);
    expect(expires).toBe(new Date(world.clock.now + 600_000).toISOString());
    const headers = { Authorization: `Bearer ${token}` };
    expect((await world.get("/v1/applications", headers)).status).toBe(200);
    world.clock.now += 600_000;
    const late = await world.get("/v1/applications", headers);
    expect(late.status).toBe(401);
    expect(await late.json()).toMatchObject({ code: "HTTP_TOKEN_UNKNOWN" });
  });

  test("a token makes no tokens", async () => {
    const response = await sendSigned(world, "POST", "/v1/tokens", asCity, seconds(600));
    const { token } = await response.json();
    const again = await world.request("POST", "/v1/tokens", {
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: new Uint8Array(seconds(86_400)),
    });
    expect(again.status).toBe(401);
    expect(await again.json()).toMatchObject({ code: "HTTP_SIGNATURE_MISSING" });
  });

  test("a token ends with its key", async () => {
    const { token } = await (
      await sendSigned(world, "POST", "/v1/tokens", asCity, seconds(600))
    ).json();
    const path = `/v1/openings/${"00".repeat(32)}`;
    const headers = { Authorization: `Bearer ${token}` };
    expect((await world.get(path, headers)).status).toBe(404);
    const { record } = await world.json(`/v1/codes/${MA1301}`);
    const prev = Uint8Array.from(Buffer.from(record.control, "hex"));
    await world.do({ op: "status", code: code(MA1301), prev, do: "suspend", reason: "x" }, city);
    const response = await world.get(path, headers);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      code: "HTTP_SIGNATURE_KEY",
      facts: { why: "its holder is not in force" },
    });
  });

  test.each([599, 86_401, 0.5, "600", undefined])("refuses %j seconds", async (n) => {
    const response = await sendSigned(world, "POST", "/v1/tokens", asMember("A"), seconds(n));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "HTTP_TOKEN_SECONDS",
      facts: { min: 600, max: 86_400 },
    });
  });

  test("what was signed before the node started is not good again after it", async () => {
    const { ledger, clock } = world;
    const body = seconds(600);
    const before = signedHeaders("POST", `${NODE}/v1/tokens`, body, clock.now, asCity);
    const early = claim();
    const post = (where: World, headers: Record<string, string>, sent: Uint8Array) =>
      where.request("POST", "/v1/tokens", { headers, body: new Uint8Array(sent) });
    const ofClaim = { "Content-Type": "application/vnd.cityid.token+cbor" };
    expect((await post(world, before, body)).status).toBe(200);
    expect((await post(world, ofClaim, early)).status).toBe(200);
    clock.now += 5000;
    await using again = await openWorld({}, { ledger, clock: () => clock.now });
    for (const [headers, sent] of [[before, body] as const, [ofClaim, early] as const]) {
      const replayed = await post(again, headers, sent);
      expect([replayed.status, await replayed.json()]).toMatchObject([
        401,
        {
          code: "HTTP_SIGNATURE_EARLIER",
          facts: { started: new Date(clock.now).toISOString() },
        },
      ]);
    }
    const now = signedHeaders("POST", `${NODE}/v1/tokens`, body, clock.now, asCity);
    expect((await post(again, now, body)).status).toBe(200);
    expect((await post(again, ofClaim, claim())).status).toBe(200);
  });

  test("a COSE_Sign1 yields one too, once", async () => {
    const body = claim();
    const response = await present(body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      holder: `${MA1301}#1`,
      kid: hex(testKey("city").kid),
    });
    const again = await present(body);
    expect(again.status).toBe(401);
    expect(await again.json()).toMatchObject({ code: "HTTP_SIGNATURE_REPLAYED" });
    const ofMember = claim({ iss: "member/B", key: "member B" });
    expect(await (await present(ofMember)).json()).toMatchObject({ holder: "member/B" });
  });

  test.each([
    ["for another ledger", () => claim({ aud: "x" }), { code: "OP_AUDIENCE", facts: { got: "x" } }],
    [
      "of two minutes ago",
      () => claim({ iat: world.clock.now / 1000 - 120 }),
      { code: "HTTP_SIGNATURE_CREATED" },
    ],
    [
      "dated beyond the calendar",
      () => claim({ iat: Number.MAX_SAFE_INTEGER }),
      { code: "HTTP_SIGNATURE_CREATED", facts: { created: "9007199254740991" } },
    ],
    [
      "of another content type",
      () => claim({ type: "application/vnd.cityid.op+cbor" }),
      { code: "OP_HEADER" },
    ],
    [
      "by an unknown key",
      () => claim({ key: "thief" }),
      { code: "HTTP_SIGNATURE_KEY", facts: { why: "unknown" } },
    ],
    ["by nobody", () => claim({ iss: "MA.156.1302" }), { code: "HTTP_SIGNATURE_KEY" }],
    [
      "for no time",
      () => claim({ payload: { nonce: new Uint8Array(16) } }),
      { code: "HTTP_TOKEN_SECONDS" },
    ],
    ["for nothing", () => claim({ payload: [] }), { code: "HTTP_TOKEN_SECONDS" }],
    [
      "that was altered",
      () => altered(claim()),
      { code: "HTTP_SIGNATURE_WRONG", facts: { keyid: cityKeyid } },
    ],
  ] as const)("refuses a claim %s", async (_, make, problem) => {
    expect(await (await present(make())).json()).toMatchObject(problem);
  });

  function altered(bytes: Uint8Array): Uint8Array {
    const copy = bytes.slice();
    copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
    return copy;
  }

  test.each(["", "nonsense", "member/A", "MA.156.1301/0011223344556677", "MA.156.1301#1/00"])(
    "knows no key %s",
    async (keyid) => {
      const response = await sendSigned(
        world,
        "POST",
        "/v1/tokens",
        { keyid, key: "city" },
        seconds(600),
      );
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: "HTTP_SIGNATURE_KEY", facts: { keyid } });
    },
  );
});

describe("createTokens", () => {
  const random = (bytes: number) => new Uint8Array(bytes).fill(count++);
  let count = 0;

  test("makes room by forgetting what has expired, and no other way", () => {
    const tokens = createTokens(random, 1);
    const first = tokens.issue({ keyid: "k", expires: 1000 }, 0) ?? "";
    expect(tokens.issue({ keyid: "k", expires: 2000 }, 999)).toBeUndefined();
    expect(tokens.find(first, 999)).toEqual({ keyid: "k", expires: 1000 });
    const second = tokens.issue({ keyid: "k", expires: 2000 }, 1000) ?? "";
    expect(tokens.find(first, 1000)).toBeUndefined();
    expect(tokens.find(second, 1999)).toEqual({ keyid: "k", expires: 2000 });
  });

  test("leaves room for others, however many one holder takes", () => {
    const tokens = createTokens(random, 3, 2);
    const ask = (keyid: string, expires: number, now: number) =>
      tokens.issue({ keyid, expires }, now) !== undefined;
    expect([ask("a/1", 1000, 0), ask("a/2", 1000, 0), ask("a/3", 1000, 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(ask("b/1", 2000, 0)).toBe(true);
    expect(ask("a/3", 2000, 1000)).toBe(true);
  });
});
