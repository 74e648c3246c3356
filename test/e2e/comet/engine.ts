import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publicEd25519 } from "#crypto";
import {
  fromHex,
  type Genesis,
  type NoteSigner,
  present,
  sha256,
  utf8,
  verifierKey,
} from "../../../src/core/index.ts";
import { type OpenedComet, openCometLedger } from "../../../src/ledger/comet/index.ts";
import { createEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import { engineBinary, findEngine } from "../../../src/node/comet/binary.ts";
import { chainStart } from "../../../src/node/comet/chain-start.ts";
import { type Engine, startEngine } from "../../../src/node/comet/engine.ts";
import { engineGenesis } from "../../../src/node/comet/genesis.ts";
import { createEngineHome, engineHome } from "../../../src/node/comet/home.ts";
import { engineKey } from "../../../src/node/comet/keys.ts";

const CACHE = fileURLToPath(new URL("../../../.cache/bin", import.meta.url));

/** The engine for tests; on a machine without it and without Go there is none, and its tests are skipped. CI has it. */
export async function testEngine(): Promise<string | undefined> {
  const found = await findEngine(process.env, CACHE);
  if (found !== undefined) return found;
  try {
    return await engineBinary({ env: process.env, cache: CACHE });
  } catch (cause) {
    if (process.env.CI === "true") throw cause;
    console.warn("skipped: no CometBFT and no Go to build it with");
    return undefined;
  }
}

/** One validator waits for nobody. */
const QUICK = { proposeMilliseconds: 1000, commitMilliseconds: 1 };

export const SEED = sha256(utf8("log key"));

export function signerOf(origin: string): NoteSigner {
  return { key: verifierKey(origin, "ed25519", publicEd25519(SEED)), seed: SEED };
}

/** A ledger whose one validator runs in a process of its own. */
export type OneValidator = OpenedComet & {
  readonly engine: Engine;
  readonly data: string;
  /** What the application could not answer the engine. */
  readonly failures: unknown[];
};

/** Makes the data directory of the only validator of a ledger. */
export async function beginOneValidator(genesis: Genesis): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), "cityid-comet-"));
  const key = engineKey(sha256(utf8("validator")));
  const nodeKey = engineKey(sha256(utf8("peer")));
  const one = { id: "one", key: key.publicKey, peer: present(fromHex(nodeKey.id), "an id") };
  await createEmbeddedLedger(join(data, "ledger"), { ...genesis, validators: [one] });
  await createEngineHome(engineHome(data), {
    validatorKey: key,
    nodeKey,
    genesis: engineGenesis(chainStart(join(data, "ledger")), [{ ...key, name: "one" }], Date.now()),
    settings: { name: "one", listen: "127.0.0.1:0", peers: [], pace: QUICK },
  });
  return data;
}

/**
 * Starts application and engine, and waits for the first block.
 *
 * @param failAt the engine kills itself at this of its fail points, counted from its start: then nothing is waited for
 */
export async function startOneValidator(
  binary: string,
  data: string,
  origin: string,
  failAt?: number,
): Promise<OneValidator> {
  const home = engineHome(data);
  const failures: unknown[] = [];
  const opened = await openCometLedger({
    directory: join(data, "ledger"),
    origin,
    signers: [signerOf(origin)],
    clock: {
      wallMilliseconds: () => Date.now(),
      monotonicMilliseconds: () => performance.now(),
    },
    workers: 0,
    abciSocket: home.abciSocket,
    rpcSocket: home.rpcSocket,
    software: "test",
    peers: [],
    failed: (cause) => failures.push(cause),
  });
  const engine = startEngine(
    binary,
    home,
    failAt === undefined ? {} : { FAIL_TEST_INDEX: String(failAt) },
  );
  if (failAt !== undefined) return { ...opened, engine, data, failures };
  let ended: string | undefined;
  void engine.ended.then((because) => {
    ended = because;
  });
  while (opened.ledger.unready() !== undefined) {
    if (ended !== undefined) throw new Error(`the engine ended: ${ended}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { ...opened, engine, data, failures };
}
