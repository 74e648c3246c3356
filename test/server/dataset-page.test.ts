import { afterAll, beforeAll, expect, test } from "vitest";
import { parsePolicy, present } from "../../src/core/index.ts";
import { verifyHistory } from "../../src/verify/index.ts";
import { code } from "../core/state/kit.ts";
import { AIR, type GrantsWorld, office, openGrants, photoOf } from "./grants-world.ts";

// A dataset is a record like others: it has a page and a history, and what it says of itself is a link of its chain.

let world: GrantsWorld;
beforeAll(async () => {
  world = await openGrants({ no2: 1, note: "x", photo: photoOf("x"), other: AIR });
});
afterAll(() => world[Symbol.asyncDispose]());

const HISTORY = `/v1/codes/${encodeURIComponent(AIR)}/history`;
const pageIn = async (language: string) => {
  const headers = { Accept: "text/html", "Accept-Language": language };
  const response = await world.get(`/${AIR}`, headers);
  expect(response.status).toBe(200);
  return response.text();
};

test("the page says what the dataset is, and what one can do to have it", async () => {
  const chinese = await pageIn("zh");
  for (const words of [
    "空气质量",
    "CC-BY-4.0",
    "数据科",
    "细颗粒物",
    "µg/m³",
    "须向其所有者申请",
  ]) {
    expect(chinese).toContain(words);
  }
  expect(chinese).toContain("说明了此数据集");
  expect(chinese).not.toContain("/ogc/collections/");
  const english = await pageIn("en");
  expect(english).toContain("Air quality");
  expect(english).toContain(`href="/catalog/${encodeURIComponent(AIR)}"`);
  expect((await world.get(`/catalog/${encodeURIComponent(AIR)}`)).status).toBe(200);
});

test("what it says of itself stands in its history, which proves itself", async () => {
  const { items } = await world.json(HISTORY);
  expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(["dataset", "register"]);
  expect(items[0].what).toMatchObject({ licence: "CC-BY-4.0" });
  const policy = parsePolicy((await world.json("/.well-known/cityid")).policy);
  const bundle = await (await world.get(`${HISTORY}?proof=1`)).text();
  const verdict = await verifyHistory(bundle, {
    policy: present(policy.ok ? policy.value : undefined, "a policy"),
    nowSeconds: Math.floor(world.clock.now / 1000),
    maxAgeSeconds: 3600,
  });
  expect(verdict).toMatchObject({
    ok: true,
    value: { changes: [{ kind: "register" }, { kind: "dataset" }] },
  });
});

test("a dataset that becomes open data says so at once, and shows the way to its rows", async () => {
  await pageIn("en");
  const { record } = await world.json(`/v1/codes/${encodeURIComponent(AIR)}`);
  expect(record.kind).toBe("dataset");
  const [dataset] = (await world.json("/v1/datasets")).items;
  const grant = { op: "grant", code: code(AIR), log: dataset.log.origin, to: "*" } as const;
  await world.do({ ...grant, actions: ["read"] }, office);
  const page = await pageIn("en");
  expect(page).toContain("everybody (open data)");
  const items = /href="https:\/\/node\.test(\/ogc\/collections\/[^"]+)"/.exec(page)?.[1];
  const rows = await world.json(present(items, "a link to the rows").replaceAll("&amp;", "&"));
  expect(rows.type).toBe("FeatureCollection");
  expect(rows.features.length).toBeGreaterThan(0);
});
