import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { staticFiles } from "../../src/server/index.ts";
import { discard } from "../discard.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let directory: string;
const script = "console.log(1);\n".repeat(100);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cityid-portal-"));
  await mkdir(join(directory, "assets"));
  await writeFile(join(directory, "index.html"), "<!doctype html><title>portal</title>");
  await writeFile(join(directory, "assets", "index-B7f3kQ2x.js"), script);
  await writeFile(join(directory, "verify.html"), "<!doctype html><title>plates</title>");
  await writeFile(join(directory, "assets", "large-worker-B7f3kQ2x.js"), script);
  await writeFile(join(directory, "logo.png"), Uint8Array.of(1, 2, 3));
  world = await openWorld({}, { portal: await staticFiles(directory) });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  discard(directory);
});

describe("the verifier", () => {
  test("is a module for pages of others, and nothing else is there", async () => {
    const module = "export const verify = 1;\n".repeat(100);
    const folder = await mkdtemp(join(tmpdir(), "cityid-verifier-"));
    await writeFile(join(folder, "verify.js"), module);
    await using other = await openWorld({}, { verifier: await staticFiles(folder) });
    discard(folder);
    const response = await other.get("/verifier/verify.js");
    expect(response.headers.get("Content-Type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Cache-Control")).toBe("no-cache");
    expect(await response.text()).toBe(module);
    expect((await other.get("/verifier/none.js")).status).toBe(404);
    expect((await world.get("/verifier/verify.js")).status).toBe(404);
  });
});

describe("the icon", () => {
  test("is that of the portal, under both names, without a portal too", async () => {
    const icon = await readFile(
      new URL("../../portal/public/favicon.svg", import.meta.url),
      "utf8",
    );
    await using bare = await openWorld();
    for (const path of ["/favicon.svg", "/favicon.ico"]) {
      const response = await bare.get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toBe("image/svg+xml");
      expect(response.headers.get("Cache-Control")).toBe("public, max-age=86400");
      const etag = response.headers.get("ETag") ?? "";
      expect(await response.text()).toBe(icon);
      expect((await bare.get(path, { "If-None-Match": etag })).status).toBe(304);
    }
    const page = await bare.get("/docs", { Accept: "text/html" });
    expect(await page.text()).toContain('<link rel="icon" href="/favicon.svg"');
    expect(page.headers.get("Content-Security-Policy")).toContain("img-src 'self'");
  });
});

describe("the portal", () => {
  test.each(["/", "/tour", "/tour/3", "/index.html"])(
    "answers %s with its one page",
    async (path) => {
      const response = await world.get(path, { Accept: "text/html" });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("<title>portal</title>");
      expect(response.headers.get("Cache-Control")).toBe("no-cache");
      const policy = response.headers.get("Content-Security-Policy") ?? "";
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toContain("unsafe");
    },
  );

  test("gives the page that checks plates the camera and the position, and no other page", async () => {
    const rights = async (path: string) =>
      (await world.get(path, { Accept: "text/html" })).headers.get("Permissions-Policy");
    for (const path of ["/verify", "/verify/", "/verify?code=MA.156"]) {
      const response = await world.get(path, { Accept: "text/html" });
      expect(await response.text()).toContain("<title>plates</title>");
      expect(response.headers.get("Content-Security-Policy")).not.toContain("unsafe");
      expect(await rights(path)).toBe("camera=(self), geolocation=(self)");
    }
    for (const path of ["/", "/tour/3", "/index.html", "/verify.html"]) {
      expect(await rights(path), path).toBe("camera=(), geolocation=()");
    }
  });

  test("lets one thread compile WebAssembly, and that one reach nobody else", async () => {
    const policy = async (path: string) =>
      (await world.get(path)).headers.get("Content-Security-Policy") ?? "";
    expect(await policy("/assets/large-worker-B7f3kQ2x.js")).toMatch(
      /default-src 'none'.*'wasm-unsafe-eval'.*connect-src 'self'/,
    );
    expect(await policy("/assets/index-B7f3kQ2x.js")).not.toContain("unsafe");
  });

  test("gives files that are named after their content for ever, compressed to who takes it", async () => {
    const response = await world.get("/assets/index-B7f3kQ2x.js");
    expect(response.headers.get("Cache-Control")).toContain("immutable");
    expect(response.headers.get("Content-Type")).toBe("text/javascript; charset=utf-8");
    expect(await response.text()).toBe(script);
    const zipped = await world.get("/assets/index-B7f3kQ2x.js", { "Accept-Encoding": "br, gzip" });
    expect(zipped.headers.get("Content-Encoding")).toBe("gzip");
    const plain = await world.get("/assets/index-B7f3kQ2x.js", { "Accept-Encoding": "gzip;q=0" });
    expect(plain.headers.get("Content-Encoding")).toBeNull();
    expect(gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString()).toBe(script);
    const etag = zipped.headers.get("ETag") ?? "";
    expect((await world.get("/assets/index-B7f3kQ2x.js", { "If-None-Match": etag })).status).toBe(
      304,
    );
    expect((await world.get("/logo.png")).headers.get("Content-Type")).toBe("image/png");
  });

  test.each(["/touring", "/assets/none.js", "/../package.json", "/%2e%2e/package.json", "/assets"])(
    "has nothing at %s",
    async (path) => {
      const response = await world.get(path, { Accept: "text/html" });
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("HTTP_NOT_FOUND");
    },
  );

  test("does not stand in the way of codes", async () => {
    expect((await world.get("/MA.156", { Accept: "application/json" })).status).toBe(200);
  });
});
