import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { LedgerFault } from "../../ledger/index.ts";

/** The version that this program was tested with; the newest one that the module system offers is a retracted one. */
export const ENGINE_VERSION = "v0.39.4";

const ENGINE_MODULE: string = `github.com/cometbft/cometbft/cmd/cometbft@${ENGINE_VERSION}`;
const NAME = "cometbft";

export type BinaryOptions = {
  /** Named by the operator: then no other is looked for. */
  readonly path?: string | undefined;
  readonly env: { readonly [name: string]: string | undefined };
  /** Where one that was built is kept. */
  readonly cache: string;
  /** Told before building, which takes minutes. */
  readonly building?: () => void;
};

/**
 * The engine's program: the one that is named, that of PATH, that of the cache; else it is built once, where there is Go.
 *
 * @throws LedgerFault LEDGER_ENGINE
 */
export async function engineBinary(options: BinaryOptions): Promise<string> {
  const { path, env, cache, building } = options;
  if (path !== undefined) {
    if (await isProgram(path)) return path;
    throw new LedgerFault("LEDGER_ENGINE", { path, why: "no program" });
  }
  const found = await findEngine(env, cache);
  if (found !== undefined) return found;
  if ((await onPath("go", env)) === undefined) {
    throw new LedgerFault("LEDGER_ENGINE", { module: ENGINE_MODULE, why: "absent" });
  }
  building?.();
  await build(env, cache);
  return join(cache, NAME);
}

/** The engine's program where there is one already. */
export async function findEngine(
  env: BinaryOptions["env"],
  cache: string,
): Promise<string | undefined> {
  const cached = join(cache, NAME);
  return (await onPath(NAME, env)) ?? ((await isProgram(cached)) ? cached : undefined);
}

async function onPath(name: string, env: BinaryOptions["env"]): Promise<string | undefined> {
  for (const directory of (env.PATH ?? "").split(delimiter)) {
    const path = join(directory, name);
    if (directory !== "" && (await isProgram(path))) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function build(env: BinaryOptions["env"], cache: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const child = spawn("go", ["install", ENGINE_MODULE], {
    env: { ...env, GOBIN: cache, GOTOOLCHAIN: "auto", CGO_ENABLED: "0", GOFLAGS: "" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
  if (code !== 0) {
    throw new LedgerFault("LEDGER_ENGINE", { module: ENGINE_MODULE, why: "build", detail: said });
  }
}
