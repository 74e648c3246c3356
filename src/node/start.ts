import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { publicEd25519 } from "#crypto";
import {
  type Code,
  formatVerifierKey,
  type NoteSigner,
  type VerifierKey,
  verifierKey,
} from "../core/index.ts";
import { openEmbeddedLedger, type Recovery } from "../ledger/embedded/index.ts";
import type { Ledger } from "../ledger/index.ts";
import { createClient } from "../sdk/index.ts";
import {
  createApp,
  directoryStore,
  type ParentLedger,
  type Server,
  staticFiles,
} from "../server/index.ts";
import { parentProofs } from "./child/parent-proofs.ts";
import type { NodeConfig } from "./config.ts";
import {
  type DataDescription,
  dataDirectory,
  readDescription,
  writeDescription,
} from "./data-directory.ts";
import { directoryFault } from "./directory-fault.ts";
import { listen } from "./listen.ts";
import { jsonLog, type NodeLog, quietLog } from "./log.ts";
import { readSeed } from "./secrets.ts";
import { SOFTWARE } from "./version.ts";

/** A node that answers. */
export type RunningNode = AsyncDisposable & {
  /** `http://127.0.0.1:8156`: where it listens. */
  readonly url: string;
  readonly port: number;
  readonly origin: string;
  readonly ledger: Ledger;
  readonly recovery: Recovery;
  readonly log: NodeLog;
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
};

type Answer = (
  request: Request,
  peer: { readonly remoteAddress?: string | undefined },
) => Promise<Response>;

/** The portal's files, where `npm run build` puts them. */
const PORTAL = fileURLToPath(new URL("../../portal/dist", import.meta.url));

/** The bundle of the verifier, from the same place. */
const VERIFIER = fileURLToPath(new URL("../browser", import.meta.url));

/**
 * Opens the ledger in the configured directory and serves it until it is disposed of.
 *
 * @throws LedgerFault LEDGER_DIRECTORY where no ledger was begun, and every fault of opening one
 */
export async function startNode(
  config: NodeConfig,
  extras: StartExtras = {},
): Promise<RunningNode> {
  const log = config.logFormat === "quiet" ? quietLog() : jsonLog();
  const directory = dataDirectory(config.dataDirectory);
  const description = await readDescription(directory.root);
  if (description === undefined) {
    throw directoryFault(directory.root, "absent");
  }
  if (description.restored === true && config.confirmRestored) {
    const { restored: _, format: __, ...rest } = description;
    await writeDescription(directory.root, rest);
  }
  const signer = await logSigner(directory.logKey, description.origin);
  const { ledger, recovery, journalEnd } = await openEmbeddedLedger({
    directory: directory.ledger,
    origin: description.origin,
    signers: [signer],
    clock: CLOCK,
    confirmClock: config.confirmClock,
    readOnly: description.restored === true && !config.confirmRestored,
  });
  log.info("ledger opened", { ...recovery, size: ledger.head().size });
  try {
    const opened = { description, ledger, recovery, journalEnd, log, signer };
    return await serve(config, opened, extras);
  } catch (cause) {
    await ledger[Symbol.asyncDispose]();
    throw cause;
  }
}

/** The log's key, which also names it. */
export async function logSigner(path: string, origin: string): Promise<NoteSigner> {
  const seed = await readSeed(path);
  if (seed === undefined) throw directoryFault(path, "log-key-missing");
  return { key: logKey(origin, seed), seed };
}

export function logKey(origin: string, seed: Uint8Array): VerifierKey {
  return verifierKey(origin, "ed25519", publicEd25519(seed));
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
  readonly signer: NoteSigner;
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
  const demo = extras.demo?.({ port, origin, recovery, journalEnd });
  server = await application({ ...config, port }, opened, demo);
  log.info("listening", { host: config.host, port });
  return {
    url: urlOf(config.host, port),
    port,
    origin,
    ledger,
    recovery,
    log,
    async [Symbol.asyncDispose]() {
      server.close();
      await listening.stop();
      await ledger[Symbol.asyncDispose]();
      log.info("stopped");
    },
  };
}

async function application(
  config: NodeConfig,
  { description, ledger, log, signer }: Opened,
  demo: Answer | undefined,
): Promise<Server> {
  const directory = dataDirectory(config.dataDirectory);
  const { host, port, publicUrl, trustedProxies } = config;
  const { member, demonstration, parent } = description;
  return createApp(
    {
      ledger,
      clock: Date.now,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      log,
      node: {
        vkeys: [formatVerifierKey(signer.key)],
        policy: `log ${formatVerifierKey(signer.key)}\nquorum none\n`,
        engine: "embedded",
        software: SOFTWARE,
        ...(member === undefined ? {} : { member }),
        ...(demonstration === undefined ? {} : { demonstration }),
      },
      ...(parent === undefined ? {} : { parent: parentLedger(parent) }),
      inbox: directoryStore(directory.inbox),
      openings: directoryStore(directory.openings),
      ...(existsSync(PORTAL) ? { portal: await staticFiles(PORTAL) } : {}),
      ...(existsSync(VERIFIER) ? { verifier: await staticFiles(VERIFIER) } : {}),
      ...(demo === undefined ? {} : { demo }),
    },
    {
      publicUrl: publicUrl ?? urlOf(host, port),
      origins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
      trustedProxies,
    },
  );
}

function parentLedger({ url, code }: NonNullable<DataDescription["parent"]>): ParentLedger {
  const parent = createClient({ url, attempts: 1 });
  const name = code as Code;
  return { url, code: name, proofs: parentProofs(parent, name, Date.now) };
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Between the moment the port is taken and the moment the application knows it. */
const NOT_YET: Server = {
  fetch: async () => new Response(null, { status: 503, headers: { "retry-after": "1" } }),
  hot: () => undefined,
  close: () => undefined,
};
