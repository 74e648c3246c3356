import { inflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { signEd25519 } from "#crypto";
import {
  composeSeal,
  concat,
  encodeSeal,
  formatSealUrl,
  fromBase64,
  type Hash,
  hashLeaf,
  hex,
  merkleRoot,
  parseResolverHost,
  present,
  sha256,
} from "../../src/core/index.ts";
import { checkSeal, parsePolicy, STATUS_BYTES } from "../../src/verify/seal/index.ts";
import { city, code, testKey } from "../core/state/kit.ts";
import { MA1301, openCity, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
});
afterEach(() => world[Symbol.asyncDispose]());

const { kid, seed } = testKey("city");
const KID = hex(kid);
const HOLDER = encodeURIComponent(`${MA1301}#1`);
const HOST = parseResolverHost("id.example");
const host = present(HOST.ok ? HOST.value : undefined, "host");

async function make(serial: number): Promise<Uint8Array> {
  const { record } = await world.json(`/v1/codes/${MA1301}`);
  const born = Uint8Array.from(Buffer.from(record.born, "hex")).slice(0, 8);
  const iatSeconds = Math.floor(world.clock.now / 1000);
  const claims = { code: code(MA1301), iatSeconds, serial, born };
  const unsigned = composeSeal(claims, { alg: -8, kid });
  return encodeSeal(unsigned, signEd25519(seed, unsigned.message));
}

async function check(seal: Uint8Array, serial: number) {
  const evidence = await world.json(`/v1/codes/${MA1301}/seals?kid=${KID}&serial=${serial}`);
  const { policy: text } = await world.json("/.well-known/cityid");
  const policy = parsePolicy(text);
  if (!policy.ok) throw new Error(policy.error.code);
  const options = {
    policy: policy.value,
    nowSeconds: Math.floor(world.clock.now / 1000),
    maxAgeSeconds: 3600,
  };
  const bytes = (each: string) => present(fromBase64(each), "base64");
  return checkSeal(
    formatSealUrl(host, code(MA1301), seal),
    {
      proofs: evidence.proofs,
      statuses: (evidence.statuses ?? []).map(({ lst }: { lst: string }) =>
        Uint8Array.from(inflateSync(Buffer.from(lst, "base64url"))),
      ),
      paths: (evidence.paths ?? []).map(
        (each: { leaf: string; path: string[]; serial: number; first: number }) => ({
          kid,
          serial: each.serial,
          first: each.first,
          leaf: bytes(each.leaf) as Hash,
          path: each.path.map((hash) => bytes(hash) as Hash),
        }),
      ),
    },
    options,
  );
}

async function logBatch(): Promise<readonly Uint8Array[]> {
  const seals = await Promise.all([0, 1, 2, 3, 4].map(make));
  const root = merkleRoot(seals.map(hashLeaf));
  await world.do({ op: "seals", code: code(MA1301), first: 0, count: 5, root }, city);
  return seals;
}

const put = (leaves: Uint8Array, first: number | string = 0, by = KID) =>
  world.request("PUT", `/v1/seals/${HOLDER}/${by}/batches/${first}`, { body: leaves as never });

describe("GET /v1/codes/<code>/seals", () => {
  test("brings all that a verdict rests on", async () => {
    expect(await check(await make(7), 7)).toMatchObject({
      outcome: "genuine",
      signer: { holder: `${MA1301}#1` },
    });
    const unseal = { op: "unseal", code: code(MA1301), kid, serials: [7], reason: "x" } as const;
    await world.do(unseal, city);
    expect(await check(await make(7), 7)).toMatchObject({
      outcome: "ended",
      because: { code: "SEAL_WITHDRAWN", serial: 7 },
    });
    expect(await check(await make(8), 8)).toMatchObject({ outcome: "genuine" });
  });

  test("brings the path of a batch that the node was given", async () => {
    const seals = await logBatch();
    const at = `/v1/codes/${MA1301}/seals?kid=${KID}&serial=3`;
    expect(await world.json(at)).not.toHaveProperty("paths");
    expect((await put(concat(...seals.map(hashLeaf)))).status).toBe(204);
    const { paths } = await world.json(at);
    expect(paths).toEqual([
      { kid: KID, serial: 3, first: 0, leaf: expect.any(String), path: expect.any(Array) },
    ]);
    expect(await world.json(at.replace("serial=3", "serial=5"))).not.toHaveProperty("paths");
    expect(await check(seals[3] as Uint8Array, 3)).toMatchObject({ outcome: "genuine" });
  });

  test("proves that a code was never issued, and that nobody has a key", async () => {
    const never = await world.json(`/v1/codes/${MA1301}.99/seals?kid=${KID}&serial=0`);
    expect(never.proofs[0].key).toBe(`code/${MA1301}.99`);
    expect(never.proofs[0]).not.toHaveProperty("value");
    const nobody = await world.json(`/v1/codes/${MA1301}/seals?kid=${"0".repeat(16)}&serial=0`);
    const keys = nobody.proofs[0].more.map(({ key }: { key: string }) => key);
    expect(keys).toContain(`key/MA#1/${"0".repeat(16)}`);
  });

  test("is kept by its entity tag as long as nothing happens", async () => {
    const path = `/v1/codes/${MA1301}/seals?kid=${KID}&serial=0`;
    const first = await world.get(path);
    expect(first.headers.get("Cache-Control")).toBe("no-cache");
    const again = await world.get(path, { "If-None-Match": first.headers.get("ETag") ?? "" });
    expect(again.status).toBe(304);
  });

  test.each([
    ["kid=1&serial=0", "kid"],
    [`kid=${"G".repeat(16)}&serial=0`, "kid"],
    ["serial=0", "kid"],
    [`kid=${"0".repeat(16)}`, "serial"],
    [`kid=${"0".repeat(16)}&serial=-1`, "serial"],
    [`kid=${"0".repeat(16)}&serial=01`, "serial"],
    [`kid=${"0".repeat(16)}&serial=1048576`, "serial"],
  ])("refuses ?%s", async (query, name) => {
    const response = await world.get(`/v1/codes/${MA1301}/seals?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "HTTP_PARAMETER", facts: { name } });
  });
});

describe("the status list of a key", () => {
  const path = `/v1/seals/${HOLDER}/${KID}/status`;

  test("is what the map has the hash of, in two forms", async () => {
    expect((await world.get(path)).status).toBe(404);
    const unseal = {
      op: "unseal",
      code: code(MA1301),
      kid,
      serials: [1, 10],
      reason: "x",
    } as const;
    await world.do(unseal, city);
    const response = await world.get(path);
    const { bits, lst } = (await response.json()) as { bits: number; lst: string };
    expect(bits).toBe(1);
    const inflated = Uint8Array.from(inflateSync(Buffer.from(lst, "base64url")));
    expect(inflated).toHaveLength(STATUS_BYTES);
    expect([inflated[0], inflated[1]]).toEqual([2, 4]);
    expect(response.headers.get("ETag")).toBe(`"${hex(sha256(inflated))}"`);
    const raw = await world.get(path, { Accept: "application/octet-stream" });
    expect(new Uint8Array(await raw.arrayBuffer())).toEqual(inflated);
    const known = { "If-None-Match": response.headers.get("ETag") ?? "" };
    expect((await world.get(path, known)).status).toBe(304);
    await world.do({ ...unseal, serials: [2] }, city);
    expect((await world.get(path, known)).status).toBe(200);
  });

  test("refuses what is no kid", async () => {
    expect((await world.get(`/v1/seals/${HOLDER}/x/status`)).status).toBe(400);
  });
});

describe("PUT /v1/seals/<holder>/<kid>/batches/<first>", () => {
  test("takes exactly the hashes that the ledger committed to", async () => {
    const seals = await logBatch();
    const leaves = concat(...seals.map(hashLeaf));
    const other = leaves.slice();
    other[0] = (other[0] as number) ^ 1;
    const refused = await put(other);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code: "SEAL_BATCH_ROOT" });
    expect((await put(leaves.subarray(32))).status).toBe(400);
    expect((await put(leaves, 1)).status).toBe(404);
    expect((await put(leaves, "x")).status).toBe(400);
    expect((await put(leaves, 0, "x")).status).toBe(400);
    expect((await put(new Uint8Array(2 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await put(leaves)).status).toBe(204);
    expect((await put(leaves)).status).toBe(204);
  });
});
