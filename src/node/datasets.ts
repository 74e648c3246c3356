import { join } from "node:path";
import { publicEd25519, signEd25519 } from "#crypto";
import {
  type Code,
  certain,
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
  ownerOf,
  referredCode,
  SALT_BYTES,
} from "../core/index.ts";
import {
  type AccessLog,
  type AccessNote,
  createDatasetLog,
  type DatasetLog,
  type DatasetLogOptions,
  type DatasetLogs,
  type DroppedRecord,
  type EntityStore,
  LogFault,
  type OpenStore,
  openDatasetLog,
  openSqliteStore,
  type Restored,
} from "../data/index.ts";
import {
  type FileSystem,
  logExists,
  makeDurable,
  nodeFiles,
  readText,
  replaceFile,
} from "../log/index.ts";
import { logKey } from "./log-key.ts";
import { readSeed, seedFile } from "./secrets.ts";

/** A dataset log that the node holds, with the key that it signs with for the dataset. */
export type HeldDatasetLog = DatasetLog &
  AsyncDisposable &
  Restored & {
    readonly gatewaySeed: Uint8Array;
    readonly directory: string;
  };

export type NodeDatasets = Omit<DatasetLogs, "all"> &
  AsyncDisposable & {
    /** But for the access logs. */
    all(): readonly HeldDatasetLog[];
    /** Those that were brought back from a backup and take nothing yet, access logs too. */
    restored(): readonly HeldDatasetLog[];
  };

/** Stands in the directory of a log that was brought back from a backup, until it is confirmed. */
export const RESTORED = "restored";

export type DatasetsOptions = {
  /** `datasets/` of the node. */
  readonly directory: string;
  /** What the names of new logs begin with: host and port under which the node is reached. */
  readonly host: string;
  readonly clock: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** Opens the store of what a dataset says, in its directory; in memory where nothing is said. */
  readonly openStore?: (directory: string, ...of: Parameters<OpenStore>) => EntityStore;
  readonly onDropped?: (dropped: DroppedRecord) => void;
  readonly files?: FileSystem;
};

/** What a log is opened with, beside its place. */
type Opening = DatasetsOptions & { readonly onPlates: (code: string) => void };

/** A log takes some memory and open files; a city of thousands of datasets asks several nodes. */
const MAX_LOGS = 1000;

const FORMAT = "cityid/dataset/v1";

type Description = {
  readonly format: typeof FORMAT;
  readonly reference: string;
  readonly origin: string;
  /** It is not the dataset's log, but says who read what of it. */
  readonly access?: true;
};

/** The name under which a log lies and is served: codes have no `_`, and no small letters. */
export function datasetName(reference: string): string {
  return reference.replaceAll("/", "_").replace("#", ".g");
}

/** Codes have no small letters, so no dataset is called so. */
const ACCESS = ".access";

function isOfDataset(name: string): boolean {
  return !name.endsWith(ACCESS);
}

/** The access log of a dataset lies and is served beside the dataset's own. */
function accessName(reference: string): string {
  return `${datasetName(reference)}${ACCESS}`;
}

/**
 * Opens the dataset logs of a node: each in a directory of its own, `datasets/<name>/`:
 *
 *     dataset.json    whose log this is; written last, so that a log that was half made is made anew
 *     keys/           log.key and gateway.key: seeds, mode 0600
 *     restored        it was brought back from a backup, and takes nothing until that is confirmed
 *     log/            the journal, which is the truth, and its tiles
 *     facts/, files/  facts and files beside it, which can be erased; before facts are durable the journal is not
 *     bodies/         facts of which something was erased, or that an older version wrote
 *     plates/         of each code whose plates were scanned, what was said of them
 *     entities.db     what they say, to ask for; derived from the two above, and built again where it is missing
 *     published       the newest public checkpoint
 *
 * @throws LogFault `DATA_KEY`, and for one that is damaged: nothing is served then that could contradict what was shown before
 */
export async function openDatasets(given: DatasetsOptions): Promise<NodeDatasets> {
  const { directory, files = nodeFiles } = given;
  const listeners: ((code: string) => void)[] = [];
  const options: Opening = {
    ...given,
    onPlates: (code) => {
      for (const listener of listeners) listener(code);
    },
  };
  const open = new Map<string, HeldDatasetLog>();
  const owned = new Map<string, HeldDatasetLog[]>();
  const byReference = new Map<string, HeldDatasetLog>();
  const codes = new Set<string>();
  const add = (name: string, log: HeldDatasetLog): void => {
    open.set(name, log);
    if (!isOfDataset(name)) return;
    const code = referredCode(log.reference);
    const owner = ownerOf(code);
    owned.set(owner, [...(owned.get(owner) ?? []), log]);
    byReference.set(log.reference, log);
    codes.add(code);
  };
  const making = new Map<string, Promise<HeldDatasetLog | undefined>>();
  const accesses = new Map<string, AccessLog>();
  const names = files.exists(directory) ? files.list(directory) : [];
  try {
    for (const name of names) {
      const description = await readDescription(files, join(directory, name));
      if (description === undefined) continue;
      add(name, await openOne(options, description));
    }
  } catch (cause) {
    for (const log of open.values()) await log[Symbol.asyncDispose]();
    throw cause;
  }
  const make = async (name: string, description: Description) => {
    const count = [...open.keys()].filter(isOfDataset).length;
    if (description.access === undefined && count >= MAX_LOGS) return undefined;
    const log = await makeOne(options, name, description);
    add(name, log);
    return log;
  };
  const accessOf = (name: string, log: HeldDatasetLog | undefined): AccessLog | undefined => {
    const known = accesses.get(name) ?? (log && accessLog(options, log));
    if (known !== undefined) accesses.set(name, known);
    return known;
  };
  /** Finds or makes it; of two who ask at once the second waits for the first. */
  const obtain = async (name: string, description: Omit<Description, "format" | "origin">) => {
    const known = open.get(name) ?? making.get(name);
    if (known !== undefined) return known;
    const origin = `${options.host}/data/${name}`;
    const made = make(name, { format: FORMAT, ...description, origin }).finally(() =>
      making.delete(name),
    );
    making.set(name, made);
    return made;
  };
  return {
    find: (reference) => byReference.get(reference),
    keeps: (code) => codes.has(code),
    named: (name) => open.get(name),
    restored: () => [...open.values()].filter(({ isRestored }) => isRestored),
    all: () => [...open].filter(([name]) => isOfDataset(name)).map(([, log]) => log),
    ownedBy: (owners) => owners.flatMap((owner) => owned.get(owner) ?? []),
    onPlates: (listener) => void listeners.push(listener),
    open: (reference) => obtain(datasetName(reference), { reference }),
    access: async (reference) => {
      if (!open.has(datasetName(reference))) return undefined;
      const name = accessName(reference);
      return accessOf(name, await obtain(name, { reference, access: true }));
    },
    accessKnown: (reference) => {
      const name = accessName(reference);
      return accessOf(name, open.get(name));
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(making.values());
      for (const log of open.values()) await log[Symbol.asyncDispose]();
    },
  };
}

async function makeOne(
  options: Opening,
  name: string,
  description: Description,
): Promise<HeldDatasetLog> {
  const { directory, files = nodeFiles } = options;
  const own = join(directory, name);
  await makeDurable(files, own, 0o700);
  const parts = await partsOf(options, description);
  await createDatasetLog(parts, firstEntry(options, description, parts.gatewaySeed));
  await replaceFile(files, join(own, "dataset.json"), `${JSON.stringify(description)}\n`);
  return openOne(options, description);
}

async function openOne(options: Opening, description: Description): Promise<HeldDatasetLog> {
  const { files = nodeFiles } = options;
  const { gatewaySeed, ...parts } = await partsOf(options, description);
  const { directory } = parts;
  const isRestored = files.exists(join(directory, RESTORED));
  const log = await openDatasetLog({ ...parts, isRestored });
  return Object.assign(log, { gatewaySeed, directory });
}

async function partsOf(
  { directory, openStore, files = nodeFiles, onPlates, onDropped }: Opening,
  { reference, origin, access }: Description,
): Promise<DatasetLogOptions & { readonly gatewaySeed: Uint8Array }> {
  const dataset = join(directory, datasetName(reference));
  const own = access ? join(directory, accessName(reference)) : dataset;
  // A log that is there has its keys: others would say something else in its name.
  const seedOf = logExists(join(own, "log"), files) ? knownSeed : seedFile;
  const seed = await seedOf(join(own, "keys", "log.key"), files);
  const gatewaySeed = await seedOf(join(dataset, "keys", "gateway.key"), files);
  const gateway = coseKey({ kind: "ed25519", bytes: publicEd25519(gatewaySeed) });
  return {
    ...{ directory: own, reference, gateway, gatewaySeed, files, onPlates },
    ...(onDropped && { onDropped }),
    signAsGateway: (message) => signEd25519(gatewaySeed, message),
    ...(openStore && { openStore: (log, anew) => openStore(own, log, anew) }),
    signer: { key: logKey(origin, seed), seed },
    monotonicMilliseconds: () => performance.now(),
  };
}

async function knownSeed(path: string, files: FileSystem): Promise<Uint8Array> {
  const seed = await readSeed(path, files);
  if (seed === undefined) throw new LogFault("DATA_KEY", { path });
  return seed;
}

/** What a log begins with: that it began, said by the node's own key for the dataset. */
function firstEntry(
  { clock, random }: DatasetsOptions,
  { reference, origin, access }: Description,
  seed: Uint8Array,
) {
  const receivedMilliseconds = clock();
  const code = referredCode(reference);
  const said: readonly [string, Fact["value"]][] = [
    ["id", code],
    ["time", new Date(receivedMilliseconds).toISOString()],
    ["type", access ? "AccessLog" : "DatasetLog"],
  ];
  const observations = [saltedFacts(said, random)];
  const bytes = signEntry(seed, { source: code, audience: origin, observations }, clock());
  return { bytes, body: { receivedMilliseconds, observations } };
}

function saltedFacts(
  said: readonly (readonly [string, Fact["value"]])[],
  random: (bytes: number) => Uint8Array,
): Observation {
  return said.map(([name, value]) => ({ salt: random(SALT_BYTES), name, value }));
}

/** Writes notes as entries, each signed by the node's key for the dataset, which the ledger shows. */
function accessLog({ clock, random }: DatasetsOptions, log: HeldDatasetLog): AccessLog {
  const source = referredCode(log.reference);
  return {
    log,
    async append(note) {
      const observations = [saltedFacts(factsOf(source, note), random)];
      const bytes = signEntry(
        log.gatewaySeed,
        { source, audience: log.origin, observations },
        clock(),
      );
      const entry = certain(decodeEntry(bytes), "an entry of our own");
      const receivedMilliseconds = clock();
      const answer = await log.append({
        ...{ entry, observations, files: new Map(), receivedMilliseconds },
      });
      // Whoever notes accesses says why, and gives nothing more until it goes again.
      if ("busy" in answer)
        throw new Error(`${log.reference}.access takes nothing: ${answer.busy}`);
    },
  };
}

/** In the order of their names. */
function factsOf(
  dataset: Code,
  { grant, to, what, requests, count, timeMilliseconds }: AccessNote,
): readonly (readonly [string, Fact["value"]])[] {
  return [
    ["count", count],
    ["grant", grant],
    ["id", dataset],
    ["requests", requests],
    ["time", new Date(timeMilliseconds).toISOString()],
    ["to", to],
    ["type", "DataAccess"],
    ["what", what],
  ];
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
  const { format, reference, origin, access } = JSON.parse(text) as Partial<Description>;
  if (format !== FORMAT || reference === undefined || origin === undefined) {
    throw new Error(`${directory}/dataset.json is not of the format ${FORMAT}`);
  }
  return { format, reference, origin, ...(access && { access }) };
}

/** The store of a dataset on a node. */
export function storeOf(directory: string, ...of: Parameters<OpenStore>): EntityStore {
  return openSqliteStore(join(directory, "entities.db"), ...of);
}
