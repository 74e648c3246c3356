import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { code } from "../core/state/kit.ts";
import {
  AIR,
  type GrantsWorld,
  idOfNewest,
  observation,
  office,
  openGrants,
  photoOf,
} from "./grants-world.ts";

// An entity of open data is told out of what was answered before: never once something else is so, or is seen otherwise.

const HIDDEN = { no2: 41, note: "夜间偷排", photo: photoOf("who"), other: "MA.156.1301.02/X1" };
const LAMP = "urn:ngsi-ld:Lamp:1";
const OTHER = "urn:ngsi-ld:Lamp:2";
const TENANT = { "NGSILD-Tenant": AIR };

let world: GrantsWorld;
let openId: string;
let sent = 0;

const pathOf = (id: string) => `/ngsi-ld/v1/entities/${id}`;

async function say(id: string, power: number, more: { readonly [name: string]: number } = {}) {
  sent += 1;
  const time = new Date(Date.UTC(2026, 10, 20) + sent * 1000).toISOString();
  await world.send([observation(`${sent}`, { id, type: "Lamp", time, power, ...more })]);
}

async function short(path: string, headers: { readonly [name: string]: string } = {}) {
  const rawHeaders = Object.entries({ Host: "node.test", ...TENANT, ...headers }).flat();
  const answer = await world.app.page({ method: "GET", url: path, rawHeaders, socket: {} });
  return answer && { ...answer, text: Buffer.from(answer.body ?? "", "latin1").toString() };
}

function pairs(flat: readonly string[] = []): [string, string][] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), flat[i + 1] ?? ""]] : []));
}

/** What both ways say, which is the same. */
async function powerOf(id: string, query = ""): Promise<unknown> {
  const got = await short(pathOf(id) + query);
  const long = await world.get(pathOf(id) + query, TENANT);
  expect(got?.text).toBe(await long.text());
  return JSON.parse(got?.text ?? "{}").power?.value;
}

async function grantOpen(more: { readonly attributes?: readonly string[] } = {}): Promise<string> {
  const log = world.datasets.find(`${AIR}#1`)?.origin ?? "";
  const grant = { op: "grant", code: code(AIR), to: "*", log, actions: ["read"], ...more } as const;
  return idOfNewest(world, grant as never, office, "grants");
}

beforeEach(async () => {
  world = await openGrants(HIDDEN);
  openId = await grantOpen();
  await say(LAMP, 1);
  await say(OTHER, 1);
});
afterEach(() => world[Symbol.asyncDispose]());

describe("an entity that nobody asked for yet", () => {
  const forms = [
    ...["", "?options=sysAttrs", "?format=concise", "?options=keyValues", "?type=Lamp"],
    ...["?type=Post,Lamp", "?local=true", "?attrs=power", "?omit=power", "?lang=zh"],
  ];

  test("is told as the long way tells it, by what a question about another one meant", async () => {
    const log = world.datasets.find(`${AIR}#1`);
    const looked = vi.spyOn(log?.entities ?? expect.unreachable(), "now");
    let next = 3;
    for (const form of forms) {
      const isAtHand = async (): Promise<boolean> => {
        const id = `urn:ngsi-ld:Lamp:${next++}`;
        await say(id, next, { "https://example.org/h": 5, "note.en": 1 });
        await log?.entities.caughtUp();
        await short(pathOf(LAMP) + form);
        const before = looked.mock.calls.length;
        const got = await short(pathOf(id) + form);
        const isNew = looked.mock.calls.length > before;
        const long = await world.get(pathOf(id) + form, TENANT);
        expect(got?.text).toBe(await long.text());
        expect(got?.status).toBe(200);
        expect(new Map(pairs(got?.headers))).toEqual(
          new Map([...long.headers, ["content-length", String(got?.body?.length)]]),
        );
        return !isNew;
      };
      // Who may see it is judged anew each second.
      if (/attrs|omit|lang/.test(form)) expect(await isAtHand()).toBe(false);
      else await expect.poll(isAtHand).toBe(true);
    }
  });

  test("is not there where it is none, or of another type than was asked for", async () => {
    await say("urn:ngsi-ld:Lamp:3", 1);
    await world.send([observation("post", { id: "urn:ngsi-ld:Post:1", type: "Post", height: 4 })]);
    await world.datasets.find(`${AIR}#1`)?.entities.caughtUp();
    for (let round = 0; round < 3; round++) {
      expect((await short(`${pathOf(LAMP)}?type=Lamp`))?.status).toBe(200);
      expect((await short(`${pathOf("urn:ngsi-ld:Post:1")}?type=Lamp`))?.status).toBe(404);
      expect((await short(`${pathOf("urn:ngsi-ld:Lamp:none")}?type=Lamp`))?.status).toBe(404);
    }
  });

  test("is not told by what others may have seen before a block came", async () => {
    expect(await powerOf(LAMP)).toBe(1);
    const grant = Buffer.from(openId, "hex");
    await world.do({ op: "revoke", code: code(AIR), grant, reason: "x" }, office);
    expect((await short(pathOf(OTHER)))?.status).toBe(404);
    await grantOpen({ attributes: ["colour"] });
    const hidden = await short(pathOf(OTHER));
    expect([hidden?.status, hidden?.text.includes("power")]).toEqual([200, false]);
  });
});

describe("an entity that was asked for before", () => {
  test("is told as altered for an older version from the moment on that it is", async () => {
    const older = { Prefer: "ngsi-ld=1.3" };
    const statuses = async (fields: { readonly [name: string]: string }) => {
      const [first, again] = [await short(pathOf(LAMP), fields), await short(pathOf(LAMP), fields)];
      const long = await world.get(pathOf(LAMP), { ...TENANT, ...fields });
      expect([first?.text, again?.text]).toEqual(Array(2).fill(await long.text()));
      return [first?.status, again?.status, long.status];
    };
    expect(await statuses(older)).toEqual([200, 200, 200]);
    const time = new Date(Date.UTC(2026, 10, 21)).toISOString();
    await world.send([observation("in", { id: LAMP, type: "Lamp", time, "@scope": "/a" })]);
    expect(await statuses(older)).toEqual([203, 203, 203]);
    expect(await statuses({})).toEqual([200, 200, 200]);
    expect(await statuses({ Prefer: "ngsi-ld=1.4" })).toEqual([200, 200, 200]);
  });

  test("is told as it is now, whoever was told otherwise", async () => {
    for (let power = 2; power < 6; power++) {
      expect([await powerOf(LAMP), await powerOf(LAMP)]).toEqual([power - 1, power - 1]);
      await say(LAMP, power);
      expect([await powerOf(LAMP), await powerOf(OTHER)]).toEqual([power, 1]);
    }
    const simple = await short(`${pathOf(LAMP)}?options=keyValues`);
    expect(JSON.parse(simple?.text ?? "")).toMatchObject({ power: 5 });
    const ld = await short(pathOf(LAMP), { Accept: "application/ld+json" });
    expect(JSON.parse(ld?.text ?? "")).toHaveProperty("@context");
    expect(JSON.parse((await short(pathOf(LAMP)))?.text ?? "")).not.toHaveProperty("@context");
  });

  test("is the same answer while nothing else is said of it, and noted each time", async () => {
    const first = await short(pathOf(LAMP));
    await say(OTHER, 7);
    await powerOf(OTHER);
    const second = await short(pathOf(LAMP));
    const third = await short(pathOf(LAMP));
    expect(second?.text).toBe(first?.text);
    expect(third?.headers).toEqual(second?.headers);
    // What is kept is given as it is, and not made again, once the store has what was said last; and it is judged anew each second
    // who may see it.
    let before = third;
    let asked = 3;
    const isKept = async (): Promise<boolean> => {
      const next = await short(pathOf(LAMP));
      asked += 1;
      const isSame = next?.headers === before?.headers;
      before = next;
      return isSame;
    };
    await expect.poll(isKept).toBe(true);
    world.app.close();
    const access = world.datasets.accessKnown(`${AIR}#1`);
    const counted = async (): Promise<number> => {
      let sum = 0;
      for (let index = 1; index < (access?.log.size ?? 0); index++) {
        const body = await access?.log.body(index);
        for (const fact of body?.observations[0] ?? []) {
          if ("name" in fact && fact.name === "requests") sum += Number(fact.value);
        }
      }
      return sum;
    };
    // Those of the lamp, and both ways to ask for the other one.
    await expect.poll(counted).toBe(asked + 2);
  });

  test("is gone in the block that ends the grant, and what another one hides is not told", async () => {
    expect(await powerOf(LAMP)).toBe(1);
    expect(await powerOf(LAMP)).toBe(1);
    const grant = Buffer.from(openId, "hex");
    await world.do({ op: "revoke", code: code(AIR), grant, reason: "x" }, office);
    expect((await short(pathOf(LAMP)))?.status).toBe(404);
    await grantOpen({ attributes: ["colour"] });
    const hidden = await short(pathOf(LAMP));
    expect([hidden?.status, hidden?.text.includes("power")]).toEqual([200, false]);
    expect(await powerOf(LAMP)).toBeUndefined();
  });

  test("is not told to whoever names a grant or a token of its own out of what others get", async () => {
    expect(await powerOf(LAMP)).toBe(1);
    expect(await powerOf(LAMP)).toBe(1);
    const named = await short(`${pathOf(LAMP)}?grant=${world.grantId}`);
    expect(named?.status).not.toBe(200);
    const held = await short(pathOf(LAMP), { Authorization: "Bearer x" });
    expect(held?.status).not.toBe(200);
  });

  test("forgets what was erased", async () => {
    await say(LAMP, 9, { secret: 3 });
    expect((await short(pathOf(LAMP)))?.text).toContain("secret");
    expect((await short(pathOf(LAMP)))?.text).toContain("secret");
    const log = world.datasets.find(`${AIR}#1`);
    await log?.erase((log?.size ?? 0) - 1, (name) => name === "secret");
    expect((await short(pathOf(LAMP)))?.text).not.toContain("secret");
    expect(await powerOf(LAMP)).toBe(9);
  });
});
