import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { startDemoNode } from "./demo-node.ts";

const hasGo = spawnSync("go", ["version"]).status === 0;
const module = fileURLToPath(new URL("../go", import.meta.url));

describe.skipIf(!hasGo)("the log of a demonstration (needs Go)", () => {
  test("is what Go's sumdb says a log must be", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "cityid-go-"));
    const program = join(scratch, "check");
    execFileSync("go", ["build", "-o", program, "."], { cwd: module, stdio: "inherit" });
    await using node = await startDemoNode();
    const description = await fetch(`${node.url}/.well-known/cityid`);
    const { vkeys } = (await description.json()) as { vkeys: readonly string[] };
    const { stdout } = await promisify(execFile)(program, [`${node.url}/log`, vkeys[0] ?? ""]);
    expect(stdout).toMatch(/^ok .* size=\d+ /);
    discard(scratch);
  });
});
