import { createHash } from "node:crypto";
import { publicEd25519, sha256, signEd25519 } from "#crypto";
import {
  type Apply,
  base64,
  type CborValue,
  concat,
  encodeCbor,
  formatVerifierKey,
  hex,
  type NoteSigner,
  type Operation,
  present,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import type { Ledger } from "../../src/ledger/index.ts";
import { openMemoryLedger } from "../../src/ledger/memory/index.ts";
import {
  type AppDependencies,
  createApp,
  memoryStore,
  type Peer,
  type Server,
  type ServerConfig,
} from "../../src/server/index.ts";
import {
  ALL,
  city,
  code,
  GENESIS,
  idOf,
  keySpec,
  member,
  named,
  ORIGIN,
  type Signing,
  START_MILLISECONDS,
  sign,
  testKey,
} from "../core/state/kit.ts";

// A node without a socket: the real application over the real rules, in memory, with a clock that tests move.

export const NODE = "https://node.test";
export const MA1301 = "MA.156.1301";

const logSeed = sha256(utf8("log key"));
export const logSigner: NoteSigner = {
  key: verifierKey(ORIGIN, "ed25519", publicEd25519(logSeed)),
  seed: logSeed,
};

export type LoggedLine = { readonly event: string; readonly facts: object };

export type World = AsyncDisposable & {
  readonly app: Server;
  readonly ledger: Ledger;
  readonly clock: { now: number };
  /** What the node wrote into its log. */
  readonly lines: readonly LoggedLine[];
  get(path: string, headers?: Record<string, string>, peer?: Peer): Promise<Response>;
  request(method: string, path: string, init?: RequestInit): Promise<Response>;
  json(path: string, headers?: Record<string, string>): Promise<Json>;
  /** Signs an operation and has the ledger take it; a refusal is the test's own mistake. */
  do(body: Operation, signing: Signing): Promise<{ readonly hash: string; readonly index: number }>;
  submit(bytes: Uint8Array): Promise<{ readonly hash: string; readonly index: number }>;
};

// A test looks into answers as far as it needs.
// biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
export type Json = any;

export async function openWorld(
  config: Partial<ServerConfig> = {},
  more: Partial<AppDependencies> = {},
): Promise<World> {
  const clock = { now: START_MILLISECONDS + 60_000 };
  const memory = await openMemoryLedger({
    genesis: GENESIS,
    signers: [logSigner],
    clock: { wallMilliseconds: () => clock.now, monotonicMilliseconds: () => clock.now },
  });
  const ledger = more.ledger ?? memory;
  const lines: LoggedLine[] = [];
  const note = (event: string, facts: object = {}) => lines.push({ event, facts });
  const app = createApp(
    {
      ledger,
      clock: () => clock.now,
      random: countingRandom(),
      log: { info: note, error: note },
      node: {
        vkeys: [formatVerifierKey(logSigner.key)],
        policy: `log ${formatVerifierKey(logSigner.key)}\nquorum none\n`,
        engine: "memory",
        software: "cityid/0.0.0",
        member: "A",
      },
      inbox: memoryStore(),
      openings: memoryStore(),
      seals: memoryStore(),
      ...more,
    },
    { publicUrl: NODE, ...config },
  );
  const request = (method: string, path: string, init: RequestInit = {}) =>
    app.fetch(new Request(NODE + path, { ...init, method }));
  const submit = async (bytes: Uint8Array) => {
    const [outcome] = await ledger.submit([bytes]);
    if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
    return { hash: hex(outcome.hash), index: outcome.index };
  };
  return {
    app,
    ledger,
    clock,
    lines,
    request,
    submit,
    get: (path, headers = {}, peer = {}) => app.fetch(new Request(NODE + path, { headers }), peer),
    json: async (path, headers = {}) => (await request("GET", path, { headers })).json(),
    do: (body, signing) => submit(sign(body, signing, clock.now)),
    async [Symbol.asyncDispose]() {
      app.close();
      await memory[Symbol.asyncDispose]();
    },
  };
}

/** As many bytes as asked for, made of 32. */
export function stretched(first: Uint8Array, bytes: number): Uint8Array {
  const all = [first];
  for (let last = first; 32 * all.length < bytes; all.push(last)) last = sha256(last);
  return concat(...all).subarray(0, bytes);
}

/** Bytes that differ from call to call and not from run to run. */
function countingRandom(): (bytes: number) => Uint8Array {
  let calls = 0;
  return (bytes) => {
    calls += 1;
    return stretched(sha256(utf8(`random ${calls}`)), bytes);
  };
}

/** The application of Shijiazhuang. */
export function applicationOf(now: number, more: Partial<Apply> = {}, signing = city): Uint8Array {
  const body: Apply = {
    op: "apply",
    code: code(MA1301),
    names: {
      zh: { value: "石家庄市", validFrom: "1983-03-03" },
      en: { value: "Shijiazhuang", validFrom: "1983-03-03" },
    },
    keys: [keySpec("city", ALL)],
    evidence: [{ title: "公文", commit: sha256(utf8("evidence")) }],
    ...more,
  };
  return sign(body, signing, now);
}

/** Shijiazhuang listed in the gazette, admitted by A, approved by A and B: issued. */
export async function issueCity(world: World): Promise<void> {
  const fact = {
    names: { zh: "石家庄市" },
    level: "prefecture",
    from: "1981",
    source: "GB/T 2260",
  } as const;
  await world.do({ op: "gazette", items: [{ code: code(MA1301), add: [fact] }] }, member("A"));
  const application = applicationOf(world.clock.now);
  await world.do({ op: "admit", application }, member("A"));
  const decision = idOf(application);
  await world.do({ op: "endorse", decision, vote: "approve" }, member("A"));
  await world.do({ op: "endorse", decision, vote: "approve" }, member("B"));
}

/** A city with a department, a class and three lamps. */
export async function openCity(
  config: Partial<ServerConfig> = {},
  more: Partial<AppDependencies> = {},
): Promise<World> {
  const world = await openWorld(config, more);
  await issueCity(world);
  await world.do(
    {
      op: "register",
      items: [
        { code: code(`${MA1301}.02`), kind: "department", names: named("交通局") },
        { code: code(`${MA1301}/LAMP`), kind: "class", names: named("路灯") },
      ],
    },
    city,
  );
  await world.do(
    {
      op: "register",
      items: [1, 2, 3].map((n) => ({
        code: code(`${MA1301}/LAMP/00000${n}`),
        kind: "thing" as const,
        names: named(`路灯 ${n}号`),
        geometry: {
          value: { point: [1_145_149_000 + n, 380_423_000] as const },
          validFrom: "2020-01-01",
        },
        aliases: [{ scheme: "asset-no", value: `ZS-${n}` }],
      })),
    },
    city,
  );
  await world.ledger.indexed(world.ledger.head().size);
  return world;
}

export type RequestSigning = {
  readonly keyid: string;
  readonly key: string;
  readonly created?: number;
  readonly nonce?: string;
  readonly components?: readonly string[];
  readonly alg?: string;
};

let nonces = 0;

/** Signs a request as RFC 9421 has it, written here a second time from the RFC. */
export function signedHeaders(
  method: string,
  url: string,
  body: Uint8Array | undefined,
  now: number,
  signing: RequestSigning,
): Record<string, string> {
  nonces += 1;
  const digest = `sha-256=:${createHash("sha256")
    .update(body ?? "")
    .digest("base64")}:`;
  const values: Record<string, string> = {
    "@method": method,
    "@target-uri": url,
    "content-digest": digest,
  };
  const covered = signing.components ?? [
    "@method",
    "@target-uri",
    ...(body ? ["content-digest"] : []),
  ];
  const created = signing.created ?? Math.floor(now / 1000);
  const nonce = signing.nonce ?? `nonce-${nonces}-0123456789`;
  const alg = signing.alg === undefined ? "" : `;alg="${signing.alg}"`;
  const params = `(${covered.map((name) => `"${name}"`).join(" ")});created=${created};nonce="${nonce}";keyid="${signing.keyid}"${alg}`;
  const base = [
    ...covered.map((name) => `"${name}": ${values[name]}`),
    `"@signature-params": ${params}`,
  ].join("\n");
  const signature = signEd25519(testKey(signing.key).seed, utf8(base));
  return {
    ...(body && { "Content-Digest": digest }),
    "Signature-Input": `sig=${params}`,
    Signature: `sig=:${base64(signature)}:`,
  };
}

/** Sends a signed request. */
export function sendSigned(
  world: World,
  method: string,
  path: string,
  signing: RequestSigning,
  body?: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  const signed = signedHeaders(method, NODE + path, body, world.clock.now, signing);
  return world.request(method, path, {
    headers: { ...headers, ...signed },
    ...(body && { body: new Uint8Array(body) }),
  });
}

export const cityKeyid = `${MA1301}#1/${hex(testKey("city").kid)}`;
export const memberKeyid = (id: string): string =>
  `member/${id}/${hex(testKey(`member ${id}`).kid)}`;
export const asCity: RequestSigning = { keyid: cityKeyid, key: "city" };
export const asMember = (id: string): RequestSigning => ({
  keyid: memberKeyid(id),
  key: `member ${id}`,
});

export const cbor = (value: CborValue): Uint8Array => encodeCbor(value);
export { present };
