import { join } from "node:path";
import { createOnce, type FileSystem, makeDurable, nodeFiles, readText } from "../../log/index.ts";
import { dataDirectory } from "../data-directory.ts";
import { type EngineSettings, engineConfig, idleMillisecondsIn, peersIn } from "./engine-config.ts";
import { type EngineKey, nodeKeyFile, validatorKeyFile } from "./keys.ts";

/** Where a validator's engine keeps what, in the data directory. */
export type EngineHome = {
  readonly root: string;
  readonly genesis: string;
  readonly abciSocket: string;
  readonly rpcSocket: string;
};

export function engineHome(directory: string): EngineHome {
  const { comet: root } = dataDirectory(directory);
  return {
    root,
    genesis: join(root, "config", "genesis.json"),
    abciSocket: join(root, "abci.sock"),
    rpcSocket: join(root, "rpc.sock"),
  };
}

/** What the operator of a validator has set for its engine, as far as the application goes by it. */
export async function ownSettings(dataDirectory: string): Promise<{
  /** Whom it connects to. */
  readonly peers: readonly string[];
  /** Without a block for so long, consensus has stopped. */
  readonly stalledMilliseconds: number;
}> {
  const { root } = engineHome(dataDirectory);
  const config = (await readText(nodeFiles, join(root, "config", "config.toml"))) ?? "";
  const stalledMilliseconds = IDLE_BLOCKS_MISSED * idleMillisecondsIn(config);
  return { peers: peersIn(config), stalledMilliseconds };
}

/** So many blocks of an idle chain may be late before something is wrong. */
const IDLE_BLOCKS_MISSED = 4;

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
