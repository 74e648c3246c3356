import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BEGUN = Symbol.for("cityid: the program is built");
const PROGRAM = `${ROOT}bin/cli/main.js`;

/**
 * Builds, once before the tests, what Node itself runs: worker threads in dist/, and the program in bin/. Node runs no
 * TypeScript before version 22; everything else comes from the sources.
 */
export function setup(): void {
  // Each project of the tests has this as its own beginning.
  if (Reflect.has(globalThis, BEGUN)) return;
  Reflect.set(globalThis, BEGUN, true);
  try {
    run("node_modules/typescript/bin/tsc", "-b", "src/cli");
  } catch (failure) {
    // The type check is a step of its own and fails by itself; what can be built was built.
    const report = String((failure as { stdout?: unknown }).stdout ?? failure);
    console.warn(`src/ does not compile:\n${report.split("\n").slice(0, 5).join("\n")}`);
  }
  if (isStale()) run("scripts/bundle-program.mjs");
}

function run(script: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, [script, ...args], { cwd: ROOT, encoding: "utf8" });
}

/** Another run of the tests may be using the program: it is made anew only where it has to be. */
function isStale(): boolean {
  if (!existsSync(PROGRAM)) return true;
  const made = statSync(PROGRAM).mtimeMs;
  const built = readdirSync(`${ROOT}dist`, { recursive: true, encoding: "utf8" });
  return built.some(
    (file) => file.endsWith(".js") && statSync(`${ROOT}dist/${file}`).mtimeMs > made,
  );
}
