import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { code, member } from "../core/state/kit.ts";
import { MA1301, openCity, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

describe("lists beside the codes", () => {
  test("decisions, filtered, with what counting their votes needs", async () => {
    const propose = {
      op: "propose",
      inner: { op: "classes", items: [{ class: "LAMP", names: { zh: "路灯" }, public: "all" }] },
    } as const;
    await world.do(propose, member("A"));
    const all = await world.json("/v1/decisions");
    expect(all.items).toMatchObject([
      {
        kind: "classes",
        state: "open",
        approvals: 1,
        needed: 2,
        electorate: "members",
        inner: { op: "classes" },
      },
      { kind: "admit", code: MA1301, state: "executed", application: expect.any(String) },
    ]);
    const open = await world.json("/v1/decisions?state=open");
    expect(open.items).toHaveLength(1);
    expect((await world.json(`/v1/decisions?code=${MA1301}&kind=admit`)).items).toHaveLength(1);
    expect((await world.json("/v1/decisions?kind=param")).items).toEqual([]);
    const [{ id, opened }] = open.items;
    expect(opened).toBe(new Date(world.clock.now).toISOString());
    world.clock.now += 91 * 86_400_000;
    expect(await world.json(`/v1/decisions/${id}`)).toMatchObject({ state: "expired" });
    expect((await world.get(`/v1/decisions/${"00".repeat(32)}`)).status).toBe(404);
    expect((await world.get("/v1/decisions/x")).status).toBe(404);
  });

  test("a short page still says where to go on", async () => {
    const page = await world.json("/v1/decisions?limit=1&kind=param");
    expect(page).toEqual({ items: [] });
    const first = await world.json("/v1/gazette?limit=1");
    expect(first.items).toHaveLength(1);
  });

  test("classes, once the members have decided them", async () => {
    const inner = {
      op: "classes",
      items: [{ class: "LAMP", names: { zh: "路灯" }, cjt553: "110101", public: "cell" }],
    } as const;
    const { hash } = await world.do({ op: "propose", inner }, member("A"));
    const { items } = await world.json("/v1/decisions?state=open");
    await world.do(
      {
        op: "endorse",
        decision: Uint8Array.from(Buffer.from(items[0].id, "hex")),
        vote: "approve",
      },
      member("B"),
    );
    expect(hash).toHaveLength(64);
    expect(await world.json("/v1/classes/LAMP")).toMatchObject({
      class: "LAMP",
      cjt553: "110101",
      public: "cell",
    });
    expect((await world.json("/v1/classes")).items).toMatchObject([{ class: "LAMP" }]);
    expect((await world.get("/v1/classes/BENCH")).status).toBe(404);
  });

  test("the gazette by name, by place and by day", async () => {
    const facts = [
      { names: { zh: "襄樊市" }, level: "prefecture", from: "1983", to: "2010-12-09", source: "t" },
      {
        names: { zh: "襄阳市", en: "Xiangyang" },
        level: "prefecture",
        from: "2010-12-09",
        source: "t",
      },
    ] as const;
    await world.do(
      { op: "gazette", items: [{ code: code("MA.156.4206"), add: facts }] },
      member("A"),
    );
    const codes = async (query: string) =>
      (await world.json(`/v1/gazette?${query}`)).items.map(
        ({ code: each }: { code: string }) => each,
      );
    expect(await codes("q=樊")).toEqual(["MA.156.4206"]);
    expect(await codes("q=xiang")).toEqual(["MA.156.4206"]);
    expect(await codes("q=樊&at=2015-01-01")).toEqual([]);
    expect(await codes("under=MA.156.13")).toEqual([MA1301]);
    const { facts: then } = await world.json("/v1/gazette/MA.156.4206?at=2000-01-01");
    expect(then).toMatchObject([{ names: { zh: "襄樊市" }, to: "2010-12-09" }]);
    expect((await world.json("/v1/gazette/MA.156.4206?at=2010-12-09")).facts).toMatchObject([
      { names: { zh: "襄阳市" } },
    ]);
    expect((await world.get("/v1/gazette/MA.156.9999")).status).toBe(404);
    expect(await world.json("/v1/gazette/MA.156.4206?at=x")).toMatchObject({
      code: "HTTP_PARAMETER",
    });
    expect(await world.json("/v1/gazette?at=x")).toMatchObject({ code: "HTTP_PARAMETER" });
    expect((await world.get("/v1/gazette/MA.15")).status).toBe(400);
  });

  test("members, parameters, registrations", async () => {
    expect((await world.json("/v1/members")).items).toHaveLength(3);
    expect(await world.json("/v1/members/B")).toMatchObject({
      id: "B",
      active: true,
      names: { zh: "机构B" },
    });
    expect((await world.get("/v1/members/Z")).status).toBe(404);
    const { items } = await world.json("/v1/params");
    expect(items).toMatchObject([
      { name: "thresholds", value: { issue: 2, govern: 2 } },
      { name: "recoveryDelay", value: 604_800 },
      { name: "voidWindow", value: 2_592_000 },
      { name: "policy", value: { now: "quorum none\n" } },
    ]);
    const { record } = await world.json(`/v1/codes/${MA1301}.02`);
    expect(await world.json(`/v1/registrations/${record.registration}`)).toMatchObject({
      id: record.registration,
      iss: MA1301,
      // The three lamps that another operation registered below the class.
      changed: 3,
      void: false,
      voidUntil: new Date(world.clock.now + 30 * 86_400_000).toISOString(),
    });
    expect((await world.get("/v1/registrations/00")).status).toBe(404);
  });

  test("stats", async () => {
    const { size, height } = world.ledger.head();
    expect(await world.json("/v1/stats")).toMatchObject({
      codes: 8,
      byKind: { root: 1, country: 1, division: 1, department: 1, class: 1, thing: 3 },
      size,
      height,
    });
  });

  test.each([
    "/v1/decisions",
    "/v1/gazette",
    "/v1/members",
    `/v1/codes/${MA1301}/keys`,
    `/v1/codes/${MA1301}/history`,
    `/v1/codes/${MA1301}/children`,
  ])("%s refuses a limit out of bounds", async (path) => {
    expect(await world.json(`${path}?limit=5000`)).toMatchObject({
      code: "HTTP_PARAMETER",
      facts: { name: "limit", got: "5000", want: "1 … 1000" },
    });
  });

  test("children refuse a cursor that is none", async () => {
    const path = `/v1/codes/${MA1301}/children`;
    const beside = await world.json(`${path}?cursor=0&start=x`);
    expect(beside).toMatchObject({ code: "HTTP_PARAMETER", facts: { name: "start" } });
    expect(await world.json(`${path}?cursor=x`)).toMatchObject({ code: "HTTP_CURSOR" });
    expect(await world.json(`${path}?start=-1`)).toMatchObject({ code: "HTTP_PARAMETER" });
    expect(await world.json(`${path}?start=1`)).toMatchObject({
      start: 1,
      codes: [`${MA1301}/LAMP`],
    });
  });
});
