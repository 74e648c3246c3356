import { randomBytes } from "node:crypto";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { publicEd25519 } from "#crypto";
import {
  type Apply,
  type Code,
  formatVerifierKey,
  type Genesis,
  type KeyUse,
  type NoteSigner,
  type Operation,
  parseCode,
  sha256,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { openMemoryLedger } from "../../src/ledger/memory/index.ts";
import {
  type Client,
  type ClientOptions,
  createClient,
  type Outcome,
  type Signer,
  signApplication,
  signerFromSeed,
  signOperation,
} from "../../src/sdk/index.ts";
import { createApp, memoryStore } from "../../src/server/index.ts";

// A node without a socket: the real server on the memory ledger, three members of whom two must agree.

export const ORIGIN = "node.test/log";
export const URL_OF_NODE = "https://node.test";

export type World = {
  readonly client: Client;
  /** The age identity of every member. */
  readonly identity: string;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly signer: (word: string) => Signer;
  /** Signs and submits as this holder, with the key of this word. */
  act(operation: Operation, iss: string, word: string): Promise<Accepted>;
  clientWith(options: Partial<ClientOptions>): Client;
};

/** Whoever can sign and submit: a world, or a node of its own process. */
export type Actor = Pick<World, "act">;

export type Accepted = Extract<Outcome, { status: "accepted" }> & { readonly id: Uint8Array };

export async function openWorld(): Promise<World> {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const seed = LOG_SEED;
  const logSigner: NoteSigner = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(seed)), seed };
  const vkey = formatVerifierKey(logSigner.key);
  const ledger = await openMemoryLedger({
    genesis: genesisWith(recipient),
    signers: [logSigner],
    clock: { wallMilliseconds: Date.now, monotonicMilliseconds: () => performance.now() },
  });
  const app = createApp(
    {
      ledger,
      clock: Date.now,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      log: { info: () => undefined, error: (event, facts) => console.error(event, facts) },
      node: {
        vkeys: [vkey],
        policy: `log ${vkey}\nquorum none\n`,
        engine: "memory",
        software: "cityid/test",
        member: "A",
      },
      inbox: memoryStore(),
      openings: memoryStore(),
      seals: memoryStore(),
    },
    { publicUrl: URL_OF_NODE },
  );
  const fetch = (request: Request) => app.fetch(request, { remoteAddress: "127.0.0.1" });
  const clientWith = (options: Partial<ClientOptions>) =>
    createClient({ url: URL_OF_NODE, fetch, ...options });
  const client = clientWith({});
  return {
    client,
    identity,
    fetch,
    signer: signerOf,
    clientWith,
    act: actWith(client),
  };
}

export function actWith(client: Client): World["act"] {
  return async (operation, iss, word) => {
    const signed = await signAs(operation, iss, word);
    const outcome = await client.submit(signed.bytes);
    if (outcome.status === "refused") throw new Error(JSON.stringify(outcome));
    return { ...outcome, id: signed.id };
  };
}

/** Key of the log of every test node. */
export const LOG_SEED: Uint8Array = sha256(utf8("log key"));

export function signerOf(word: string): Signer {
  return signerFromSeed(sha256(utf8(`key of ${word}`)));
}

export function signAs(operation: Operation, iss: string, word: string) {
  const iatSeconds = Math.floor(Date.now() / 1000);
  return signOperation({ iss, aud: ORIGIN, iatSeconds, signer: signerOf(word), operation });
}

export function code(text: string): Code {
  const parsed = parseCode(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.code}`);
  return parsed.value;
}

export const named = (zh: string) => ({ zh: { value: zh, validFrom: "2020-01-01" } });

export const CITY = "MA.156.1301";

function keySpec(word: string, uses: readonly KeyUse[]) {
  return { key: signerOf(word).publicKey, uses: [...uses].sort(), label: "office" };
}

export function genesisWith(recipient?: string): Genesis {
  return {
    app: 1,
    origin: ORIGIN,
    time: Date.now() - 60_000,
    names: named("统一标识"),
    countries: [{ country: "156", names: named("中国") }],
    members: ["A", "B", "C"].map((id) => ({
      id,
      names: { zh: `机构${id}` },
      ...(recipient === undefined ? {} : { recipient }),
      keys: [keySpec(`member/${id}`, ["govern", "issue"])],
    })),
    thresholds: { issue: 2, govern: 2 },
    recoveryDelay: 7 * 24 * 3600,
    voidWindow: 30 * 24 * 3600,
    policy: "quorum none\n",
  };
}

/** Lists a city in the gazette. */
export async function listInGazette(world: Actor, text: string, zh: string): Promise<void> {
  const fact = { names: { zh }, level: "prefecture" as const, from: "1983", source: "test" };
  const items = [{ code: code(text), add: [fact] }];
  await world.act({ op: "gazette", items }, "member/A", "member/A");
}

/** A city that applied, was admitted and is issued; its key is the word `city`. */
export async function issueCity(world: Actor, text: string = CITY): Promise<void> {
  await listInGazette(world, text, "石家庄市");
  const application: Apply = {
    op: "apply",
    code: code(text),
    names: named("石家庄市"),
    keys: [keySpec("city", ["govern", "issue", "record"])],
    evidence: [{ title: "letter", commit: sha256(utf8("letter")) }],
  };
  const signed = await signApplication({
    aud: ORIGIN,
    iatSeconds: Math.floor(Date.now() / 1000),
    signer: signerOf("city"),
    application,
  });
  await world.act({ op: "admit", application: signed.bytes }, "member/A", "member/A");
  for (const id of ["member/A", "member/B"]) {
    await world.act({ op: "endorse", decision: signed.id, vote: "approve" }, id, id);
  }
}

/** The class of lamps below the city, where things can be registered. */
export const LAMPS = `${CITY}/LAMP`;

export async function registerLampClass(world: Actor): Promise<void> {
  const classes = [{ class: "LAMP", names: { zh: "路灯" }, public: "all" as const }];
  const inner = { op: "classes" as const, items: classes };
  const { id } = await world.act({ op: "propose", inner }, "member/A", "member/A");
  await world.act({ op: "endorse", decision: id, vote: "approve" }, "member/B", "member/B");
  const items = [{ code: code(LAMPS), kind: "class" as const, names: named("路灯") }];
  await world.act({ op: "register", items }, CITY, "city");
}
