import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { auditDirectory } from "../../src/node/index.ts";
import { discard } from "../discard.ts";
import { CITY, code, issueCity, signAs } from "../sdk/world.ts";
import { beginLedger, MAIN, type RealNode, startRealNode, until } from "./real-node.ts";

// A node whose disk takes nothing more, and then does again. Two disks that really do so: a small file system that somebody
// else has filled, and a limit on the size of each file, which needs no privilege.

type Disk = {
  readonly root: string;
  /** Starts a node on it while it is full. */
  readonly through: readonly string[];
  fill(node: RealNode): void;
  makeRoom(node: RealNode): unknown;
};

const mounted = mkdtempSync(join(tmpdir(), "cityid-tmpfs-"));
const canMount =
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "cityid", mounted]).status === 0;
afterAll(() => {
  if (canMount) execFileSync("umount", [mounted]);
  discard(mounted);
});

const fileSystem: Disk = {
  root: mounted,
  through: [],
  fill: () => {
    const ballast = openSync(join(mounted, "ballast"), "w");
    expect(() => {
      for (;;) writeSync(ballast, new Uint8Array(1024));
    }).toThrow("ENOSPC");
    closeSync(ballast);
  },
  makeRoom: () => rmSync(join(mounted, "ballast")),
};

/** The journal has as many zeros written ahead; what the ledger needs beyond them is refused. */
const LIMIT_BYTES = String(256 * 1024);
const prlimit = (pid: number, bytes: string) =>
  execFileSync("prlimit", [`--pid=${pid}`, `--fsize=${bytes}:`]);
const fileLimit: Disk = {
  root: mkdtempSync(join(tmpdir(), "cityid-limit-")),
  through: ["prlimit", `--fsize=${LIMIT_BYTES}:`],
  fill: ({ pid }) => prlimit(pid, LIMIT_BYTES),
  // The limit of a process ends with it.
  makeRoom: ({ pid }) => spawnSync("prlimit", [`--pid=${pid}`, "--fsize=unlimited:"]),
};
afterAll(() => discard(fileLimit.root));

test("a backup that finds no room says so, and so does a file that another command writes", async () => {
  const root = mkdtempSync(join(tmpdir(), "cityid-no-room-"));
  try {
    const data = await beginLedger(root);
    const cityid = (...args: readonly string[]) =>
      spawnSync("prlimit", ["--fsize=0:", process.execPath, MAIN, ...args, "--json"], {
        encoding: "utf8",
      });
    const copied = cityid("backup", data, join(root, "copy"));
    expect(copied).toMatchObject({ status: 10, stdout: "" });
    expect(JSON.parse(copied.stderr)).toMatchObject({ code: "NODE_DISK_FULL" });
    await using node = await startRealNode({ data });
    const policy = cityid("export", "policy", join(root, "policy"), "--url", node.url);
    expect(policy).toMatchObject({ status: 2, stdout: "" });
    expect(JSON.parse(policy.stderr)).toMatchObject({ code: "CLI_DISK_FULL" });
  } finally {
    discard(root);
  }
});

describe.each([
  ["no room on the file system", fileSystem, canMount],
  ["no room for a larger file", fileLimit, true],
] as const)("a node with %s", (_, disk, isPossible) => {
  test.skipIf(!isPossible)(
    "reads on, loses nothing it acknowledged, says that it takes no writes, and goes on when there is room",
    async () => {
      const data = await beginLedger(disk.root);
      await using node = await startRealNode({ data });
      await issueCity(node);
      await indexed(node);

      disk.fill(node);
      const { acknowledged, refusal } = await writeUntilRefused(node);
      expect(refusal).toMatchObject({
        status: 503,
        retryAfter: "1",
        body: { code: "HTTP_BUSY", facts: { what: "LEDGER_DISK_FULL" } },
      });
      const unready = await fetch(`${node.url}/readyz`);
      expect(unready.status).toBe(503);
      expect(await unready.json()).toMatchObject({ fault: "LEDGER_DISK_FULL" });
      expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
      expect(await node.client.record(CITY)).toMatchObject({ effective: { status: "active" } });
      await mustHold(node, acknowledged);

      disk.makeRoom(node);
      // Nobody writes meanwhile: whoever asks whether it is ready makes it look.
      await until(async () => (await fetch(`${node.url}/readyz`)).ok || undefined);
      await published(node, acknowledged.at(-1) ?? "");
      const after = await node.act(gazette(), "member/A", "member/A");
      await mustHold(node, [...acknowledged, after.hash]);
      await indexed(node);
      expect(await node.stop()).toBe(0);
      expect(await auditDirectory(data)).toMatchObject({ intact: true });
    },
  );

  test.skipIf(!isPossible)("starts after a kill, with all that it acknowledged", async () => {
    const data = await beginLedger(join(disk.root, "killed"));
    await using node = await startRealNode({ data });
    await issueCity(node);
    disk.fill(node);
    const { acknowledged } = await writeUntilRefused(node);
    await node.stop("SIGKILL");
    await using again = await startRealNode({ data, through: disk.through });
    await mustHold(again, acknowledged);
    expect(await again.client.record(CITY)).toMatchObject({ effective: { status: "active" } });
    expect((await writeUntilRefused(again)).refusal.body).toMatchObject({ code: "HTTP_BUSY" });
    expect(await again.stop()).toBe(0);
    await using third = await startRealNode({ data, through: disk.through });
    await mustHold(third, acknowledged);
    expect(await third.stop()).toBe(0);
    disk.makeRoom(third);
    await using roomy = await startRealNode({ data });
    await mustHold(roomy, acknowledged);
    await indexed(roomy);
    await roomy.act(gazette(), "member/A", "member/A");
  });
});

let county = 0;
/** Tells the gazette of 60 more counties, some 5 KB. */
function gazette() {
  const add = [{ names: { zh: "某县" }, level: "county" as const, from: "1983", source: "test" }];
  const items = Array.from({ length: 60 }, () => ({
    code: code(`MA.156.${110_000 + 100 * Math.floor(county / 80) + 10 + (county++ % 80)}`),
    add,
  }));
  return { op: "gazette" as const, items };
}

async function writeUntilRefused(node: RealNode) {
  const acknowledged: string[] = [];
  for (;;) {
    const { bytes } = await signAs(gazette(), "member/A", "member/A");
    const response = await fetch(`${node.url}/v1/operations`, {
      method: "POST",
      headers: { "content-type": "application/cose" },
      body: new Uint8Array(bytes),
    });
    const body = await response.json();
    if (response.status !== 200) {
      const { status, headers } = response;
      return { acknowledged, refusal: { status, retryAfter: headers.get("retry-after"), body } };
    }
    acknowledged.push(body.hash);
  }
}

async function mustHold(node: RealNode, hashes: readonly string[]): Promise<void> {
  for (const hash of hashes) expect(await node.client.entry(hash)).toMatchObject({ hash });
}

/** Resolves when the public checkpoint covers an entry. */
async function published(node: RealNode, hash: string): Promise<void> {
  const { index } = await node.client.entry(hash);
  await until(async () => {
    const checkpoint = await (await fetch(`${node.url}/log/checkpoint`)).text();
    return Number(checkpoint.split("\n")[1]) > index || undefined;
  });
}

/** Resolves when the search index has all of the log. */
function indexed(node: RealNode): Promise<true> {
  return until(async () => {
    const { size, indexedSize } = await node.client.search({ q: CITY });
    return size === indexedSize || undefined;
  });
}
