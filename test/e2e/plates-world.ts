import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bornPrefix,
  type Code,
  formatSealUrl,
  fromHex,
  hex,
  type Operation,
  parseResolverHost,
  present,
} from "../../src/core/index.ts";
import { makeSeal } from "../../src/sdk/index.ts";
import { discard } from "../discard.ts";
import { beginLedger, type RealNode, startRealNode } from "../node/real-node.ts";
import { CITY, code, issueCity, LAMPS, named, registerLampClass, signerOf } from "../sdk/world.ts";

// A city with lamps of every fate, and the seals of their plates: real keys, a real node, nothing made up.

export const HOST = "id.example";
const PUBLIC_URL = `https://${HOST}`;

/** In front of the railway station of Shijiazhuang. */
export const STATION = [1_144_855_000, 380_100_000] as const;

export const LAMP = `${LAMPS}/000001`;
export const SUSPENDED = `${LAMPS}/000002`;
export const RETIRED = `${LAMPS}/000003`;
export const WITHDRAWN = `${LAMPS}/000004`;
export const RENUMBERED = `${LAMPS}/000005`;
export const UNSEEN = `${LAMPS}/000006`;
/** Below a department that keeps a ledger of its own. */
const OWN_LEDGER = `${CITY}.09`;
export const ELSEWHERE = `${OWN_LEDGER}/LAMP/000001`;
export const OTHER_NODE = "https://other.example";
export const NEVER = `${LAMPS}/999999`;

export type PlatesWorld = AsyncDisposable & {
  readonly node: RealNode;
  /** The text on the plate of a code. */
  seal(of: string, terms?: SealTerms): Promise<string>;
  /** The same node again, at the same address. */
  restart(): Promise<void>;
};

type SealTerms = {
  readonly host?: string;
  readonly by?: string;
  readonly expSeconds?: number;
  readonly serial?: number;
};

export async function openPlatesWorld(): Promise<PlatesWorld> {
  const directory = await mkdtemp(join(tmpdir(), "cityid-plates-"));
  const data = await beginLedger(directory);
  let node = await startRealNode({ data, args: ["--public-url", PUBLIC_URL] });
  await issueCity(node);
  await registerLampClass(node);
  const point = { value: { point: STATION }, validFrom: "2020-01-01" };
  const items = [LAMP, SUSPENDED, RETIRED, WITHDRAWN, RENUMBERED, UNSEEN].map((each, i) => ({
    code: code(each),
    kind: "thing" as const,
    class: "LAMP",
    names: { zh: { value: `站前路灯 ${i + 1}`, validFrom: "2020-01-01" } },
    geometry: point,
    ...(each === RENUMBERED && { aliases: [{ scheme: "asset", value: "SJZ-2009-0417" }] }),
  }));
  await node.act({ op: "register", items } as Operation, CITY, "city");
  await giveSealer(node);
  const serials = new Map<string, number>();
  const world: PlatesWorld = {
    get node() {
      return node;
    },
    seal: async (of, { host = HOST, by = "sealer", expSeconds, serial } = {}) => {
      const resolver = parseResolverHost(host);
      const born = of === ELSEWHERE ? new Uint8Array(8) : await bornOf(node, of);
      const next = serial ?? serials.size;
      serials.set(`${next}`, next);
      const signer = signerOf(by);
      const iatSeconds = Math.floor(Date.now() / 1000) - 60;
      const end = expSeconds === undefined ? {} : { expSeconds };
      const claims = { code: code(of), serial: next, born, iatSeconds, ...end };
      const bytes = await makeSeal(claims, signer);
      return formatSealUrl(
        present(resolver.ok ? resolver.value : undefined, "host"),
        code(of),
        bytes,
      );
    },
    restart: async () => {
      const port = new URL(node.url).port;
      await node.stop();
      node = await startRealNode({ data, args: ["--public-url", PUBLIC_URL, "--port", port] });
    },
    [Symbol.asyncDispose]: async () => {
      await node.stop();
      discard(directory);
    },
  };
  await changeFates(node);
  return world;
}

/** The record of a code that has none was never born. */
async function bornOf({ client }: RealNode, of: string): Promise<Uint8Array> {
  const answer = await client.record(of).catch(() => undefined);
  return answer === undefined
    ? new Uint8Array(8)
    : bornPrefix(present(fromHex(answer.record.born), "born"));
}

async function giveSealer(node: RealNode): Promise<void> {
  const add = [{ key: signerOf("sealer").publicKey, uses: ["seal" as const], label: "plates" }];
  await node.act(
    { op: "keys", code: code(CITY), prev: await controlOf(node, CITY), add },
    CITY,
    "city",
  );
}

async function controlOf({ client }: RealNode, of: string): Promise<Uint8Array> {
  return present(fromHex((await client.record(of)).record.control), "control");
}

const OTHER_POLICY =
  "log traffic.example/log+69a8d261+Ac2Xe7akWuUKbDefId+7J/KVvXm35t1buxhlGirgBNuI\nquorum none\n";

async function changeFates(node: RealNode): Promise<void> {
  const status = async (of: string, what: "suspend" | "retire", more: object = {}) => {
    const prev = await controlOf(node, of);
    const change = { op: "status", code: code(of), prev, do: what, reason: "test", ...more };
    await node.act(change as unknown as Operation, CITY, "city");
  };
  const office = { code: code(OWN_LEDGER), kind: "department" as const, names: named("园林局") };
  await node.act({ op: "register", items: [office] }, CITY, "city");
  const terms = { origin: "traffic.example/log", policy: OTHER_POLICY, url: OTHER_NODE };
  const prev = await controlOf(node, OWN_LEDGER);
  const delegate = { op: "delegate", code: code(OWN_LEDGER), prev, do: "start", ...terms };
  await node.act(delegate as Operation, CITY, "city");
  await status(SUSPENDED, "suspend");
  await status(RETIRED, "retire", { successors: [code(LAMP)] });
}

/** Withdraws the seal with this serial. */
export async function withdraw(node: RealNode, serial: number): Promise<void> {
  const kid = present(fromHex(hex(signerOf("sealer").kid)), "kid");
  const operation: Operation = {
    op: "unseal",
    code: code(CITY) as Code,
    kid,
    serials: [serial],
    reason: "lost",
  };
  await node.act(operation, CITY, "sealer");
}
