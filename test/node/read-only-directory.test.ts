import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { beginLedger, MAIN } from "./real-node.ts";

// The mode of a directory binds root as well, once it has given up the capability to override it.
const asAnybody =
  process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];

let root: string;
let data: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-read-only-"));
  data = await beginLedger(root);
  chmodSync(join(data, "ledger"), 0o555);
});
afterAll(() => {
  chmodSync(join(data, "ledger"), 0o755);
  discard(root);
});

function cityid(...args: readonly string[]) {
  const [program = "", ...rest] = [...asAnybody, process.execPath, MAIN, ...args];
  return spawnSync(program, rest, { encoding: "utf8" });
}

test("a node does not start in a directory that it may not write, and changes nothing there", () => {
  const before = readdirSync(join(data, "ledger"));
  const start = cityid("start", "--data", data, "--port", "0", "--json");
  expect(start).toMatchObject({ status: 10, stdout: "" });
  expect(JSON.parse(start.stderr)).toMatchObject({
    code: "NODE_DATA_ACCESS",
    facts: { directory: join(data, "ledger"), reason: "EACCES" },
  });
  const words = cityid("start", "--data", data, "--port", "0", "--lang", "zh").stderr;
  expect(words).toMatch(/无法读写 .*ledger（EACCES）[\s\S]*检查其所有者和权限/);
  expect(readdirSync(join(data, "ledger"))).toEqual(before);
});

test("a file that it may not read is named, and no port is blamed", () => {
  const journal = join(data, "ledger", "journal");
  chmodSync(join(data, "ledger"), 0o755);
  chmodSync(journal, 0o000);
  try {
    for (const [...args] of [
      ["start", "--data", data, "--port", "0"],
      ["backup", data, join(root, "unread")],
    ]) {
      const ended = cityid(...args, "--json");
      expect(ended).toMatchObject({ status: 10, stdout: "" });
      expect(JSON.parse(ended.stderr)).toMatchObject({
        code: "NODE_DATA_ACCESS",
        facts: { directory: journal, reason: "EACCES" },
      });
    }
  } finally {
    chmodSync(journal, 0o644);
    chmodSync(join(data, "ledger"), 0o555);
  }
});

test("an audit and a backup only read", () => {
  expect(cityid("audit", data)).toMatchObject({ status: 0, stderr: "" });
  expect(cityid("backup", data, join(root, "copy"))).toMatchObject({ status: 0, stderr: "" });
  expect(cityid("audit", join(root, "copy"))).toMatchObject({ status: 0, stderr: "" });
});
