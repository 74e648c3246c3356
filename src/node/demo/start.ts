import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { formatVerifierKey, isoDate } from "../../core/index.ts";
import { createEmbeddedLedger, embeddedLedgerExists } from "../../ledger/embedded/index.ts";
import { createClient } from "../../sdk/index.ts";
import type { NodeConfig } from "../config.ts";
import {
  type DataDirectory,
  dataDirectory,
  readDescription,
  writeDescription,
} from "../data-directory.ts";
import { logKey } from "../log-key.ts";
import { gazetteItems, gazetteOperations, loadRegister } from "../register/index.ts";
import { seedFile } from "../secrets.ts";
import { type RunningNode, startNode } from "../start.ts";
import { isSupervised, STARTS_VARIABLE, tellSupervisor } from "../supervisor.ts";
import { auditAttack } from "./attack.ts";
import { cityUrl } from "./city/start.ts";
import { demoEndpoints, isLoopback } from "./endpoints.ts";
import { demoGenesis } from "./genesis.ts";
import { type DemoKeys, openDemoKeys } from "./keys.ts";
import { type DemoMessages, demoMessages } from "./messages.ts";
import { INSTITUTES } from "./people.ts";
import { type Seeded, seed } from "./seed.ts";

export type DemoStart = {
  readonly config: NodeConfig;
  /** Where the city's node listens; absent where nobody runs one. */
  readonly cityPort?: number;
  readonly language: "zh" | "en";
  /** Says a line to the person at the terminal. */
  readonly say: (line: string) => void;
};

/**
 * Starts the demonstration: on a new directory it makes keys, a genesis and the content of a ledger; on one that is there it
 * opens it and repeats nothing.
 */
export async function startDemo({
  config,
  cityPort,
  language,
  say,
}: DemoStart): Promise<RunningNode> {
  const began = performance.now();
  const startedMilliseconds = Date.now();
  const messages = demoMessages(language);
  const directory = dataDirectory(config.dataDirectory);
  const keys = await openDemoKeys(directory.demo);
  if ((await readDescription(directory.root)) === undefined) {
    say(messages.building);
    await beginDemo(config, directory, keys);
  }
  const read = await readSeeded(directory);
  // What an earlier version filled is filled up: a step that was done is found done.
  const seeded = read?.some(({ what }) => what === "readings") ? read : undefined;
  const done: Seeded[] = [...(seeded ?? [])];
  let readyMilliseconds = startedMilliseconds;
  const city = cityPort === undefined ? undefined : cityUrl(cityPort);
  const isLocal = isLoopback(config.host);
  const followNetworks = [...config.followNetworks, ...(isLocal ? LOOPBACK_NETWORKS : [])];
  // Nobody operates a demonstration: it takes the clock as it is, however long it lay still.
  const node = await startNode(
    { ...config, followNetworks, confirmClock: true },
    {
      ...(city !== undefined && { connectTo: [city] }),
      demo: ({ port, origin, recovery, journalEnd }) => {
        // Everybody's keys are behind these paths: where others can reach the node, they do not exist.
        if (!isLocal) return undefined;
        readyMilliseconds = Date.now();
        return demoEndpoints({
          origin,
          dataDirectory: directory.root,
          hosts: [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`],
          keys,
          city,
          seeded: () => done,
          process: {
            starts: Number(process.env[STARTS_VARIABLE] ?? "1"),
            startedMilliseconds,
            readyMilliseconds,
            recovery,
          },
          attack: auditAttack({
            dataDirectory: directory.root,
            journalEnd,
            random: (below) => Math.floor(Math.random() * below),
          }),
          askToBeKilled: askSupervisor(),
        });
      },
    },
  );
  try {
    if (seeded === undefined) await fill(node, directory, keys, messages, done, say);
    else say(messages.opened(node.ledger.head().size, secondsSince(began)));
    for (const line of messages.ready(node.url, secondsSince(began))) say(line);
    tellSupervisor({ tell: "ready", url: node.url });
    return node;
  } catch (cause) {
    await node[Symbol.asyncDispose]();
    throw cause;
  }
}

/** On one machine its nodes ask each other; where others reach it, they must not make it ask this machine's own services. */
const LOOPBACK_NETWORKS: readonly string[] = ["127.0.0.0/8", "::1"];

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}

function askSupervisor(): ((pauseMilliseconds: number) => void) | undefined {
  if (!isSupervised()) return undefined;
  return (pauseMilliseconds) => tellSupervisor({ ask: "kill", pauseMilliseconds });
}

async function beginDemo(
  config: NodeConfig,
  directory: DataDirectory,
  keys: DemoKeys,
): Promise<void> {
  const origin = `127.0.0.1:${config.port}/log`;
  const logSeed = await seedFile(directory.logKey);
  const timeMilliseconds = Date.now();
  const genesis = demoGenesis({
    origin,
    policy: `log ${formatVerifierKey(logKey(origin, logSeed))}\nquorum none\n`,
    timeMilliseconds,
    today: isoDate(timeMilliseconds),
    keys,
    recipients: await recipientsOf(directory),
  });
  // A start that was killed here before leaves a ledger without its description.
  if (!embeddedLedgerExists(directory.ledger))
    await createEmbeddedLedger(directory.ledger, genesis);
  await writeDescription(directory.root, { origin, member: "A", demonstration: true });
}

/** Makes the institutes' age identities, so that applicants can encrypt evidence to them. */
async function recipientsOf({ demo }: DataDirectory): Promise<ReadonlyMap<string, string>> {
  const recipients = new Map<string, string>();
  for (const { who, issuer } of INSTITUTES) {
    const path = join(demo, `${who}.age`);
    if (!existsSync(path)) {
      await mkdir(demo, { recursive: true, mode: 0o700 });
      await writeFile(path, `${await generateX25519Identity()}\n`, { mode: 0o600 });
    }
    await chmod(path, 0o600);
    recipients.set(issuer, await identityToRecipient((await readFile(path, "utf8")).trim()));
  }
  return recipients;
}

async function fill(
  node: RunningNode,
  directory: DataDirectory,
  keys: DemoKeys,
  messages: DemoMessages,
  done: Seeded[],
  say: (line: string) => void,
): Promise<void> {
  await seed({
    client: createClient({ url: node.url }),
    origin: node.origin,
    keys,
    gazette: gazetteOperations(gazetteItems(loadRegister())),
    today: isoDate(Date.now()),
    nowSeconds: () => Math.floor(Date.now() / 1000),
    nowMilliseconds: () => performance.now(),
    onDone: (seeded) => {
      done.push(seeded);
      say(messages.made(seeded));
    },
  });
  const path = seededPath(directory);
  await writeFile(`${path}.new`, JSON.stringify(done));
  await rename(`${path}.new`, path);
}

async function readSeeded(directory: DataDirectory): Promise<readonly Seeded[] | undefined> {
  const path = seededPath(directory);
  return existsSync(path) ? (JSON.parse(await readFile(path, "utf8")) as Seeded[]) : undefined;
}

function seededPath({ demo }: DataDirectory): string {
  return join(demo, "seeded.json");
}
