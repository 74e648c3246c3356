import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { ERRORS, type Fields, JSON_TYPE, type Json, LD_TYPE, ngsiClient } from "./ngsi-client.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

// Maps of which entities a query is about, on the scratch dataset of a real node: GS CIM 009 §5.5.14, §5.14.

let root: string;
let node: RealNode;
const { ask } = ngsiClient(() => node);
const FIELD = "NGSILD-EntityMap";
const NONE = [404, `${ERRORS}ResourceNotFound`];
const BAD = [400, `${ERRORS}BadRequestData`];
const cars = "/entities?type=Car";
const then = "timerel=after&timeAt=2000-01-01T00:00:00Z&timeproperty=createdAt";
const car = (n: number) => ({
  ...{ id: `urn:car:${n}`, type: "Car", speed: { type: "Property", value: n * 10 } },
});
const idsOf = (found: readonly Json[]) => found.map(({ id }) => id);
const refused = async (method: string, path: string, body?: unknown, headers?: Fields) => {
  const answer = await ask(method, path, body, headers);
  return [answer.status, answer.body?.type];
};
/** Under which path the map is that an answer names. */
const mapIn = (headers: Headers): string => headers.get(FIELD)?.replace("/ngsi-ld/v1", "") ?? "";
const within = (headers: Headers) => ({ [FIELD]: headers.get(FIELD) ?? "" });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-ngsi-maps-"));
  node = await startRealNode({ data: await beginLedger(root), env: { CITYID_SCRATCH: "1" } });
  for (const n of [1, 2, 3, 4, 5]) {
    expect((await ask("POST", "/entities", car(n))).status).toBe(201);
  }
});
afterAll(async () => {
  await node.stop();
  discard(root);
});

describe("a map of entities", () => {
  test("is made of what a query finds, told, changed and deleted", async () => {
    const made = await ask("GET", "/entityMaps?type=Car&q=speed>30");
    const path = mapIn(made.headers);
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: path.replace("/entityMaps/", ""),
        type: "EntityMap",
        expiresAt: expect.stringMatching(/Z$/),
        entityMap: { "urn:car:4": ["@none"], "urn:car:5": ["@none"] },
        linkedMaps: {},
      },
    ]);
    const ahead = Date.parse(made.body.expiresAt) - Date.now();
    expect(ahead > 0 && ahead <= 600_000).toBe(true);
    expect((await ask("GET", path)).body).toEqual(made.body);
    expect(
      (await ask("GET", path, undefined, { Accept: LD_TYPE["Content-Type"] ?? "" })).body,
    ).toEqual({
      ...made.body,
      "@context": expect.stringContaining("ngsi-ld-core-context"),
    });
    const far = { expiresAt: "2099-01-01T00:00:00Z", entityMap: { "urn:car:1": ["@none"] } };
    expect((await ask("PATCH", path, far)).status).toBe(204);
    const later = (await ask("GET", path)).body;
    expect(Object.keys(later.entityMap)).toEqual(["urn:car:4", "urn:car:5"]);
    expect(Date.parse(later.expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(await refused("PATCH", path, { expiresAt: "tomorrow" })).toEqual(BAD);
    expect(await refused("GET", path, undefined, { "NGSILD-Tenant": "another" })).toEqual([
      404,
      `${ERRORS}NonexistentTenant`,
    ]);
    expect((await ask("DELETE", path)).status).toBe(204);
    for (const method of ["GET", "DELETE", "PATCH"]) {
      const body = method === "PATCH" ? {} : undefined;
      expect(await refused(method, path, body), method).toEqual(NONE);
      expect(await refused(method, "/entityMaps/odd", body), method).toEqual(BAD);
    }
    const gone = mapIn((await ask("GET", "/entityMaps?type=Car")).headers);
    expect((await ask("PATCH", gone, { expiresAt: "2000-01-01T00:00:00Z" })).status).toBe(204);
    expect(await refused("GET", gone)).toEqual(NONE);
    for (const query of ["id=urn:car:1", "type=Car&entityMapLifetime=1hour"]) {
      expect(await refused("GET", `/entityMaps?${query}`), query).toEqual(BAD);
    }
    const long = await ask("GET", "/entityMaps?type=Car&entityMapLifetime=P3650D");
    expect(Date.parse(long.body.expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  test("fixes which entities the pages of a query are of", async () => {
    const first = await ask("GET", `${cars}&q=speed<50&entityMap=true`);
    expect([first.status, idsOf(first.body)]).toEqual([
      201,
      ["urn:car:1", "urn:car:2", "urn:car:3", "urn:car:4"],
    ]);
    const named = within(first.headers);
    expect((await ask("POST", "/entities", car(6))).status).toBe(201);
    const page = await ask("GET", `${cars}&limit=2&offset=2&count=true`, undefined, named);
    expect([page.status, idsOf(page.body), page.headers.get(FIELD)]).toEqual([
      ...[200, ["urn:car:3", "urn:car:4"], first.headers.get(FIELD)],
    ]);
    expect(page.headers.get("NGSILD-Results-Count")).toBe("4");
    expect(page.headers.get("Link")).not.toContain('rel="next"');
    // What fits no more is in no page, and what is asked for beside it narrows it down.
    expect((await ask("DELETE", "/entities/urn:car:2")).status).toBe(204);
    expect(idsOf((await ask("GET", cars, undefined, named)).body)).toEqual([
      ...["urn:car:1", "urn:car:3", "urn:car:4"],
    ]);
    const body = { type: "Query", entities: [{ type: "Car" }], q: "speed>20" };
    const inBody = await ask("POST", "/entityOperations/query", body, { ...JSON_TYPE, ...named });
    expect(idsOf(inBody.body)).toEqual(["urn:car:3", "urn:car:4"]);
    const two = `${cars}&id=urn:car:3,urn:car:5`;
    expect(idsOf((await ask("GET", two, undefined, named)).body)).toEqual(["urn:car:3"]);
    const map = (await ask("GET", mapIn(first.headers))).body.entityMap;
    expect(Object.keys(map)).toEqual(["urn:car:1", "urn:car:3", "urn:car:4"]);
    // One that is not there is made anew.
    const lost = { [FIELD]: "/ngsi-ld/v1/entityMaps/urn:lost" };
    const anew = await ask("GET", cars, undefined, lost);
    expect([anew.status, anew.body.length]).toEqual([201, 5]);
    expect(mapIn(anew.headers)).toMatch(/EntityMap:[0-9a-f]{32}$/);
  });

  test("is made of one entity, and of what was so", async () => {
    for (const path of ["/entities/urn:car:1", `/temporal/entities/urn:car:1?${then}`]) {
      const mark = path.includes("?") ? "&" : "?";
      const made = await ask("GET", `${path}${mark}entityMap=true`);
      expect([made.status, made.body.id, made.body.entityMap]).toEqual([
        200,
        "urn:car:1",
        undefined,
      ]);
      expect((await ask("GET", mapIn(made.headers))).body.entityMap).toEqual({
        "urn:car:1": ["@none"],
      });
      const again = await ask("GET", path, undefined, within(made.headers));
      expect(again.headers.get(FIELD)).toBe(made.headers.get(FIELD));
      expect((await ask("GET", path)).headers.get(FIELD)).toBeNull();
    }
    const all = `/temporal/entities?type=Car&${then}`;
    const one = await ask("GET", `${all}&id=urn:car:1&entityMap=true`);
    expect([one.status, idsOf(one.body)]).toEqual([201, ["urn:car:1"]]);
    const narrow = await ask("GET", all, undefined, within(one.headers));
    expect([narrow.status, idsOf(narrow.body)]).toEqual([200, ["urn:car:1"]]);
    const maps = "/temporal/entityMaps?type=Car";
    expect(await refused("GET", maps)).toEqual(BAD);
    const ever = (await ask("GET", `${maps}&${then}`)).body.entityMap;
    expect(Object.keys(ever)).toContain("urn:car:5");
    const never = "timerel=before&timeAt=2000-01-01T00:00:00Z&timeproperty=createdAt";
    const made = await ask("GET", `${maps}&${never}`);
    expect([made.status, made.body.entityMap]).toEqual([201, {}]);
  });
});
