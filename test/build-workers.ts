import { execFileSync } from "node:child_process";

/**
 * Builds what worker threads run, once before the tests: they are started by Node, which runs no TypeScript before
 * version 22, so they come from dist/ while everything else comes from the sources.
 */
export function setup(): void {
  const root = new URL("../", import.meta.url);
  const tsc = new URL("node_modules/typescript/bin/tsc", root).pathname;
  try {
    execFileSync(process.execPath, [tsc, "-b", "src/ledger"], { cwd: root, encoding: "utf8" });
  } catch (failure) {
    // The type check is a step of its own and fails by itself; what can be built was built.
    const report = String((failure as { stdout?: unknown }).stdout ?? failure);
    console.warn(`src/ledger does not compile:\n${report.split("\n").slice(0, 5).join("\n")}`);
  }
}
