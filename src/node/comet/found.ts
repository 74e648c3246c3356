import { encodeGenesis, equalBytes, type Genesis, hex } from "../../core/index.ts";
import { beginNode } from "../begin.ts";
import { dataDirectory, readDescription } from "../data-directory.ts";
import { directoryFault } from "../directory-fault.ts";
import { ownAmong } from "./card.ts";
import { chainStart } from "./chain-start.ts";
import { PACES, type Pace } from "./engine-config.ts";
import { engineGenesis } from "./genesis.ts";
import { createEngineHome, engineHome } from "./home.ts";

export type FoundOptions = {
  readonly dataDirectory: string;
  /** Names the validators that order the ledger from its first block. */
  readonly genesis: Genesis;
  /** Seed of the log's key, which all of them hold. */
  readonly logSeed: Uint8Array;
  readonly member?: string;
  /** Where its engine listens for its peers; else on every address, with the port of its card. */
  readonly listen?: string;
  readonly pace?: Pace;
};

/**
 * Makes the directory of one of the validators that a ledger begins with: block 0, and all that its engine starts from. Every
 * one of them does so on its own machine, and all write the same genesis for the engine, since all of it follows from that of
 * the ledger. Done again, it changes nothing.
 *
 * @returns the name of this validator
 * @throws LedgerFault LEDGER_CHAIN where its keys are those of no validator of the genesis (`key`), LEDGER_DIRECTORY where
 *   another ledger was begun here
 */
export async function foundValidator(options: FoundOptions): Promise<string> {
  const { dataDirectory: root, genesis, logSeed, member, pace = PACES.wide } = options;
  const { validators = [], time } = genesis;
  const { own, keys } = await ownAmong(root, validators);
  const description = await readDescription(root);
  if (description === undefined) {
    const whose = member === undefined ? {} : { member };
    await beginNode({ dataDirectory: root, genesis, logSeed, engine: "comet", ...whose });
  }
  const start = chainStart(dataDirectory(root).ledger);
  const isThisOne = equalBytes(start.genesis, encodeGenesis(genesis));
  if (!isThisOne || (description !== undefined && description.engine !== "comet")) {
    throw directoryFault(root, "begun");
  }
  const { id, address = "" } = own;
  await createEngineHome(engineHome(root), {
    ...keys,
    genesis: engineGenesis(
      start,
      validators.map((each) => ({ name: each.id, publicKey: each.key })),
      time,
    ),
    settings: {
      name: id,
      listen: options.listen ?? `0.0.0.0:${/\d+$/.exec(address)?.[0] ?? DEFAULT_PEER_PORT}`,
      peers: validators.flatMap((other) =>
        other === own || other.address === undefined ? [] : [`${hex(other.peer)}@${other.address}`],
      ),
      pace,
    },
  });
  return id;
}

const DEFAULT_PEER_PORT = 26656;
