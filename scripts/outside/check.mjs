import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
  console.log(`  ${what.trimEnd()}`);
}

/** Runs the command line to its end. @returns its exit status and all it said */
export function tryCityid(...args) {
  const run = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  return { status: run.status, said: run.stdout + run.stderr };
}

export function cityid(...args) {
  const { status, said } = tryCityid(...args);
  if (status !== 0) throw new Error(`cityid ${args.join(" ")}: ${status}\n${said}`);
  return said;
}
