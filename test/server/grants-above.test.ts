import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type AccessScope,
  type Code,
  codeKey,
  fromHex,
  hex,
  present,
  utf8,
} from "../../src/core/index.ts";
import { parentGrants } from "../../src/node/child/parent-grants.ts";
import { createClient } from "../../src/sdk/index.ts";
import { createStateAbove } from "../../src/server/above/index.ts";
import type { GrantSource } from "../../src/server/index.ts";
import { ChildLog } from "../core/state/kinds/child-log.ts";
import { city, code, keySpec, named, type Signing, testKey } from "../core/state/kit.ts";
import {
  AIR,
  AIR_PATH,
  asOffice,
  asParks,
  type GrantsWorld,
  idOfNewest,
  OFFICE,
  office,
  openGrants,
  photoOf,
} from "./grants-world.ts";
import {
  issueCity,
  type Json,
  MA1301,
  openWorld,
  type RequestSigning,
  sendSigned,
  type World,
} from "./world.ts";

// An office that keeps a ledger of its own with a dataset, and another one that stands in the ledger above alone.

const TREES = `${MA1301}.05`;
const trees: Signing = { iss: TREES, key: "trees" };
const asTrees: RequestSigning = { keyid: `${TREES}#1/${hex(testKey("trees").kid)}`, key: "trees" };
const STALE_MILLISECONDS = 300_000;
const READ: AccessScope = { actions: ["read", "subscribe"], attributes: ["pm25"] };

let parent: World;
let world: GrantsWorld;
/** What the parent's node does instead of answering. */
let away: (() => Promise<never>) | undefined;
/** How often it was asked. */
let asked: number;

beforeEach(async () => {
  [away, asked] = [undefined, 0];
  parent = await openWorld();
  await issueCity(parent);
  const department = (of: string, word: string) => ({
    ...{ code: code(of), kind: "department" as const, names: named(of) },
    keys: [keySpec(word, ["data", "govern", "issue", "record"])],
  });
  const items = [department(OFFICE, "office"), department(TREES, "trees")];
  await parent.do({ op: "register", items }, city);
  const { record } = await parent.json(`/v1/codes/${OFFICE}`);
  const { log, policy } = new ChildLog("office.test/log");
  await parent.do(
    {
      ...{ op: "delegate", code: code(OFFICE), prev: present(fromHex(record.control), "control") },
      ...{ do: "start", origin: log.key.name, policy, url: "https://office.test" },
    },
    office,
  );
  world = await openWithParent(await sourceOf());
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await parent[Symbol.asyncDispose]();
});

async function openWithParent(grants: GrantSource | undefined): Promise<GrantsWorld> {
  const above = {
    ...{ code: code(OFFICE), url: "https://node.test", proofs: async () => undefined },
    ...(grants && { grants }),
  };
  const hidden = { no2: 41, note: "x", photo: photoOf("x"), other: AIR };
  const opened = await openGrants(hidden, {}, { parent: above });
  parent.clock.now = opened.clock.now;
  return opened;
}

/** Asks the parent's real application, as a node does over HTTP. */
async function sourceOf(more: Partial<GrantSource> = {}): Promise<GrantSource> {
  const { policy } = (await parent.json("/.well-known/cityid")) as { policy: string };
  const fetch = async (request: Request) => {
    asked += 1;
    return away === undefined ? parent.app.fetch(request) : away();
  };
  const client = createClient({ url: "https://node.test", fetch, attempts: 1 });
  return {
    ...parentGrants(client, { policy, staleMilliseconds: STALE_MILLISECONDS }),
    ...more,
  };
}

const origin = () => present(world.datasets.find(`${AIR}#1`), "a log").origin;
const silent = () => Promise.reject(new Error("no answer"));
const later = (seconds: number) => {
  world.clock.now += seconds * 1000;
  parent.clock.now = world.clock.now;
};

/** The two sides agree in the ledger above. */
async function agree(scope: AccessScope = READ, log = origin(), dataset = AIR): Promise<string> {
  const about = { dataset: code(dataset), log, purpose: "树木养护" };
  const ask = { op: "request", code: code(TREES), ...about, ...scope } as const;
  const request = present(fromHex(await idOfNewest(parent, ask, trees, "requests")), "an id");
  const answer = { op: "grant", code: code(dataset), log, request, ...scope } as const;
  return idOfNewest(parent, answer, office, "grants");
}

const openToAll = (): Promise<string> => {
  const grant = {
    op: "grant",
    code: code(AIR),
    log: origin(),
    to: "*",
    actions: ["read"],
  } as const;
  return idOfNewest(parent, grant, office, "grants");
};

async function revoke(id: string): Promise<void> {
  const grant = present(fromHex(id), "an id");
  await parent.do({ op: "revoke", code: code(AIR), grant, reason: "x" }, office);
}

const ENTRY = `${AIR_PATH}/entries/1`;

/** The names of facts that are shown, or the code of the refusal. */
async function seen(signing: RequestSigning | undefined, path = ENTRY): Promise<Json> {
  const answer = await (signing === undefined
    ? world.get(path)
    : sendSigned(world, "GET", path, signing));
  return namesIn(await answer.json());
}

function namesIn({ code: refusal, facts, observations }: Json): Json {
  // What everybody may know of an entry: that it came.
  if (typeof observations === "number") return "came";
  if (!Array.isArray(observations)) return facts?.why ?? refusal;
  return observations[0].flatMap(({ name }: Json) => name ?? []);
}

const SHOWN = ["id", "pm25", "time", "type"];

async function tokenOf(grant: string): Promise<Json> {
  const body = utf8(JSON.stringify({ grant, seconds: 3600 }));
  return (await sendSigned(world, "POST", "/v1/tokens", asTrees, body)).json();
}

describe("a grant of the ledger above", () => {
  test("is read under by a key that stands there alone, as far as it reaches", async () => {
    expect(await seen(asTrees)).toBe("GRANT_NONE");
    const grant = await agree();
    later(6);
    expect(await seen(asTrees)).toEqual(SHOWN);
    expect(await seen(asTrees, `${ENTRY}?grant=${grant}`)).toEqual(SHOWN);
    expect(await seen(asTrees, `${ENTRY}?grant=${"00".repeat(32)}`)).toBe("other");
    const path = `/ngsi-ld/v1/entities/${encodeURIComponent(`urn:ngsi-ld:AirQualityObserved:${AIR}`)}`;
    const entity = await sendSigned(world, "GET", path, asTrees, undefined, {
      "NGSILD-Tenant": AIR,
    });
    expect([entity.status, Object.keys((await entity.json()) as object)]).toEqual([
      200,
      expect.arrayContaining(["pm25"]),
    ]);
    // The export was not granted; who is of this ledger has grants of its own, and anybody none.
    const export_ = await sendSigned(world, "GET", `${AIR_PATH}/export`, asTrees);
    expect(((await export_.json()) as Json).code).toBe("GRANT_ACTION");
    expect(await seen(asParks)).toEqual(["id", "picture", "pm25", "time", "type"]);
    expect(await seen(undefined)).toBe("came");
    // It is noted, for the owner and for the reader.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (const by of [asOffice, asTrees]) {
      const listed = await sendSigned(world, "GET", `${AIR_PATH}/accesses`, by);
      const { items } = (await listed.json()) as Json;
      expect(items.filter((each: Json) => each.to === TREES).length).toBeGreaterThan(0);
    }
  });

  test("gives a token, which ends with it", async () => {
    const grant = await agree();
    const { token } = await tokenOf(grant);
    const by = async () => namesIn(await world.json(ENTRY, { Authorization: `Bearer ${token}` }));
    expect(await by()).toEqual(SHOWN);
    await revoke(grant);
    later(6);
    expect(await by()).toBe("revoked");
    expect((await tokenOf(grant)).code).toBe("GRANT_ENDED");
  });

  test("opens a dataset to everybody", async () => {
    const grant = await openToAll();
    expect(await seen(undefined)).toContain("pm25");
    expect(await seen(undefined, `${ENTRY}?grant=${grant}`)).toContain("pm25");
    await revoke(grant);
    later(6);
    expect(await seen(undefined)).toBe("came");
  });

  test("is read for a while as it was known last, then not at all", async () => {
    const grant = await agree();
    expect(await seen(asTrees)).toEqual(SHOWN);
    await revoke(grant);
    away = silent;
    later(290);
    expect(await seen(asTrees)).toEqual(SHOWN);
    // It is not asked for each request while it is away.
    const before = asked;
    expect(await seen(asTrees)).toEqual(SHOWN);
    expect(asked).toBe(before);
    later(20);
    expect(await seen(asTrees)).toBe("unknown, and the ledger above cannot be asked");
    expect(world.lines.filter(({ event }) => event.includes("ledger above"))).toHaveLength(1);
    away = undefined;
    later(6);
    expect(await seen(asTrees)).toBe("GRANT_NONE");
  });

  test("is not given while that ledger cannot be asked, and what is of this one is", async () => {
    await agree();
    away = silent;
    expect(await seen(asParks)).toContain("pm25");
    expect(await seen(undefined)).toBe("came");
    expect(await seen(asTrees)).toBe("unknown, and the ledger above cannot be asked");
  });

  test("is not believed of a log that is not the one", async () => {
    await world[Symbol.asyncDispose]();
    const { policy } = new ChildLog("other.test/log");
    world = await openWithParent(await sourceOf({ policy }));
    await openToAll();
    expect(await seen(undefined)).toBe("came");
  });

  test("is not believed as it was before something newer was seen", async () => {
    const source = await sourceOf();
    const given = new Map<string, string>();
    let isReplaying = false;
    const prove: GrantSource["prove"] = async (keys) => {
      const name = String(keys);
      const text = (isReplaying ? given.get(name) : undefined) ?? (await source.prove(keys));
      given.set(name, text);
      return text;
    };
    const log = { info: () => undefined, error: () => undefined };
    const clock = () => world.clock.now;
    const state = createStateAbove({ ...source, prove }, { clock, log });
    const statusOf = (of: string) =>
      state.work((above) => above.get(codeKey(code(of)))?.status ?? "none");
    expect(await statusOf(TREES)).toBe("active");
    const { record } = await parent.json(`/v1/codes/${TREES}`);
    const prev = present(fromHex(record.control), "control");
    const retire = { op: "status", code: code(TREES), prev, do: "retire", reason: "x" } as const;
    await parent.do(retire, trees);
    expect(await statusOf(OFFICE)).toBe("active");
    isReplaying = true;
    later(6);
    // For a while as it was known last, and never by an answer that somebody kept.
    expect(await statusOf(TREES)).toBe("active");
    later(STALE_MILLISECONDS / 1000);
    expect(await statusOf(TREES)).toBeUndefined();
    isReplaying = false;
    later(6);
    expect(await statusOf(TREES)).toBe("retired");
  });

  test("counts for its dataset, with its log, and not from before it had a ledger of its own", async () => {
    await agree(READ, "other.test/data/air");
    await agree(READ, origin(), `${OFFICE}/DATA/NOISE`);
    expect(await seen(asTrees)).toBe("GRANT_NONE");
  });

  test("lets nobody write, and nobody above is the owner", async () => {
    await agree();
    expect(await seen(asTrees)).toEqual(SHOWN);
    const body = utf8(JSON.stringify({ id: "urn:ngsi-ld:Thing:1", type: "Thing" }));
    const headers = { "NGSILD-Tenant": AIR, "Content-Type": "application/json" };
    const written = await sendSigned(world, "POST", "/ngsi-ld/v1/entities", asTrees, body, headers);
    expect(written.status).toBe(401);
    const above: RequestSigning = { keyid: `${MA1301}#1/${hex(testKey("late").kid)}`, key: "late" };
    const { record } = await parent.json(`/v1/codes/${MA1301}`);
    const add = [keySpec("late", ["record"])];
    const prev = present(fromHex(record.control), "control");
    await parent.do({ op: "keys", code: MA1301 as Code, prev, add }, city);
    expect(await seen(above)).toBe("GRANT_NONE");
  });

  test("is followed by feeds until it is revoked", async () => {
    const grant = await agree();
    const feed = await sendSigned(world, "GET", `${AIR_PATH}/events`, asTrees);
    expect(feed.status).toBe(200);
    const reader = present(feed.body ?? undefined, "a body").getReader();
    const text = async () => {
      const { value, done } = await reader.read();
      return done ? "done" : new TextDecoder().decode(value);
    };
    await revoke(grant);
    later(6);
    // Any block of this ledger has it looked at again.
    await world.do(
      { op: "revoke", code: code(AIR), grant: present(fromHex(world.grantId), "id"), reason: "x" },
      office,
    );
    let heard = "";
    while (!heard.includes("event: end")) {
      const next = await text();
      if (next === "done") break;
      heard += next;
    }
    expect(heard).toContain("event: end");
  });

  test("is not looked for where nobody said whom to believe", async () => {
    await world[Symbol.asyncDispose]();
    world = await openWithParent(undefined);
    await agree();
    await openToAll();
    expect([await seen(asTrees), await seen(undefined), asked]).toEqual(["unknown", "came", 0]);
  });
});
