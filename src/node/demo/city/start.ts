import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Code, isoDate } from "../../../core/index.ts";
import type { LedgerReader } from "../../../ledger/index.ts";
import { type Client, createClient } from "../../../sdk/index.ts";
import {
  anchorOnce,
  announceUrl,
  beginChild,
  type Delegate,
  PATIENCE_MILLISECONDS,
  startAnchoring,
} from "../../child/index.ts";
import type { NodeConfig } from "../../config.ts";
import { dataDirectory, readDescription, writeDescription } from "../../data-directory.ts";
import { type RunningNode, startNode } from "../../start.ts";
import { type DemoKeys, openDemoKeys } from "../keys.ts";
import { demoMessages } from "../messages.ts";
import { HAIKOU } from "../people.ts";
import { seedCity } from "./seed.ts";

export type CityStart = {
  /** Of the demonstration: the city lies in a directory below its own. */
  readonly config: NodeConfig;
  readonly port: number;
  readonly parentUrl: string;
  readonly language: "zh" | "en";
  readonly say: (line: string) => void;
};

/** Where Haikou keeps its ledger. */
export function cityDirectory({ dataDirectory: root }: Pick<NodeConfig, "dataDirectory">): string {
  return join(root, "haikou");
}

/** How the city's node is reached: from this machine, as all of the demonstration. */
export function cityUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/**
 * Runs the ledger of Haikou beside the one that it was delegated out of. On a new directory it is begun and filled; on one
 * that is there it is opened, whether its parent answers or not.
 */
export async function startDemoCity(start: CityStart): Promise<RunningNode> {
  const { config, port, parentUrl, language, say } = start;
  const began = performance.now();
  const messages = demoMessages(language).city;
  const keys = await openDemoKeys(dataDirectory(config.dataDirectory).demo);
  const delegate = { code: HAIKOU.issuer as Code, iss: HAIKOU.issuer, signer: keys.signer(HAIKOU) };
  const publicUrl = cityUrl(port);
  // Messages come to the root's broker; two cannot listen at one port.
  const own = { ...config, dataDirectory: cityDirectory(config), port, publicUrl, mqtt: undefined };
  // The ledger and what it is full of can wait for its parent; who asks only for it cannot.
  const parent = createClient({ url: parentUrl, attempts: 1 });
  await begin(own, { parent, delegate, publicUrl, say: () => say(messages.building) });
  const node = await startNode({ ...own, confirmClock: true });
  try {
    await fill(node, keys, (seeded) => say(messages.made(seeded)));
    say(messages.ready(node.url, ((performance.now() - began) / 1000).toFixed(1)));
  } catch (cause) {
    await node[Symbol.asyncDispose]();
    throw cause;
  }
  const link = keepLinked({ node, parent, delegate, url: publicUrl });
  return {
    ...node,
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
    },
  };
}

/** Begins the ledger where there is none, and notes where its parent answers now. */
async function begin(
  { dataDirectory: root }: NodeConfig,
  parts: {
    readonly parent: Client;
    readonly delegate: Delegate;
    readonly publicUrl: string;
    readonly say: () => void;
  },
): Promise<void> {
  const { parent, delegate, publicUrl, say } = parts;
  if ((await readDescription(root)) === undefined) {
    say();
    await beginChild({
      ...{ dataDirectory: root, parent, delegate, publicUrl },
      parentPolicy: (await parent.node()).policy,
      origin: `${new URL(publicUrl).host}/log`,
      nowMilliseconds: Date.now,
    });
  }
  const description = await readDescription(root);
  if (description === undefined) return;
  const { url } = parent;
  if (description.demonstration === true && description.parent?.url === url) return;
  const { format: _, ...rest } = description;
  await writeDescription(root, {
    ...rest,
    demonstration: true,
    parent: { ...description.parent, url, code: delegate.code },
  });
}

async function fill(
  node: RunningNode,
  keys: DemoKeys,
  onDone: Parameters<typeof seedCity>[0]["onDone"],
): Promise<void> {
  await seedCity({
    client: createClient({ url: node.url }),
    origin: node.origin,
    keys,
    today: isoDate(Date.now()),
    nowSeconds: () => Math.floor(Date.now() / 1000),
    nowMilliseconds: () => performance.now(),
    onDone,
  });
}

type Link = {
  readonly node: RunningNode;
  readonly parent: Client;
  readonly delegate: Delegate;
  readonly url: string;
};

const RETRY_MILLISECONDS = 2000;

/** Tells the parent where the city answers and anchors it, as soon as the parent is there, and from then on. */
function keepLinked({ node, parent: given, delegate, url }: Link): AsyncDisposable {
  const ending = new AbortController();
  const { signal } = ending;
  const parent = given.within({ signal, timeoutMilliseconds: PATIENCE_MILLISECONDS });
  const { ledger, log } = node;
  const anchoring = { ledger, parent, delegate, nowMilliseconds: Date.now };
  const running = (async () => {
    // What fills it is anchored at once and as a whole, so that a start that changed nothing anchors nothing.
    await untilPublished(ledger, signal);
    while (!signal.aborted) {
      try {
        await announceUrl(parent, delegate, url, Date.now());
        await anchorOnce(anchoring);
        break;
      } catch (cause) {
        if (signal.aborted) break;
        log.error("not linked to the parent", { cause: String(cause) });
        await rest(RETRY_MILLISECONDS, signal);
      }
    }
    if (!signal.aborted) return startAnchoring({ ...anchoring, log });
    return undefined;
  })();
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await (await running)?.[Symbol.asyncDispose]();
    },
  };
}

async function untilPublished(ledger: LedgerReader, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && ledger.published().size < ledger.head().size) await rest(100, signal);
}

async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}
