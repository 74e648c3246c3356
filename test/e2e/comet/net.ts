import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { formatVerifierKey, type Genesis } from "../../../src/core/index.ts";
import {
  beginNet,
  type NetValidator,
  runValidator,
  validatorPolicy,
} from "../../../src/node/comet/index.ts";
import { logKey } from "../../../src/node/log-key.ts";
import { discard } from "../../discard.ts";
import { MAIN, until } from "../../node/real-node.ts";
import { LOG_SEED } from "../../sdk/world.ts";
import { type Relays, relayed } from "./relays.ts";

/** A validator of a net under test: real processes, which are started again when they are killed. */
export type TestValidator = NetValidator & {
  /** Those that run now. */
  readonly pair: () => {
    readonly url: string;
    readonly application: number;
    readonly engine: number;
  };
  /** How often the pair was started again, and why. */
  readonly restarts: string[];
  /** Asks both to end, for good. */
  stop(): Promise<void>;
  /** @param entry another program than the one that everybody runs */
  start(entry?: string): void;
};

export type TestNet = AsyncDisposable & {
  readonly validators: readonly TestValidator[];
  readonly genesis: Genesis;
  readonly root: string;
  /** Between the engines. */
  readonly relays: Relays;
};

/**
 * Begins a net of so many validators on this machine, whose cosignatures its policy asks for, and starts them; resolves when
 * each of them takes writes.
 */
export async function startNet(options: {
  readonly binary: string;
  readonly genesis: Genesis;
  readonly count: number;
}): Promise<TestNet> {
  const root = mkdtempSync(join(tmpdir(), "cityid-net-"));
  const validators = Array.from({ length: options.count }, (_, i) => ({
    name: `v${i + 1}`,
    dataDirectory: join(root, `v${i + 1}`),
    host: `127.0.0.${i + 1}`,
  }));
  const port = await freePort();
  const { origin } = options.genesis;
  const addressed = validators.map((each) => ({ ...each, url: `http://${each.host}:${port}` }));
  const vkey = formatVerifierKey(logKey(origin, LOG_SEED));
  const policy = await validatorPolicy(addressed, { origin, vkey });
  const peerPort = await freePort();
  const genesis = await beginNet({
    validators: addressed,
    genesis: { ...options.genesis, policy },
    logSeed: LOG_SEED,
    peerPort,
    // An idle chain shows sooner that it lives, and so a stalled one that it does not.
    pace: { proposeMilliseconds: 1000, commitMilliseconds: 20, idleMilliseconds: 2000 },
  });
  const relays = await relayed(validators, peerPort);
  const running = validators.map((validator) => runTestValidator(validator, port, options.binary));
  for (const { start } of running) start();
  await Promise.all(running.map(isReady));
  return {
    validators: running,
    genesis,
    root,
    relays,
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map(({ stop }) => stop()));
      await relays[Symbol.asyncDispose]();
      discard(root);
    },
  };
}

/** Resolves when a validator takes writes. */
export async function isReady({ pair }: TestValidator): Promise<void> {
  await until(async () => {
    const answer = await fetch(`${pair().url}/readyz`).catch(() => undefined);
    return answer?.status === 200 ? true : undefined;
  });
}

/** A validator in a directory that has everything. */
export function runTestValidator(
  validator: NetValidator,
  port: number,
  binary: string,
): TestValidator {
  const { dataDirectory, host } = validator;
  const restarts: string[] = [];
  let pair = { url: `http://${host}:${port}`, application: 0, engine: 0 };
  let ending = new AbortController();
  let ended: Promise<number> | undefined;
  return {
    ...validator,
    pair: () => pair,
    restarts,
    start(entry = MAIN) {
      ending = new AbortController();
      ended = runValidator({
        ...{ dataDirectory, binary, entry, signal: ending.signal },
        arguments: [
          ...["validator", "--supervised", "--data", dataDirectory],
          ...["--host", host, "--port", String(port)],
        ],
        onRunning: ({ url, applicationPid, enginePid }) => {
          pair = { url, application: applicationPid, engine: enginePid };
        },
        onRestart: ({ because }) => restarts.push(because),
      });
    },
    async stop() {
      ending.abort();
      await ended;
    },
  };
}
