import { type Genesis, present } from "../../core/index.ts";
import { nodeFiles } from "../../log/index.ts";
import { beginNode } from "../begin.ts";
import { dataDirectory, readDescription } from "../data-directory.ts";
import { type ValidatorKeys, validatorCard, validatorKeys } from "./card.ts";
import { chainStart } from "./chain-start.ts";
import type { Pace } from "./engine-config.ts";
import { engineGenesis } from "./genesis.ts";
import { createEngineHome, engineHome } from "./home.ts";

/** A validator of a net that is begun on one machine. */
export type NetValidator = {
  readonly name: string;
  readonly dataDirectory: string;
  /** The address of its own on this machine. */
  readonly host: string;
  readonly member?: string;
  /** Where its node answers. */
  readonly url?: string;
};

export type NetOptions = {
  readonly validators: readonly NetValidator[];
  /** The validators are added to it. */
  readonly genesis: Genesis;
  /** Seed of the log's key, which all of them hold. */
  readonly logSeed: Uint8Array;
  readonly peerPort: number;
  readonly pace: Pace;
};

type Keyed = NetValidator & ValidatorKeys;

/**
 * Makes the data directories of all validators of a new ledger: block 0, the log's key, and the engine's keys, genesis and
 * configuration. Each can then be started, here or where it is carried to. What was begun already stays as it is.
 *
 * @returns the genesis that they begin with
 */
export async function beginNet(options: NetOptions): Promise<Genesis> {
  const { logSeed, peerPort, pace } = options;
  const validators = await Promise.all(options.validators.map(withKeys));
  const { origin } = options.genesis;
  const founding = validators.map(({ name, host, ...rest }) =>
    validatorCard({ ...rest, id: name, origin, address: `${host}:${peerPort}` }),
  );
  const genesis = { ...options.genesis, validators: await Promise.all(founding) };
  for (const { dataDirectory: root, member } of validators) {
    if ((await readDescription(root)) !== undefined) continue;
    await beginNode({
      ...{ dataDirectory: root, genesis, logSeed, engine: "comet" },
      ...(member === undefined ? {} : { member }),
    });
  }
  // The log has grown since, and what each engine began with stays.
  const isBegun = (each: Keyed) => nodeFiles.exists(engineHome(each.dataDirectory).genesis);
  if (validators.every(isBegun)) return genesis;
  const [first] = validators;
  const app = chainStart(dataDirectory(present(first, "a validator").dataDirectory).ledger);
  const named = validators.map(({ name, validatorKey }) => ({ ...validatorKey, name }));
  const engine = engineGenesis(app, named, genesis.time);
  for (const validator of validators) {
    const { name, host, validatorKey, nodeKey } = validator;
    const root = validator.dataDirectory;
    const others = validators.filter((other) => other !== validator);
    const peers = others.map((other) => `${other.nodeKey.id}@${other.host}:${peerPort}`);
    await createEngineHome(engineHome(root), {
      validatorKey,
      nodeKey,
      genesis: engine,
      settings: { name, listen: `${host}:${peerPort}`, peers, pace },
    });
  }
  return genesis;
}

/** Its keys, which are made once. */
async function withKeys(validator: NetValidator): Promise<Keyed> {
  return { ...validator, ...(await validatorKeys(validator.dataDirectory)) };
}
