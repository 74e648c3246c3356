import { parseAppState } from "../../ledger/comet/index.ts";
import { LedgerFault } from "../../ledger/index.ts";
import { makeDurable, nodeFiles } from "../../log/index.ts";
import { placeLogKey } from "../begin.ts";
import { dataDirectory, readDescription, writeDescription } from "../data-directory.ts";
import { directoryFault } from "../directory-fault.ts";
import { readSeed } from "../secrets.ts";
import { validatorKeys } from "./card.ts";
import { PACES, type StateSync } from "./engine-config.ts";
import { createEngineHome, engineHome } from "./home.ts";

export type PrepareOptions = {
  readonly dataDirectory: string;
  readonly id: string;
  /** `genesis.json` of the chain, as every validator has it. */
  readonly chain: string;
  /** File with the seed of the log's key, which all validators hold. */
  readonly logKey: string;
  readonly listen: string;
  /** `id@host:port` of validators that run. */
  readonly peers: readonly string[];
  /** Takes a snapshot first, instead of every block. */
  readonly stateSync?: StateSync;
};

/** Which ledger a chain is of, as its genesis says. @throws LedgerFault LEDGER_CHAIN */
export function originOfChain(chain: string): string {
  return parseAppState(JSON.stringify(appStateIn(chain))).origin;
}

/**
 * Makes the directory of a validator that joins a chain which runs; the ledger comes from the others. Done again, it changes
 * nothing.
 *
 * @throws LedgerFault LEDGER_CHAIN where the genesis is of no ledger, LEDGER_DIRECTORY where another one was begun here
 */
export async function prepareValidator(options: PrepareOptions): Promise<void> {
  const { dataDirectory: root, id, chain, listen, peers, stateSync } = options;
  const origin = originOfChain(chain);
  const description = await readDescription(root);
  if (description !== undefined && description.origin !== origin) {
    throw directoryFault(root, "begun");
  }
  if (description !== undefined && description.engine !== "comet") {
    throw directoryFault(root, "no-validator");
  }
  const seed = await readSeed(options.logKey);
  if (seed === undefined) throw directoryFault(options.logKey, "log-key-missing");
  await makeDurable(nodeFiles, root, 0o700);
  await placeLogKey(dataDirectory(root).logKey, seed, nodeFiles);
  await createEngineHome(engineHome(root), {
    ...(await validatorKeys(root)),
    genesis: chain,
    settings: {
      ...{ name: id, listen, peers, pace: PACES.wide },
      ...(stateSync === undefined ? {} : { stateSync }),
    },
  });
  if (description === undefined) await writeDescription(root, { origin, engine: "comet" });
}

/** `app_state` of a genesis. @throws LedgerFault LEDGER_CHAIN */
export function appStateIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly app_state?: unknown }).app_state ?? {};
  } catch {
    throw new LedgerFault("LEDGER_CHAIN", { why: "app_state" });
  }
}
