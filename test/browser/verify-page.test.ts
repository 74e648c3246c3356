import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

// What a phone loads for /verify, from the files that were built.

const DIST = new URL("../../portal/dist", import.meta.url).pathname;
const read = (path: string) => readFileSync(DIST + path);
const gzipped = (bytes: Buffer) => gzipSync(bytes, { level: 6 }).length;

/** All that a file names and a browser loads with it; what is imported only when it is needed is not among it. */
function loadedBy(path: string, known: Set<string> = new Set()): ReadonlySet<string> {
  if (known.has(path)) return known;
  known.add(path);
  const content = read(path).toString();
  const named = path.endsWith(".html")
    ? content.matchAll(/(?:src|href)="(\/[^"]+)"/g)
    : content.matchAll(/(?:\bfrom|\bimport)\s*["'`](\.{0,2}\/[^"'`]+)["'`]/g);
  for (const [, name = ""] of named) {
    const next = new URL(name, `http://x${path}`).pathname;
    if (/\.(?:js|css|svg)$/.test(next)) loadedBy(next, known);
  }
  return known;
}

test("a phone loads at most 150 KB for /verify, decoder included, and nothing of the component library", () => {
  const files = loadedBy("/verify.html");
  expect([...files].filter((name) => name.endsWith(".js"))).toHaveLength(1);
  const total = [...files].reduce((sum, name) => sum + gzipped(read(name)), 0);
  expect(total).toBeGreaterThan(40_000);
  expect(total).toBeLessThanOrEqual(150_000);
  const scripts = [...files].map((name) => read(name).toString()).join("");
  expect(scripts).not.toMatch(/react\.(?:element|transitional)|ant-design|\.wasm\b.*\.wasm\b/);
});

test("what the service worker keeps with the first visit is at most that, too, with the fallbacks of WebCrypto", () => {
  const list = /const OFFLINE=(\{.*?\});/.exec(read("/verify-sw.js").toString())?.[1] ?? "{}";
  const { files, later, version } = JSON.parse(list);
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  for (const name of loadedBy("/verify.html")) {
    if (!name.endsWith(".html")) expect(files).toContain(name);
  }
  expect(files.filter((name: string) => /noble/.test(name))).toHaveLength(2);
  const total = files.reduce((sum: number, name: string) => sum + gzipped(read(name)), 0);
  expect(total).toBeLessThanOrEqual(150_000);
  expect(later.map((name: string) => name.replace(/-[\w-]{8}\./, "."))).toEqual([
    "/assets/large-worker.js",
    "/assets/zxing_reader.wasm",
  ]);
  expect(read("/verify-sw.js").toString()).not.toMatch(/\b(?:import|export)\b/);
});
