import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { fromHex, hex, present, sha256, utf8 } from "../../src/core/index.ts";
import { LedgerFault } from "../../src/ledger/index.ts";
import { datasetName } from "../../src/node/datasets.ts";
import { MAX_EVENT_STREAMS_OF_ADDRESS } from "../../src/server/limits.ts";
import { code, keySpec, named, testKey } from "../core/state/kit.ts";
import {
  AIR,
  AIR_PATH,
  asOffice,
  asParks,
  asReader,
  type GrantsWorld,
  type Hidden,
  INSIDE,
  idOfNewest,
  OFFICE,
  observation,
  office,
  openGrants,
  PARKS,
  photoOf,
  SHOWN_PHOTO,
} from "./grants-world.ts";
import { asCity, type Json, MA1301, type RequestSigning, sendSigned } from "./world.ts";

const ONE: Hidden = {
  no2: 41,
  note: "夜间偷排",
  photo: photoOf("who was there"),
  other: `${MA1301}/X1`,
};

let world: GrantsWorld;
beforeAll(async () => {
  world = await openGrants(ONE);
});
afterAll(() => world[Symbol.asyncDispose]());

const as = async (signing: RequestSigning | undefined, path: string, method = "GET") =>
  signing === undefined ? world.request(method, path) : sendSigned(world, method, path, signing);
const json = async (signing: RequestSigning | undefined, path: string): Promise<Json> =>
  flat(await (await as(signing, path)).json());
/** A problem with its facts beside its code. */
const flat = (answer: Json): Json => ({ ...answer, ...answer.facts });
const by = async (token: string, path: string) => flat(await world.json(path, bearer(token)));
const hashOf = (bytes: Uint8Array) => hex(sha256(bytes));

async function tokenOf(signing: RequestSigning, body: object): Promise<Json> {
  const bytes = utf8(JSON.stringify(body));
  return flat(await (await sendSigned(world, "POST", "/v1/tokens", signing, bytes)).json());
}
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe("what is read under a grant", () => {
  test("is what it names, where and when it says; the rest is there as hashes, or not at all", async () => {
    for (const reader of [asParks, asReader]) {
      const entry = await json(reader, `${AIR_PATH}/entries/1`);
      const [inside, outside] = entry.observations;
      const shown = Object.fromEntries(
        inside.filter((fact: Json) => fact.name).map((fact: Json) => [fact.name, fact.value]),
      );
      expect(Object.keys(shown)).toEqual(["id", "picture", "pm25", "time", "type"]);
      expect(shown.pm25).toBe(12);
      expect(inside.filter((fact: Json) => fact.leaf)).toHaveLength(4);
      expect(Object.keys(outside)).toEqual(["leaf"]);
      expect(entry).toMatchObject({ source: OFFICE, entry: expect.any(String) });
    }
    // Of entries of which nothing is shown it sees what everybody sees.
    for (const index of [0, 2, 3]) {
      const path = `${AIR_PATH}/entries/${index}`;
      expect(await json(asParks, path)).toEqual(await json(undefined, path));
    }
    const whole = await json(asOffice, `${AIR_PATH}/entries/3`);
    expect(JSON.stringify(whole)).toContain('"name":"pm25"');
  });

  test("is proved and downloaded as far as it is shown", async () => {
    const proof = `${AIR_PATH}/entries/1/proof`;
    const shown = await json(asParks, `${proof}?names=pm25,time`);
    expect(shown.facts).toHaveLength(2);
    expect((await json(asParks, proof)).facts).toHaveLength(5);
    const refused = async (path: string) => (await json(asParks, path)).code;
    for (const query of [
      "?names=no2",
      "?names=pm25,no2",
      "?observation=1",
      "?observation=7",
      "?names=none",
    ]) {
      expect(await refused(proof + query), query).toBe("DATA_FACT_UNKNOWN");
    }
    const file = (bytes: Uint8Array) => `${AIR_PATH}/entries/1/files/${hashOf(bytes)}`;
    const picture = await as(asParks, file(SHOWN_PHOTO));
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(SHOWN_PHOTO);
    expect(await refused(file(ONE.photo))).toBe("DATA_FILE_UNKNOWN");
    expect((await as(asOffice, file(ONE.photo))).status).toBe(200);
  });

  test("needs a grant in force, whose key asks, and its action", async () => {
    const path = `${AIR_PATH}/entries/1/proof`;
    expect(await json(undefined, path)).toMatchObject({ code: "HTTP_SIGNATURE_MISSING" });
    expect(await json(asCity, path)).toMatchObject({ code: "GRANT_NONE", holder: `${MA1301}#1` });
    expect(await json(asCity, `${path}?grant=${world.grantId}`)).toMatchObject({
      ...{ code: "GRANT_ENDED", grant: world.grantId, why: "other" },
    });
    expect(await json(asParks, `${path}?grant=zz`)).toMatchObject({ code: "HTTP_PARAMETER" });
    expect((await as(asParks, `${path}?grant=${world.grantId}`)).status).toBe(200);
    expect(
      await json(asParks, `/data/${AIR.replaceAll("/", "_")}.g1/tile/entries/000.p/1`),
    ).toMatchObject({
      code: "HTTP_FORBIDDEN",
    });
    const erase = await as(asParks, `${AIR_PATH}/entries/1/facts`, "DELETE");
    expect(await erase.json()).toMatchObject({ code: "HTTP_FORBIDDEN" });
  });
});

describe("a token", () => {
  test("that is bound to a grant reads under it and does nothing else", async () => {
    const { token, grant, expires } = await tokenOf(asReader, {
      seconds: 600,
      grant: world.grantId,
    });
    expect(grant).toBe(world.grantId);
    expect(expires).toBe(new Date(world.clock.now + 600_000).toISOString());
    const entry = await by(token, `${AIR_PATH}/entries/1`);
    expect(entry.observations[1]).toHaveProperty("leaf");
    expect(await by(token, "/v1/applications")).toMatchObject({
      ...{ code: "HTTP_TOKEN_BOUND", grant: world.grantId },
    });
    const other = `${AIR_PATH}/entries/1?grant=${"0".repeat(64)}`;
    expect(await by(token, other)).toMatchObject({ code: "HTTP_TOKEN_BOUND" });
    expect(await tokenOf(asCity, { seconds: 600, grant: world.grantId })).toMatchObject({
      ...{ code: "GRANT_ENDED", why: "other" },
    });
    expect(await tokenOf(asReader, { seconds: 600, grant: "no" })).toMatchObject({
      code: "HTTP_FIELD",
    });
  });
});

describe("the access log", () => {
  test("says who read what; the owner sees all of it, a grantee its own", async () => {
    const path = `${AIR_PATH}/accesses`;
    await as(asParks, `${AIR_PATH}/entries/1`);
    await expect.poll(async () => (await json(asOffice, path)).items.length).toBeGreaterThan(0);
    const [newest] = (await json(asOffice, path)).items;
    expect(newest).toMatchObject({ grant: world.grantId, to: PARKS });
    expect(newest.requests).toBeGreaterThan(0);
    expect((await json(asParks, path)).items.length).toBeGreaterThan(0);
    expect((await json(asCity, path)).items).toEqual([]);
    expect(await json(undefined, path)).toMatchObject({ code: "HTTP_SIGNATURE_MISSING" });
    const checkpoint = await world.get(`/data/${AIR.replaceAll("/", "_")}.g1.access/checkpoint`);
    expect(await checkpoint.text()).toMatch(/^node\.test\/data\/.*\.access\n/);
    const secret = await as(
      asParks,
      `/data/${AIR.replaceAll("/", "_")}.g1.access/tile/entries/000.p/1`,
    );
    expect(secret.status).toBe(403);
  });
});

test("whoever was given a grantee's code since sees neither what was granted, nor what was read", async () => {
  await using other = await openGrants(ONE);
  const mine = world;
  world = other;
  try {
    const city = { iss: MA1301, key: "city" };
    const GREEN = `${MA1301}.04`;
    const item = (of: string, key: string, more: object = {}) => ({
      ...{ code: code(of), kind: "department" as const, names: named(of) },
      ...{ keys: [keySpec(key, ["record"])], ...more },
    });
    const recordOf = async (of: string) => (await other.json(`/v1/codes/${of}`)).record;
    await as(asParks, `${AIR_PATH}/entries/1`);
    await other.do({ op: "register", items: [item(GREEN, "green")] }, city);
    const prev = async (of: string) => [
      { code: code(of), prev: present(fromHex((await recordOf(of)).op), "a hash") },
    ];
    const succession = {
      type: "rename",
      date: "2026-11-01",
      source: "x",
      grants: "carry",
    } as const;
    const sides = { from: await prev(PARKS), to: await prev(GREEN), delegation: "end" } as const;
    await other.do({ op: "succeed", ...succession, ...sides }, city);
    const after = present(fromHex((await recordOf(PARKS)).control), "a hash");
    await other.do({ op: "register", items: [item(PARKS, "stranger", { after })] }, city);
    const keyOf = (holder: string, key: string) => ({
      ...{ keyid: `${holder}/${hex(testKey(key).kid)}`, key },
    });
    const [stranger, heir] = [keyOf(`${PARKS}#2`, "stranger"), keyOf(`${GREEN}#1`, "green")];
    const entry = (by: typeof heir) => json(by, `${AIR_PATH}/entries/1?grant=${other.grantId}`);
    expect((await entry(heir)).code).toBeUndefined();
    expect(await entry(stranger)).toMatchObject({ code: "GRANT_ENDED", why: "other" });
    const accesses = async (by: typeof heir) => (await json(by, `${AIR_PATH}/accesses`)).items;
    await expect.poll(async () => (await accesses(heir)).length).toBeGreaterThan(0);
    expect(await accesses(stranger)).toEqual([]);
  } finally {
    world = mine;
  }
});

test("what cannot be noted is not given: while the access log cannot be made, only the owner reads", async () => {
  const mine = world;
  await using other = await openGrants(ONE);
  world = other;
  try {
    // A file where its directory should be.
    const blocked = join(other.directory, `${datasetName(`${AIR}#1`)}.access`);
    writeFileSync(blocked, "");
    const path = `${AIR_PATH}/entries/1`;
    for (let i = 0; i < 2; i += 1) {
      const refused = await as(asParks, path);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
      expect(flat(await refused.json())).toMatchObject({ code: "HTTP_BUSY", what: "access log" });
    }
    expect((await as(asOffice, path)).status).toBe(200);
    rmSync(blocked);
    expect((await as(asParks, path)).status).toBe(200);
  } finally {
    world = mine;
  }
});

describe("lists", () => {
  test("of requests and grants are found by either side", async () => {
    const dataset = encodeURIComponent(AIR);
    const ids = async (path: string) => (await world.json(path)).items.map((each: Json) => each.id);
    expect(await ids(`/v1/grants?code=${dataset}&side=dataset&open=1`)).toEqual([world.grantId]);
    expect(await ids(`/v1/grants?code=${PARKS}&side=asking`)).toEqual([world.grantId]);
    expect(await ids(`/v1/grants?code=${PARKS}&side=dataset`)).toEqual([]);
    expect(await ids(`/v1/grants?code=${OFFICE}`)).toEqual([]);
    expect(await ids(`/v1/requests?code=${PARKS}`)).toEqual([world.requestId]);
    expect(await ids(`/v1/requests?open=1`)).toEqual([]);
    expect(await world.json(`/v1/requests/${world.requestId}`)).toMatchObject({
      ...{ code: PARKS, dataset: AIR, purpose: "树木养护", answered: true, grant: world.grantId },
      time: { since: "2026-11-01T00:00:00Z", before: "2026-12-01T00:00:00Z" },
    });
    expect(await ids("/v1/grants?side=asking")).toEqual(await ids("/v1/grants"));
    expect(await world.json("/v1/grants?side=both")).toMatchObject({ code: "HTTP_PARAMETER" });
    expect(await world.json(`/v1/grants/${"0".repeat(64)}`)).toMatchObject({
      code: "HTTP_NOT_FOUND",
    });
  });
});

describe("revocation and open data", () => {
  test("count from the block on that holds them: for requests, tokens and what runs", async () => {
    await using other = await openGrants(ONE);
    const mine = world;
    world = other;
    try {
      const { token } = await tokenOf(asReader, { seconds: 600, grant: other.grantId });
      const path = `${AIR_PATH}/entries/1`;
      const seen = async () => (await by(token, path)).code;
      expect(await seen()).toBeUndefined();
      const grant = Buffer.from(other.grantId, "hex");
      await other.do({ op: "revoke", code: code(AIR), grant, reason: "x" }, office);
      expect(await by(token, path)).toMatchObject({
        code: "GRANT_ENDED",
        why: "revoked",
      });
      expect(await json(asParks, path)).toMatchObject({ code: "GRANT_NONE" });
      expect(await json(asParks, `${path}?grant=${other.grantId}`)).toMatchObject({
        code: "GRANT_ENDED",
      });
      expect(await other.json(`/v1/grants/${other.grantId}`)).toMatchObject({
        inForce: false,
        end: "revoked",
      });
      const log = (await other.json(AIR_PATH)).log.origin;
      const open = { op: "grant", code: code(AIR), log, to: "*", actions: ["read"] } as const;
      const id = await idOfNewest(other, { ...open, attributes: ["no2"] }, office, "grants");
      const entry = await json(undefined, path);
      expect(JSON.stringify(entry)).toContain('"name":"no2","value":41');
      expect(JSON.stringify(entry)).not.toContain('"name":"pm25"');
      expect((await json(undefined, `${path}/proof?names=no2`)).facts).toHaveLength(1);
      const { items } = await other.json("/v1/datasets?open=1");
      expect(items).toMatchObject([{ code: AIR, open: id }]);
    } finally {
      world = mine;
    }
  });
});

describe("a live feed", () => {
  test("is one of a share of all that an address has, so that others have some", async () => {
    await using other = await openGrants(ONE);
    const { origin: log } = (await other.json(AIR_PATH)).log;
    const open = { op: "grant", code: code(AIR), log, to: "*", actions: ["subscribe"] } as const;
    await other.do(open, office);
    const from = (remoteAddress: string) => other.get(`${AIR_PATH}/events`, {}, { remoteAddress });
    const feeds = await Promise.all(
      Array.from({ length: MAX_EVENT_STREAMS_OF_ADDRESS }, () => from("192.0.2.1")),
    );
    expect(new Set(feeds.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await from("192.0.2.1");
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "30"]);
    expect(await refused.json()).toMatchObject({ code: "HTTP_RATE", facts: { by: "address" } });
    const elsewhere = await from("192.0.2.2");
    expect(elsewhere.status).toBe(200);
    await feeds[0]?.body?.cancel();
    expect((await from("192.0.2.1")).status).toBe(200);
  });

  test("gives what is shown of each new entry, and ends in the block that revokes its grant", async () => {
    const mine = world;
    await using other = await openGrants(ONE, { actions: ["read", "subscribe"] });
    world = other;
    try {
      const path = `${AIR_PATH}/events`;
      expect(await json(asCity, path)).toMatchObject({ code: "GRANT_NONE" });
      const response = await as(asReader, `${path}?after=0`);
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      let text = "";
      const until = async (what: RegExp) => {
        while (!what.test(text)) {
          const { value, done } = await reader.read();
          if (done) throw new Error(`ended: ${text}`);
          text += Buffer.from(value).toString();
        }
      };
      await until(/^id: 1$/m);
      expect(text).not.toContain(ONE.note);
      // Of the entries outside the area and the time nothing comes.
      const said = (n: number, place: readonly [number, number]) =>
        observation(`feed ${n}`, {
          ...{ id: AIR, type: "AirQualityObserved", time: "2026-11-21T00:00:00Z" },
          ...{ place, pm25: n, no2: 41 },
        });
      await other.send([said(98, [1, 1])]);
      await other.send([said(99, INSIDE)]);
      await until(/^id: 5$/m);
      expect(text).toContain('"name":"pm25","value":99');
      expect(text).not.toMatch(/^id: [234]$|"value":98|"value":41/m);
      const grant = Buffer.from(other.grantId, "hex");
      await other.do({ op: "revoke", code: code(AIR), grant, reason: "x" }, office);
      await other.send([said(100, INSIDE)]);
      await until(/^event: end$/m);
      expect((await reader.read()).done).toBe(true);
      expect(text).not.toContain('"value":100');
    } finally {
      world = mine;
    }
  });
});

describe("while the ledger hears of no block", () => {
  const stalled = (sinceMilliseconds?: number) => {
    const fault = new LedgerFault("LEDGER_STALLED", {
      height: 7,
      ...(sinceMilliseconds !== undefined && { sinceMilliseconds }),
    });
    vi.spyOn(world.ledger, "unready").mockReturnValue(fault);
  };
  afterEach(() => vi.restoreAllMocks());

  test("grants count as they were known last for five minutes, then owners alone read", async () => {
    const path = `${AIR_PATH}/entries/1`;
    stalled(299_000);
    expect((await as(asParks, path)).status).toBe(200);
    stalled(301_000);
    expect(await json(asParks, path)).toMatchObject({ code: "HTTP_BUSY", what: "ledger" });
    expect((await as(asOffice, path)).status).toBe(200);
    // One that has heard of none since it began has known grants since then.
    stalled();
    expect((await as(asParks, path)).status).toBe(200);
    vi.spyOn(world.ledger, "unready").mockReturnValue(new LedgerFault("LEDGER_DISK_FULL"));
    expect((await as(asParks, path)).status).toBe(200);
  });
});
