import { readFile } from "node:fs/promises";
import { publicEd25519 } from "#crypto";
import { formatVerifierKey, fromHex, verifierKey } from "../../core/index.ts";
import { fileProblem } from "../file-problem.ts";
import { refuseOpenFile } from "../key-file.ts";
import { CliProblem } from "../problem.ts";

/** The seed of the log's key, which must be one that the policy names. @throws CliProblem INIT_LOG_KEY, CLI_KEY_MODE, CLI_FILE */
export async function readLogKey(
  path: string,
  policy: string,
  origin: string,
): Promise<Uint8Array> {
  const text = await readFile(path, "utf8").catch((cause) => {
    throw fileProblem(path, cause);
  });
  await refuseOpenFile(path);
  const seed = fromHex(text.trim());
  if (seed?.length === 32) {
    const vkey = formatVerifierKey(verifierKey(origin, "ed25519", publicEd25519(seed)));
    if (policy.includes(vkey)) return seed;
  }
  throw new CliProblem("INIT_LOG_KEY", { path });
}
