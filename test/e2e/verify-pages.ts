import { readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Plugin, rolldown } from "rolldown";
import { buildVerifier } from "../browser/build.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SUITE = "test/verify";
const ENTRY = "verify-suite";

/** The files that a page may ask for, by path. */
export type Files = ReadonlyMap<string, string>;

/** A page, the bundle, and the tests of test/verify as they are: they meet the verifier in the bundle. */
export async function suiteFiles(): Promise<Files> {
  const built = [...buildVerifier()].map(([name, bytes]) => [`/${name}`, `${bytes}`] as const);
  return new Map([
    ["/", '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'],
    ...built,
    ["/suite.js", await bundleSuite()],
  ]);
}

/** The test files of the suite. */
export function suiteTests(): readonly string[] {
  return readdirSync(`${ROOT}${SUITE}`).filter((name) => name.endsWith(".test.ts"));
}

async function bundleSuite(): Promise<string> {
  const build = await rolldown({ input: ENTRY, platform: "browser", plugins: [suite] });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}

const suite: Plugin = {
  name: "suite",
  resolveId(id, importer) {
    if (id === ENTRY) return id;
    if (id === "vitest") return `${ROOT}test/browser/vitest.ts`;
    // What makes proofs, and signs them, is core with the crypto of browsers.
    if (id === "#crypto") return `${ROOT}src/crypto/web.ts`;
    if (!importer?.includes(`/${SUITE}/`)) return undefined;
    if (id.endsWith("/src/verify/index.ts")) return { id: "/verify.js", external: true };
    return id.endsWith("/src/verify/seal/index.ts")
      ? { id: "/seal.js", external: true }
      : undefined;
  },
  load: (id) => (id === ENTRY ? entry() : undefined),
};

function entry(): string {
  const files = suiteTests().map(
    (name) => `"/${SUITE}/${name}": () => import("${ROOT}${SUITE}/${name}"),`,
  );
  return [
    `import { run } from "${ROOT}test/browser/run.ts";`,
    `export const outcomes = () => run({`,
    ...files,
    "});",
  ].join("\n");
}

/** Serves files on loopback, and nothing else. */
export async function serveFiles(
  files: Files,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer(({ url = "" }, response) => {
    const body = files.get(url);
    const type = url === "/" ? "text/html" : "text/javascript";
    response.writeHead(body === undefined ? 404 : 200, { "Content-Type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
