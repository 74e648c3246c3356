import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, run } from "../check.mjs";

const CONFIG = fileURLToPath(new URL("schemathesis.toml", import.meta.url));
/** Of each operation of the longer description, with a seed; without one the same is asked each time. */
const EXAMPLES = process.env.CITYID_EXAMPLES ?? "10";
const SEED = process.env.CITYID_SEED;
const MILLISECONDS = 1_800_000;

/**
 * Asks for what the two descriptions describe, in many ways. Without a seed: what lies at the bounds of each schema, and of the
 * shorter description examples too, always the same ones.
 */
export async function checkWithSchemathesis(st, { url, root }) {
  const phases = { "/ogc/api": "coverage,fuzzing", "/openapi.json": SEED ? "coverage,fuzzing,stateful" : "coverage" };
  for (const [path, wanted] of Object.entries(phases)) {
    const args = [
      ...["--config-file", CONFIG, "run", url + path, "--phases", wanted, "--max-examples", EXAMPLES],
      ...(SEED ? ["--seed", SEED, "--generation-database", "none"] : ["--generation-deterministic"]),
      ...["--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"],
      ...["--no-color", "--report-dir", join(root, "st")],
    ];
    const { status, stdout, stderr } = await run(st, args, { milliseconds: MILLISECONDS });
    if (status !== 0) console.error(stdout + stderr);
    const cases = /^ *(\d+ generated, .*)$/m.exec(stdout)?.[1];
    check(status === 0 && cases?.endsWith("passed"), `${path}: ${cases}`);
  }
}
