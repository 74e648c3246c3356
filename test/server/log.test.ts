import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashLeaf, hex, parseCheckpoint } from "../../src/core/index.ts";
import { openCity, present, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openCity();
  // The checkpoint that is published advances at most once a second.
  world.clock.now += 2000;
});
afterEach(() => world[Symbol.asyncDispose]());

const bytes = async (path: string) => new Uint8Array(await (await world.get(path)).arrayBuffer());

describe("/log", () => {
  test("serves the checkpoint, to be asked for again", async () => {
    const response = await world.get("/log/checkpoint");
    expect(response.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("Cache-Control")).toBe("no-cache");
    expect(parseCheckpoint(await response.text())).toMatchObject({
      ok: true,
      value: { origin: "ledger.test/log", size: world.ledger.published().size },
    });
  });

  test("serves tiles and bundles that agree", async () => {
    const { size } = world.ledger.published();
    const tile = await world.get(`/log/tile/0/000.p/${size}`);
    expect(tile.headers.get("Cache-Control")).toContain("immutable");
    expect(tile.headers.get("Content-Type")).toBe("application/octet-stream");
    const hashes = new Uint8Array(await tile.arrayBuffer());
    expect(hashes).toHaveLength(32 * size);
    const bundle = await bytes(`/log/tile/entries/000.p/${size}`);
    let at = 0;
    for (let i = 0; i < size; i += 1) {
      const length = (present(bundle[at], "length") << 8) | present(bundle[at + 1], "length");
      const entry = bundle.subarray(at + 2, at + 2 + length);
      expect(hex(hashLeaf(entry))).toBe(hex(hashes.subarray(32 * i, 32 * i + 32)));
      at += 2 + length;
    }
    expect(at).toBe(bundle.length);
  });

  test.each([
    "/log/tile/0/000",
    "/log/tile/0/001",
    "/log/tile/0/000.p/255",
    "/log/tile/0/000.p/0",
    "/log/tile/0/000.p/256",
    "/log/tile/0/0",
    "/log/tile/00/000.p/2",
    "/log/tile/64/000.p/1",
    "/log/tile/0/x000/000.p/2",
    "/log/tile/entries/000.p/200",
    "/log/tile/entries/..%2fcheckpoint",
    "/log/other",
  ])("has nothing at %s", async (path) => {
    const response = await world.get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "HTTP_NOT_FOUND" });
  });
});
