import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { discard } from "../discard.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The bundle of the verifier, made from the sources as they are now: files by name. */
export function buildVerifier(): ReadonlyMap<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "cityid-bundle-"));
  try {
    runNode("node_modules/typescript/bin/tsc", "-b", "src/verify");
    runNode("scripts/bundle-verify.mjs", folder);
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  } finally {
    discard(folder);
  }
}

function runNode(...args: readonly string[]): void {
  execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
}
