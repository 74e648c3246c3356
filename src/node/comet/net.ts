import { encodeGenesis, type Genesis } from "../../core/index.ts";
import { beginNode } from "../begin.ts";
import { dataDirectory, readDescription } from "../data-directory.ts";
import { seedFile } from "../secrets.ts";
import type { Pace } from "./engine-config.ts";
import { engineGenesis } from "./genesis.ts";
import { createEngineHome, engineHome } from "./home.ts";
import { type EngineKey, engineKey } from "./keys.ts";

/** A validator of a net that is begun on one machine. */
export type NetValidator = {
  readonly name: string;
  readonly dataDirectory: string;
  /** The address of its own on this machine. */
  readonly host: string;
  readonly member?: string;
};

export type NetOptions = {
  readonly validators: readonly NetValidator[];
  readonly genesis: Genesis;
  /** Seed of the log's key, which all of them hold. */
  readonly logSeed: Uint8Array;
  readonly peerPort: number;
  readonly pace: Pace;
};

/** Block 0 and its block entry. */
const BEGUN_SIZE = 2;

type Keyed = NetValidator & { readonly validatorKey: EngineKey; readonly nodeKey: EngineKey };

/**
 * Makes the data directories of all validators of a new ledger: block 0, the log's key, and the engine's keys, genesis and
 * configuration. Each can then be started, here or where it is carried to. What was begun already stays as it is.
 */
export async function beginNet(options: NetOptions): Promise<void> {
  const { genesis, logSeed, peerPort, pace } = options;
  const validators = await Promise.all(options.validators.map(withKeys));
  const app = { origin: genesis.origin, genesis: encodeGenesis(genesis), size: BEGUN_SIZE };
  const named = validators.map(({ name, validatorKey }) => ({ ...validatorKey, name }));
  const engine = engineGenesis(app, named, genesis.time);
  for (const validator of validators) {
    const { name, host, member, validatorKey, nodeKey } = validator;
    const root = validator.dataDirectory;
    const others = validators.filter((other) => other !== validator);
    const peers = others.map((other) => `${other.nodeKey.id}@${other.host}:${peerPort}`);
    await createEngineHome(engineHome(root), {
      validatorKey,
      nodeKey,
      genesis: engine,
      settings: { name, listen: `${host}:${peerPort}`, peers, pace },
    });
    if ((await readDescription(root)) !== undefined) continue;
    await beginNode({
      ...{ dataDirectory: root, genesis, logSeed, engine: "comet" },
      ...(member === undefined ? {} : { member }),
    });
  }
}

/** Its keys, which are made once. */
async function withKeys(validator: NetValidator): Promise<Keyed> {
  const { validatorKey, peerKey } = dataDirectory(validator.dataDirectory);
  return {
    ...validator,
    validatorKey: engineKey(await seedFile(validatorKey)),
    nodeKey: engineKey(await seedFile(peerKey)),
  };
}
