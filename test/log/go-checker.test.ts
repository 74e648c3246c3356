import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { formatVerifierKey, parseTilePath, signCheckpoint } from "../../src/core/index.ts";
import { createLog, type Log, openLog } from "../../src/log/index.ts";
import { signer } from "../core/note/keys.ts";
import { discard } from "../discard.ts";
import { FaultyFiles } from "../faults/faulty-files.ts";

// A log judged by golang.org/x/mod/sumdb, which was written by others.

const hasGo = spawnSync("go", ["version"]).status === 0;
const module = new URL("../go", import.meta.url).pathname;
const origin = "example.com/log";
const key = signer(origin, "ed25519", 9);
const vkey = formatVerifierKey(key.key);

describe.skipIf(!hasGo)("Go's checker (where there is a `go` command)", () => {
  const scratch = mkdtempSync(join(tmpdir(), "cityid-go-"));
  const program = join(scratch, "check");

  beforeAll(() => {
    execFileSync("go", ["build", "-o", program, "."], { cwd: module, stdio: "inherit" });
  });

  afterAll(() => discard(scratch));

  test("agrees with the vectors of this repository", () => {
    execFileSync("go", ["test", "./..."], { cwd: module, stdio: "inherit" });
  });

  test.each([1, 2, 255, 256, 257, 1_000, 66_000])("accepts a log of %i entries", async (size) => {
    const log = await logOf(size);
    const url = await serving(log);
    expect(await check(url)).toMatch(new RegExp(`^ok ${origin} size=${size} root=.* grown=0\n$`));
  });

  test("sees that a log grew while it looked", async () => {
    const log = await logOf(300);
    const { size } = log;
    // The last request of all is the second one for the checkpoint.
    let checkpoints = 0;
    const url = await serving(log, async (path) => {
      if (path !== "checkpoint" || checkpoints++ !== 1) return undefined;
      await log.commit(log.stage([new TextEncoder().encode("grown")]));
      return undefined;
    });
    expect(await check(url)).toContain(`size=${size} `);
    expect(log.size).toBe(size + 1);
  });

  test.each([
    { path: "tile/0/000", why: "not the hashes of the entries" },
    { path: "tile/1/000.p/1", why: "not the hashes of the entries" },
    { path: "tile/entries/001.p/44", why: "entries give the root" },
    // Of earlier sizes, which most verifiers never ask for.
    { path: "tile/0/001.p/7", why: "not the hashes of the entries" },
    { path: "tile/entries/001.p/7", why: "not the one of the tree" },
    { path: "checkpoint", why: "invalid signature" },
  ])("refuses a log that gives another $path", async ({ path, why }) => {
    const log = await logOf(300);
    const url = await serving(log, async (asked, body) => {
      if (asked !== path) return undefined;
      // In a checkpoint this is a digit of the size, in anything else any bit will do.
      const at = path === "checkpoint" ? origin.length + 1 : body.length - 1;
      return body.with(at, (body[at] ?? 0) ^ 1);
    });
    await expect(check(url)).rejects.toThrow(why);
  });

  test.each(["tile/entries/000", "tile/entries/001.p/44", "tile/entries/001.p/7"])(
    "refuses bytes after the last entry of %s",
    async (path) => {
      const log = await logOf(300);
      const url = await serving(log, async (asked, body) =>
        asked === path ? Uint8Array.of(...body, 0, 0) : undefined,
      );
      await expect(check(url)).rejects.toThrow(/: \d+ entries$/m);
    },
  );

  async function check(url: string): Promise<string> {
    const { stdout } = await promisify(execFile)(program, [url, vkey]);
    return stdout;
  }
});

async function logOf(size: number): Promise<Log> {
  const options = { directory: "/log", origin, files: new FaultyFiles() };
  await createLog(
    options,
    Array.from({ length: size }, (_, i) => new TextEncoder().encode(`entry ${i}`)),
  );
  return await openLog(options);
}

/** Serves a log on this machine until the test ends; `change` may put another body in place of one. */
async function serving(
  log: Log,
  change: (path: string, body: Uint8Array) => Promise<Uint8Array | undefined> = async () =>
    undefined,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? "").slice(1);
    const body = bodyOf(log, path);
    const changed = body && (await change(path, body));
    response.statusCode = body === undefined ? 404 : 200;
    response.end(changed ?? (path === "checkpoint" ? bodyOf(log, path) : body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function bodyOf(log: Log, path: string): Uint8Array | undefined {
  if (path === "checkpoint") {
    const text = signCheckpoint({ origin, size: log.size, root: log.root() }, [key]);
    return new TextEncoder().encode(text);
  }
  const tile = parseTilePath(path);
  if (!tile.ok) return undefined;
  const { index, width } = tile.value;
  return tile.value.kind === "entries"
    ? log.bundle(index, width)
    : log.tile(tile.value.level, index, width);
}
