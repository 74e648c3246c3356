import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Code,
  formatVerifierKey,
  type NoteSigner,
  type Policy,
  paramKey,
} from "../core/index.ts";
import type { DroppedRecord } from "../data/index.ts";
import { type ConsensusStatus, openCometLedger } from "../ledger/comet/index.ts";
import { openEmbeddedLedger, type Recovery } from "../ledger/embedded/index.ts";
import type { Ledger } from "../ledger/index.ts";
import { journalPath } from "../log/index.ts";
import { createClient } from "../sdk/index.ts";
import { createApp, type ParentLedger, type Server, staticFiles } from "../server/index.ts";
import type { Witness } from "../witness/index.ts";
import { parentGrants } from "./child/parent-grants.ts";
import { parentProofs } from "./child/parent-proofs.ts";
import { cosignerOf, ownCosigner } from "./comet/cosigner.ts";
import { engineHome, ownSettings } from "./comet/home.ts";
import { beginLedgerOfChain } from "./comet/ledger-of-chain.ts";
import type { MqttSource, NodeConfig } from "./config.ts";
import { contextLoader } from "./context-loader.ts";
import { type Cosigning, policyOf, policyText, startCosigning } from "./cosigning.ts";
import {
  type DataDescription,
  dataDirectory,
  keepDescription,
  readDescription,
  writeDescription,
} from "./data-directory.ts";
import { confirmRestoredDatasets, startDatasetAnchoring } from "./dataset-anchoring.ts";
import { type NodeDatasets, openDatasets, storeOf } from "./datasets.ts";
import { directoryFault } from "./directory-fault.ts";
import { directoryStore } from "./directory-store.ts";
import { otherNodes } from "./follow/other-nodes.ts";
import { keepHeapsSmall } from "./heap.ts";
import { listen, urlOf } from "./listen.ts";
import { jsonLog, type NodeLog, quietLog } from "./log.ts";
import { logSignersOf, mustBeNamed } from "./log-key.ts";
import { openBridge } from "./mqtt/bridge.ts";
import { openBroker } from "./mqtt/broker.ts";
import { createNotifier } from "./notify/notifier.ts";
import { randomly } from "./randomly.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import { compileTicks } from "./ticks.ts";
import { SOFTWARE } from "./version.ts";
import { type OwnWitness, openWitness, writeFraud } from "./witness.ts";

/** A node that answers. */
export type RunningNode = AsyncDisposable & {
  /** `http://127.0.0.1:8156`: where it listens. */
  readonly url: string;
  readonly port: number;
  readonly origin: string;
  readonly ledger: Ledger;
  readonly recovery: Recovery;
  readonly log: NodeLog;
  readonly datasets: NodeDatasets;
  /** With which it cosigns for others. */
  readonly witnessVkey: string | undefined;
};

/** What a demonstration needs to know of the node it runs in. */
export type NodeFacts = {
  readonly port: number;
  readonly origin: string;
  readonly recovery: Recovery;
  /** Bytes of the journal that are durable. */
  readonly journalEnd: () => number;
};

export type StartExtras = {
  /** Answers `/demo/…`; made once the port is known. */
  readonly demo?: (node: NodeFacts) => Answer | undefined;
  /** Other nodes that pages of this one may talk to. */
  readonly connectTo?: readonly string[];
  /** It is the application of a validator. Called when its engine could not be answered: both have to be started again. */
  readonly engineFailed?: (cause: unknown) => void;
};

type Answer = (
  request: Request,
  peer: { readonly remoteAddress?: string | undefined },
) => Promise<Response>;

/** A validator that came back is asked for its cosignatures again after so long at most. */
const VALIDATOR_PAUSE_MILLISECONDS = 4000;

/** The portal's files, where `npm run build` puts them. */
const PORTAL = fileURLToPath(new URL("../../portal/dist", import.meta.url));

/** The bundle of the verifier, from the same place. */
const VERIFIER = fileURLToPath(new URL("../../dist/browser", import.meta.url));

/**
 * Opens the ledger in the configured directory and serves it until it is disposed of.
 *
 * @throws LedgerFault LEDGER_DIRECTORY where no ledger was begun, and every fault of opening one
 */
export async function startNode(
  config: NodeConfig,
  extras: StartExtras = {},
): Promise<RunningNode> {
  keepHeapsSmall();
  await compileTicks();
  const log = config.logFormat === "quiet" ? quietLog() : jsonLog();
  const directory = dataDirectory(config.dataDirectory);
  const description = await readDescription(directory.root);
  if (description === undefined) {
    throw directoryFault(directory.root, "absent");
  }
  if ((description.engine === "comet") !== (extras.engineFailed !== undefined)) {
    const why = description.engine === "comet" ? "validator" : "no-validator";
    throw directoryFault(directory.root, why);
  }
  await keepDescription(directory.root);
  if (description.restored === true && config.confirmRestored) {
    const { restored: _, format: __, ...rest } = description;
    await writeDescription(directory.root, rest);
  }
  const { origin } = description;
  const readOnly = description.restored === true && !config.confirmRestored;
  const signers = await logSignersOf(directory, origin);
  const { confirmClock } = config;
  const stores = { directory: directory.ledger, origin, signers, clock: CLOCK };
  const { engineFailed } = extras;
  if (engineFailed !== undefined) await beginLedgerOfChain(directory);
  const validated =
    engineFailed === undefined
      ? undefined
      : await openCometLedger({
          ...stores,
          ...engineHome(directory.root),
          software: SOFTWARE,
          ...(await ownSettings(directory.root)),
          failed: engineFailed,
        });
  const { ledger, recovery, journalEnd, confirmRestored } =
    validated ?? (await openEmbeddedLedger({ ...stores, confirmClock, readOnly }));
  log.info("ledger opened", { ...recovery, size: ledger.head().size });
  if (recovery.droppedBytes > 0) {
    const { droppedBytes: bytes, journalBytes: offset } = recovery;
    warnOfDropped(log)({ file: journalPath(directory.ledger), offset, bytes });
  }
  let cosigning: Cosigning | undefined;
  try {
    // A validator that joined after a rotation has not replayed the policy yet that names its key.
    if (validated === undefined && !config.confirmLogKey)
      mustBeNamed(ledger, signers, directory.logKey);
    const witness = await openWitness(directory, { origin, clock: Date.now, log });
    const confirm = async () => {
      const { restored: _, format: __, ...rest } = description;
      await writeDescription(directory.root, rest);
      confirmRestored();
      log.info("restored data confirmed", { by: "witnesses", size: ledger.head().size });
    };
    const ownKeys = [...(witness === undefined ? [] : [witness.key])];
    cosigning = await startCosigning({
      ...{ directory, ledger, signers, ownKeys, log, maxAgeSeconds: config.maxAgeSeconds },
      ...(readOnly && { nothingNewer: confirm }),
      ...(engineFailed !== undefined && {
        longestPauseMilliseconds: VALIDATOR_PAUSE_MILLISECONDS,
      }),
    });
    const validator =
      engineFailed === undefined
        ? undefined
        : ownCosigner(ledger, await cosignerOf(directory.root, origin), signers);
    const kept = { description, ledger, recovery, journalEnd, log, signers };
    const consensus = validated?.consensus;
    const opened = { ...kept, witness, validator, consensus, cosigning };
    return await serve(config, opened, extras);
  } catch (cause) {
    await cosigning?.stop();
    await ledger[Symbol.asyncDispose]();
    throw cause;
  }
}

export const CLOCK = {
  wallMilliseconds: (): number => Date.now(),
  monotonicMilliseconds: (): number => performance.now(),
};

type Opened = {
  readonly description: DataDescription;
  readonly ledger: Ledger;
  readonly recovery: Recovery;
  readonly journalEnd: () => number;
  readonly log: NodeLog;
  readonly signers: readonly NoteSigner[];
  readonly witness: OwnWitness | undefined;
  readonly validator: Witness | undefined;
  readonly consensus: (() => ConsensusStatus) | undefined;
  readonly cosigning: Cosigning;
};

async function serve(
  config: NodeConfig,
  opened: Opened,
  extras: StartExtras,
): Promise<RunningNode> {
  const { description, ledger, recovery, journalEnd, log } = opened;
  const { origin } = description;
  let server: Server = NOT_YET;
  // The port may be chosen by the system, and the application must know its own address.
  const listening = await listen(() => server, config);
  const { port } = listening;
  // What is open already; a door that nobody stands behind would keep the process alive.
  const closing: (() => PromiseLike<void>)[] = [() => listening.stop()];
  const open = async () => {
    const demo = extras.demo?.({ port, origin, recovery, journalEnd });
    const datasets = await openDatasets({
      directory: dataDirectory(config.dataDirectory).datasets,
      host: new URL(config.publicUrl ?? urlOf(config.host, port)).host,
      clock: Date.now,
      random: randomly,
      openStore: storeOf,
      onDropped: warnOfDropped(log),
    });
    closing.unshift(() => datasets[Symbol.asyncDispose]());
    if (config.confirmRestored) await confirmRestoredDatasets({ ledger, log }, datasets);
    const scratch = config.scratch ? await openScratch(config, port) : undefined;
    if (scratch !== undefined) {
      closing.unshift(() => scratch[Symbol.asyncDispose]());
      log.info("scratch dataset open to everybody", { path: "/ngsi-ld/v1" });
    }
    const anchoring = startDatasetAnchoring({ ledger, datasets, clock: Date.now, log });
    closing.unshift(() => anchoring[Symbol.asyncDispose]());
    const all = { ...opened, datasets, scratch };
    server = await application({ ...config, port }, all, demo, extras.connectTo);
    closing.unshift(() => server.close());
    const mqtt = config.mqtt === undefined ? undefined : await openMqtt(config.mqtt);
    if (mqtt !== undefined) closing.unshift(() => mqtt[Symbol.asyncDispose]());
    return { datasets, anchoring, scratch, mqtt };
  };
  const openMqtt = (source: MqttSource) => {
    const parts = { ingest: () => server.ingest, log, random: randomly };
    return "broker" in source
      ? openBridge(source.broker, parts, `cityid ${origin}`)
      : openBroker({ ...source, ...parts });
  };
  const { datasets, anchoring, scratch, mqtt } = await open().catch(async (cause: unknown) => {
    for (const close of closing) await close();
    throw cause;
  });
  log.info("listening", { host: config.host, port });
  return {
    url: urlOf(config.host, port),
    port,
    origin,
    ledger,
    recovery,
    log,
    datasets,
    witnessVkey: opened.witness?.vkey,
    async [Symbol.asyncDispose]() {
      await mqtt?.[Symbol.asyncDispose]();
      await server.close();
      await opened.cosigning.stop();
      await listening.stop();
      await anchoring[Symbol.asyncDispose]();
      await datasets[Symbol.asyncDispose]();
      await scratch?.[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
      log.info("stopped");
    },
  };
}

async function application(
  config: NodeConfig,
  opened: Opened & {
    readonly datasets: NodeDatasets;
    readonly scratch: Scratch | undefined;
  },
  demo: Answer | undefined,
  connectTo: readonly string[] = [],
): Promise<Server> {
  const { description, ledger, log, signers, witness, validator, cosigning, datasets } = opened;
  const { scratch, consensus } = opened;
  const directory = dataDirectory(config.dataDirectory);
  const { host, port, publicUrl, trustedProxies } = config;
  const { member, demonstration, parent } = description;
  const policy = policyOf(ledger);
  const vkeys = vkeysOf(policy, signers);
  return createApp(
    {
      ledger,
      clock: Date.now,
      random: randomly,
      log,
      node: {
        get vkeys() {
          return vkeys();
        },
        get policy() {
          return trustText(policyText(ledger.value(paramKey("policy"))), policy(), vkeys());
        },
        ownKeys: [...(witness ? [witness.key] : []), ...signers.map(({ key }) => key)],
        engine: description.engine ?? "embedded",
        software: SOFTWARE,
        ...(member === undefined ? {} : { member }),
        ...(demonstration === undefined ? {} : { demonstration }),
      },
      ...(parent === undefined
        ? {}
        : { parent: parentLedger(parent, config.staleGrantSeconds * 1000) }),
      otherNodes: otherNodes({ ownNetworks: config.followNetworks }),
      inbox: directoryStore(directory.inbox),
      openings: directoryStore(directory.openings),
      seals: directoryStore(directory.seals),
      datasets,
      ...(scratch === undefined ? {} : { scratch: scratch.log, scratchTenants: scratch.tenants }),
      contexts: directoryStore(directory.contexts),
      loadContext: contextLoader(config),
      subscriptions: directoryStore(directory.subscriptions),
      notifier: createNotifier(config),
      enrolments: directoryStore(directory.enrolments),
      ...(witness === undefined ? {} : { witness }),
      ...(validator === undefined ? {} : { validator }),
      ...(consensus === undefined ? {} : { consensus }),
      fraud: (proof) => writeFraud(directory, proof, log),
      cosignatures: cosigning.collector,
      ...(existsSync(PORTAL) ? { portal: await staticFiles(PORTAL) } : {}),
      ...(existsSync(VERIFIER) ? { verifier: await staticFiles(VERIFIER) } : {}),
      ...(demo === undefined ? {} : { demo }),
    },
    {
      publicUrl: publicUrl ?? urlOf(host, port),
      origins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
      trustedProxies,
      connectTo,
      staleGrantMilliseconds: config.staleGrantSeconds * 1000,
    },
  );
}

function parentLedger(
  { url, code, policy }: NonNullable<DataDescription["parent"]>,
  staleMilliseconds: number,
): ParentLedger {
  const parent = createClient({ url, attempts: 1 });
  const name = code as Code;
  const grants =
    policy === undefined ? undefined : parentGrants(parent, { policy, staleMilliseconds });
  return {
    ...{ url, code: name, proofs: parentProofs(parent, name, Date.now) },
    ...(grants && { grants }),
  };
}

function warnOfDropped(log: NodeLog): (dropped: DroppedRecord) => void {
  return (dropped) => log.warn("damaged last record dropped", { ...dropped });
}

/** The keys that sign for the log: those of the policy, and where it names none the node's own. */
function vkeysOf(
  policy: () => Policy | undefined,
  signers: readonly NoteSigner[],
): () => readonly string[] {
  const held = signers.map(({ key }) => formatVerifierKey(key));
  let of: Policy | undefined;
  let vkeys = held.slice(0, 1);
  return () => {
    const now = policy();
    if (now === of) return vkeys;
    of = now;
    const named = new Set((now?.logs ?? []).map(({ key }) => formatVerifierKey(key)));
    const signing = held.filter((vkey) => named.has(vkey));
    vkeys = signing.length > 0 ? signing : held.slice(0, 1);
    return vkeys;
  };
}

/** The policy of the ledger; where it leaves the log to be known from elsewhere, with the log's key. */
function trustText(text: string, policy: Policy | undefined, vkeys: readonly string[]): string {
  if (policy !== undefined && policy.logs.length > 0) return text;
  const logs = vkeys.map((vkey) => `log ${vkey}\n`).join("");
  return `${logs}${policy === undefined ? "quorum none\n" : text}`;
}

/** Between the moment the port is taken and the moment the application knows it. */
const NOT_YET: Server = {
  fetch: async () => new Response(null, { status: 503, headers: { "retry-after": "1" } }),
  hot: () => undefined,
  page: () => undefined,
  write: () => undefined,
  close: async () => undefined,
};
