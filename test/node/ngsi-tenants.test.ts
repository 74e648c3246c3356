import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { ERRORS, JSON_TYPE, type Json, ngsiClient } from "./ngsi-client.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

// Tenants of the scratch dataset, which programs make by writing into them: GS CIM 009 §4.14, §5.5.10.

let root: string;
let data: string;
let node: RealNode;
const { ask } = ngsiClient(() => node);
const env = { CITYID_SCRATCH: "1" };
const inTenant = (tenant: string) => ({ ...JSON_TYPE, "NGSILD-Tenant": tenant });
const lamp = (id: string, more: object = {}) => ({ id, type: "Lamp", ...more });
const idsOf = async (tenant: string) => {
  const answer = await ask("GET", "/entities?type=Lamp", undefined, inTenant(tenant));
  expect(answer.headers.get("NGSILD-Tenant")).toBe(tenant);
  return answer.status === 200 ? answer.body.map(({ id }: Json) => id) : answer.body.type;
};
const NONE = `${ERRORS}NonexistentTenant`;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-ngsi-tenants-"));
  data = await beginLedger(root);
  node = await startRealNode({ data, env });
});
afterAll(async () => {
  await node.stop();
  discard(root);
});

describe("a tenant of the scratch dataset", () => {
  test("begins with what is made in it, and is seen from nowhere else", async () => {
    expect(await idsOf("a")).toBe(NONE);
    for (const [method, path] of [
      ["DELETE", "/entities/urn:x:1"],
      ["PATCH", "/entities/urn:x:1/attrs"],
    ] as const) {
      const answer = await ask(method, path, method === "PATCH" ? {} : undefined, inTenant("a"));
      expect([answer.status, answer.body.type], method).toEqual([404, NONE]);
    }
    for (const [tenant, id] of [
      ["a", "urn:x:1"],
      ["b", "urn:x:2"],
    ] as const) {
      const made = await ask("POST", "/entities", lamp(id), inTenant(tenant));
      expect([made.status, made.headers.get("NGSILD-Tenant")]).toEqual([201, tenant]);
    }
    expect([await idsOf("a"), await idsOf("b"), await idsOf("c")]).toEqual([
      ["urn:x:1"],
      ["urn:x:2"],
      NONE,
    ]);
    expect((await ask("GET", "/entities?type=Lamp")).body).toEqual([]);
  });

  test("is none where the name is meant for a dataset of the ledger", async () => {
    for (const name of ["MA.156.9999/X", "ma.156.9999/x"]) {
      const made = await ask("POST", "/entities", lamp("urn:x:1"), inTenant(name));
      expect(made.status, name).toBe(401);
    }
  });

  test("keeps contexts that no other tenant is told", async () => {
    const context = { "@context": { lumen: "https://own.example/lumen" } };
    const added = await ask("POST", "/jsonldContexts", context, inTenant("a"));
    const path = added.headers.get("Location")?.replace("/ngsi-ld/v1", "") ?? "";
    const status = async (method: string, tenant: string) =>
      (await ask(method, path, undefined, inTenant(tenant))).status;
    expect([await status("GET", "a"), await status("GET", "new")]).toEqual([200, 404]);
    const list = await ask("GET", "/jsonldContexts?kind=Hosted", undefined, inTenant("new"));
    expect([list.status, list.body]).toEqual([200, []]);
    expect([await status("DELETE", "b"), await status("DELETE", "a")]).toEqual([404, 204]);
  });

  test("is there again after the node was killed, ends what expires, and is one of a bounded number", async () => {
    const expiresAt = new Date(Date.now() + 4000).toISOString();
    const level = { type: "Property", value: 1 };
    const made = await ask(
      "POST",
      "/entities",
      lamp("urn:x:3", { level, expiresAt }),
      inTenant("a"),
    );
    expect(made.status).toBe(201);
    await node.stop("SIGKILL");
    node = await startRealNode({ data, env });
    expect((await idsOf("a"))[0]).toBe("urn:x:1");
    const ended = "/temporal/entities/urn:x:3?timeproperty=deletedAt";
    await expect
      .poll(async () => (await ask("GET", ended, undefined, inTenant("a"))).body.level?.length, {
        timeout: 60_000,
      })
      .toBe(1);
    expect(await idsOf("a")).toEqual(["urn:x:1"]);
    const statuses: number[] = [];
    while (statuses.length < 70 && statuses.at(-1) !== 503) {
      const tenant = inTenant(`many-${statuses.length}`);
      statuses.push((await ask("POST", "/entities", lamp("urn:x:1"), tenant)).status);
    }
    expect([new Set(statuses), statuses.length]).toEqual([new Set([201, 503]), 62]);
    expect(await idsOf("a")).toEqual(["urn:x:1"]);
  });
});
