import { join } from "node:path";
import { publicEd25519, signEd25519 } from "#crypto";
import {
  type Code,
  composeEntry,
  coseKey,
  decodeEntry,
  encodeEntry,
  type Fact,
  hex,
  InvariantError,
  keyIdentifier,
  type Observation,
  observationsRoot,
  referredCode,
  SALT_BYTES,
} from "../core/index.ts";
import {
  createDatasetLog,
  type DatasetLog,
  type DatasetLogOptions,
  type DatasetLogs,
  type EntityStore,
  type OpenStore,
  openDatasetLog,
  openSqliteStore,
} from "../data/index.ts";
import { type FileSystem, makeDurable, nodeFiles, readText, replaceFile } from "../log/index.ts";
import { logKey } from "./log-key.ts";
import { seedFile } from "./secrets.ts";

/** A dataset log that the node holds, with the key that it signs with for the dataset. */
export type HeldDatasetLog = DatasetLog & AsyncDisposable & { readonly gatewaySeed: Uint8Array };

export type NodeDatasets = Omit<DatasetLogs, "all"> &
  AsyncDisposable & { all(): readonly HeldDatasetLog[] };

export type DatasetsOptions = {
  /** `datasets/` of the node. */
  readonly directory: string;
  /** What the names of new logs begin with: host and port under which the node is reached. */
  readonly host: string;
  readonly clock: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** Opens the store of what a dataset says, in its directory; in memory where nothing is said. */
  readonly openStore?: (directory: string, ...of: Parameters<OpenStore>) => EntityStore;
  readonly files?: FileSystem;
};

/** A log takes some memory and open files; a city of thousands of datasets asks several nodes. */
const MAX_LOGS = 1000;

const FORMAT = "cityid/dataset/v1";

type Description = {
  readonly format: typeof FORMAT;
  readonly reference: string;
  readonly origin: string;
};

/** The name under which a log lies and is served: codes have no `_`, and no small letters. */
export function datasetName(reference: string): string {
  return reference.replaceAll("/", "_").replace("#", ".g");
}

/**
 * Opens the dataset logs of a node: each in a directory of its own, `datasets/<name>/`:
 *
 *     dataset.json    whose log this is; written last, so that a log that was half made is made anew
 *     log.key, gateway.key    seeds, mode 0600
 *     log/            the journal, which is the truth, and its tiles
 *     bodies/, files/ facts and files beside it, which can be erased
 *     entities.db     what they say, to ask for; derived from the two above, and built again where it is missing
 *     published       the newest public checkpoint
 *
 * @throws LogFault for one that is damaged: nothing is served then that could contradict what was shown before
 */
export async function openDatasets(options: DatasetsOptions): Promise<NodeDatasets> {
  const { directory, files = nodeFiles } = options;
  const open = new Map<string, HeldDatasetLog>();
  const making = new Map<string, Promise<HeldDatasetLog | undefined>>();
  const names = files.exists(directory) ? files.list(directory) : [];
  try {
    for (const name of names) {
      const description = await readDescription(files, join(directory, name));
      if (description === undefined) continue;
      open.set(name, await openOne(options, description));
    }
  } catch (cause) {
    for (const log of open.values()) await log[Symbol.asyncDispose]();
    throw cause;
  }
  const make = async (reference: string): Promise<HeldDatasetLog | undefined> => {
    if (open.size >= MAX_LOGS) return undefined;
    const log = await makeOne(options, reference);
    open.set(datasetName(reference), log);
    return log;
  };
  return {
    find: (reference) => open.get(datasetName(reference)),
    named: (name) => open.get(name),
    all: () => [...open.values()],
    open: async (reference) => {
      const name = datasetName(reference);
      const known = open.get(name) ?? making.get(name);
      if (known !== undefined) return known;
      const made = make(reference).finally(() => making.delete(name));
      making.set(name, made);
      return made;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(making.values());
      for (const log of open.values()) await log[Symbol.asyncDispose]();
    },
  };
}

async function makeOne(options: DatasetsOptions, reference: string): Promise<HeldDatasetLog> {
  const { directory, host, files = nodeFiles } = options;
  const name = datasetName(reference);
  const own = join(directory, name);
  await makeDurable(files, own, 0o700);
  const origin = `${host}/data/${name}`;
  const description: Description = { format: FORMAT, reference, origin };
  const parts = await partsOf(options, description);
  await createDatasetLog(parts, firstEntry(options, description, parts.gatewaySeed));
  await replaceFile(files, join(own, "dataset.json"), `${JSON.stringify(description)}\n`);
  return openOne(options, description);
}

async function openOne(
  options: DatasetsOptions,
  description: Description,
): Promise<HeldDatasetLog> {
  const { gatewaySeed, ...parts } = await partsOf(options, description);
  return Object.assign(await openDatasetLog(parts), { gatewaySeed });
}

async function partsOf(
  { directory, openStore, files = nodeFiles }: DatasetsOptions,
  { reference, origin }: Description,
): Promise<DatasetLogOptions & { readonly gatewaySeed: Uint8Array }> {
  const own = join(directory, datasetName(reference));
  const seed = await seedFile(join(own, "keys", "log.key"), files);
  const gatewaySeed = await seedFile(join(own, "keys", "gateway.key"), files);
  const gateway = coseKey({ kind: "ed25519", bytes: publicEd25519(gatewaySeed) });
  return {
    ...{ directory: own, reference, gateway, gatewaySeed, files },
    signAsGateway: (message) => signEd25519(gatewaySeed, message),
    ...(openStore && { openStore: (log, anew) => openStore(own, log, anew) }),
    signer: { key: logKey(origin, seed), seed },
    monotonicMilliseconds: () => performance.now(),
  };
}

/** What a log begins with: that it began, said by the node's own key for the dataset. */
function firstEntry(
  { clock, random }: DatasetsOptions,
  { reference, origin }: Description,
  seed: Uint8Array,
) {
  const receivedMilliseconds = clock();
  const code = referredCode(reference);
  const said: readonly [string, Fact["value"]][] = [
    ["id", code],
    ["time", new Date(receivedMilliseconds).toISOString()],
    ["type", "DatasetLog"],
  ];
  const facts: Observation = said.map(([name, value]) => ({
    salt: random(SALT_BYTES),
    name,
    value,
  }));
  const observations = [facts];
  const bytes = signEntry(seed, { source: code, audience: origin, observations }, clock());
  return { bytes, body: { receivedMilliseconds, observations } };
}

/** Signs observations with a key that the node holds. */
export function signEntry(
  seed: Uint8Array,
  {
    source,
    audience,
    observations,
  }: {
    readonly source: Code;
    readonly audience: string;
    readonly observations: readonly Observation[];
  },
  nowMilliseconds: number,
): Uint8Array {
  const kid = keyIdentifier(coseKey({ kind: "ed25519", bytes: publicEd25519(seed) }));
  const claims = {
    ...{ source, audience, iatSeconds: Math.floor(nowMilliseconds / 1000) },
    ...{ count: observations.length, root: observationsRoot(observations) },
  };
  const unsigned = composeEntry(claims, { alg: -8, kid });
  const bytes = encodeEntry(unsigned, signEd25519(seed, unsigned.message));
  const read = decodeEntry(bytes);
  if (!read.ok) throw new InvariantError(`an entry of our own: ${read.error.code} ${hex(kid)}`);
  return bytes;
}

async function readDescription(
  files: FileSystem,
  directory: string,
): Promise<Description | undefined> {
  const text = await readText(files, join(directory, "dataset.json"));
  if (text === undefined) return undefined;
  const { format, reference, origin } = JSON.parse(text) as Partial<Description>;
  if (format !== FORMAT || reference === undefined || origin === undefined) {
    throw new Error(`${directory}/dataset.json is not of the format ${FORMAT}`);
  }
  return { format, reference, origin };
}

/** The store of a dataset on a node. */
export function storeOf(directory: string, ...of: Parameters<OpenStore>): EntityStore {
  return openSqliteStore(join(directory, "entities.db"), ...of);
}
