import { join } from "node:path";
import { createOnce, type FileSystem, makeDurable, nodeFiles, readText } from "../../log/index.ts";
import { type EngineSettings, engineConfig, peersIn } from "./engine-config.ts";
import { type EngineKey, nodeKeyFile, validatorKeyFile } from "./keys.ts";

/** Where a validator's engine keeps what, in the data directory. */
export type EngineHome = {
  readonly root: string;
  readonly genesis: string;
  readonly abciSocket: string;
  readonly rpcSocket: string;
};

export function engineHome(dataDirectory: string): EngineHome {
  const root = join(dataDirectory, "comet");
  return {
    root,
    genesis: join(root, "config", "genesis.json"),
    abciSocket: join(root, "abci.sock"),
    rpcSocket: join(root, "rpc.sock"),
  };
}

/** Whom the operator of a validator has its engine connect to. */
export async function ownPeers(dataDirectory: string): Promise<readonly string[]> {
  const { root } = engineHome(dataDirectory);
  return peersIn((await readText(nodeFiles, join(root, "config", "config.toml"))) ?? "");
}

export type HomeContents = {
  readonly validatorKey: EngineKey;
  readonly nodeKey: EngineKey;
  readonly genesis: string;
  readonly settings: EngineSettings;
};

/** A validator that has signed nothing yet. The engine writes into it what it signed last, so it is never made twice. */
const NOTHING_SIGNED = { height: "0", round: 0, step: 0 };

/**
 * Writes what the engine starts from. Durable when it resolves; done again, it changes nothing: above all not what the
 * validator has signed.
 */
export async function createEngineHome(
  { root, genesis: genesisPath }: EngineHome,
  { validatorKey, nodeKey, genesis, settings }: HomeContents,
  files: FileSystem = nodeFiles,
): Promise<void> {
  for (const directory of ["config", "data"]) {
    await makeDurable(files, join(root, directory), 0o700);
  }
  const secret = { permissions: 0o600, below: root };
  const shown = { permissions: 0o644, below: root };
  const config = (name: string) => join(root, "config", name);
  const state = join(root, "data", "priv_validator_state.json");
  await createOnce(files, state, json(NOTHING_SIGNED), secret);
  await createOnce(files, config("node_key.json"), json(nodeKeyFile(nodeKey)), secret);
  await createOnce(files, config("config.toml"), engineConfig(settings), shown);
  await createOnce(files, genesisPath, genesis, shown);
  const key = json(validatorKeyFile(validatorKey));
  await createOnce(files, config("priv_validator_key.json"), key, secret);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
