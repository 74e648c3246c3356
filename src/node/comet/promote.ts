import {
  decodeOwnCbor,
  hex,
  validatorKey as keyOfValidator,
  present,
  VALIDATORS_KEY,
  type ValidatorsList,
  type ValidatorValue,
} from "../../core/index.ts";
import { openEmbeddedLedger } from "../../ledger/embedded/index.ts";
import { isOrderedByValidators, type Ledger, LedgerFault } from "../../ledger/index.ts";
import { makeDurable, nodeFiles } from "../../log/index.ts";
import { copyLedger } from "../backup.ts";
import { placeLogKey } from "../begin.ts";
import { dataDirectory, readDescription, writeDescription } from "../data-directory.ts";
import { directoryFault } from "../directory-fault.ts";
import { logSignersOf } from "../log-key.ts";
import { readSeed } from "../secrets.ts";
import { ownAmong } from "./card.ts";
import { chainStart } from "./chain-start.ts";
import { PACES, type Pace } from "./engine-config.ts";
import { engineGenesis, type GenesisValidator } from "./genesis.ts";
import { createEngineHome, engineHome } from "./home.ts";

export type PromoteOptions = {
  readonly dataDirectory: string;
  /** Where its engine listens for its peers: `0.0.0.0:26656`. */
  readonly listen: string;
  readonly pace?: Pace;
  /** A backup of the node, with its keys: where the directory has no ledger yet, that of the backup is taken. */
  readonly from?: string;
};

export type Promoted = {
  readonly origin: string;
  /** Entries that the chain goes on from. */
  readonly size: number;
  /** The name of this validator, and of those that order the ledger with it. */
  readonly id: string;
  readonly validators: readonly string[];
};

/**
 * Makes the directory of a node that ordered its ledger alone that of a validator: same origin, same log, and the chain goes
 * on where the node stopped. Every validator does so with a copy of that ledger, and all write the same genesis for the
 * engine, since all of it stands in the ledger. Done again, it changes nothing.
 *
 * @throws LedgerFault LEDGER_DIRECTORY where there is no such node, LEDGER_CHAIN where the members have not given the ledger
 *   to validators (`undecided`) or this is none of them (`key`)
 */
export async function promote(options: PromoteOptions): Promise<Promoted> {
  const { dataDirectory: root, listen, pace = PACES.wide } = options;
  const directory = dataDirectory(root);
  if (options.from !== undefined) await bringLedger(options.from, root);
  const description = await readDescription(root);
  if (description === undefined) throw directoryFault(root, "absent");
  const { origin, engine } = description;
  if (engine === "comet") throw directoryFault(root, "validator");
  const { list, values, timeMilliseconds } = await readEnd(root, origin);
  const { own, keys } = await ownAmong(root, list);
  const start = chainStart(directory.ledger);
  const voters = list.filter(({ power }) => power === 1);
  await createEngineHome(engineHome(root), {
    ...keys,
    genesis: engineGenesis(start, voters.map(genesisValidator), timeMilliseconds),
    settings: {
      name: own.id,
      listen,
      peers: list.flatMap(({ id, peer }) => {
        const address = values.get(id)?.address;
        return id === own.id || address === undefined ? [] : [`${hex(peer)}@${address}`];
      }),
      pace,
    },
  });
  // The block that gave the ledger away is the last one that the node made: a copy that has it lacks nothing.
  const { restored: _, format: __, ...rest } = description;
  await writeDescription(root, { ...rest, engine: "comet" });
  return { origin, size: start.size, id: own.id, validators: list.map(({ id }) => id) };
}

/** Takes the ledger of a backup over, where none was begun yet; its description comes last. */
async function bringLedger(from: string, root: string): Promise<void> {
  if ((await readDescription(root)) !== undefined) return;
  const description = await readDescription(from);
  if (description === undefined) throw directoryFault(from, "absent");
  const [source, target] = [dataDirectory(from), dataDirectory(root)];
  const seed = await readSeed(source.logKey);
  if (seed === undefined) throw directoryFault(source.logKey, "log-key-missing");
  await makeDurable(nodeFiles, root, 0o700);
  await placeLogKey(target.logKey, seed, nodeFiles);
  await copyLedger(source.ledger, target.ledger);
  const { format: _, ...rest } = description;
  await writeDescription(root, rest);
}

type End = {
  readonly list: ValidatorsList["active"];
  readonly values: ReadonlyMap<string, ValidatorValue>;
  readonly timeMilliseconds: number;
};

/** What a ledger says at its end of the validators that go on with it. */
async function readEnd(root: string, origin: string): Promise<End> {
  const directory = dataDirectory(root);
  const { ledger } = await openEmbeddedLedger({
    directory: directory.ledger,
    origin,
    signers: await logSignersOf(directory, origin),
    clock: {
      wallMilliseconds: () => Date.now(),
      monotonicMilliseconds: () => performance.now(),
    },
    readOnly: true,
  });
  try {
    const get = <T>(key: string) => read<T>(ledger, key);
    if (!isOrderedByValidators({ get: (key) => get(key) as never })) {
      throw new LedgerFault("LEDGER_CHAIN", { why: "undecided" });
    }
    const { active } = present(get<ValidatorsList>(VALIDATORS_KEY), "the validators");
    const values = active.map(({ id }) => [id, get<ValidatorValue>(keyOfValidator(id))] as const);
    return {
      list: active,
      values: new Map(values.map(([id, value]) => [id, present(value, id)])),
      timeMilliseconds: ledger.head().timeMilliseconds,
    };
  } finally {
    await ledger[Symbol.asyncDispose]();
  }
}

function read<T>(ledger: Ledger, key: string): T | undefined {
  const bytes = ledger.value(key);
  return bytes && (decodeOwnCbor(bytes) as unknown as T);
}

function genesisValidator({ id, key }: ValidatorsList["active"][number]): GenesisValidator {
  return { name: id, publicKey: key };
}
