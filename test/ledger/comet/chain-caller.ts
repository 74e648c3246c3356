import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Request, Response } from "cosmjs-types/tendermint/abci/types";
import { publicEd25519 } from "#crypto";
import {
  type FoundingValidator,
  type Genesis,
  hex,
  present,
  sha256,
  utf8,
  verifierKey,
} from "../../../src/core/index.ts";
import { FrameReader, frame } from "../../../src/ledger/comet/framing.ts";
import {
  type CometOptions,
  formatAppState,
  openCometLedger,
} from "../../../src/ledger/comet/index.ts";
import { encodeTransaction } from "../../../src/ledger/comet/transaction.ts";
import { createEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import type { Ledger } from "../../../src/ledger/index.ts";
import { chainStart } from "../../../src/node/comet/chain-start.ts";
import { GENESIS, ORIGIN, START_MILLISECONDS, testKey } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";

// Plays the engine's part over the real socket, block by block: what consensus decides is what the test says.

export const keyOf = (word: string): Uint8Array => testKey(word).key.get(-2) as Uint8Array;
export const peerOf = (word: string): Uint8Array => sha256(utf8(word)).subarray(0, 20);

export function founding(...ids: readonly string[]): readonly FoundingValidator[] {
  return ids.map((id) => ({ id, key: keyOf(id), peer: peerOf(id) }));
}

export const VALIDATED: Genesis = { ...GENESIS, validators: founding("v1", "v2", "v3", "v4") };

const SEED = sha256(utf8("log key"));

export class CalledLedger implements AsyncDisposable {
  readonly directory: string;
  readonly failures: unknown[] = [];
  readonly #more: Partial<CometOptions>;
  #opened: Awaited<ReturnType<typeof openCometLedger>> | undefined;
  #call: ((request: Partial<Request>) => Promise<Response>) | undefined;
  #close: () => void = () => undefined;
  height = 0;
  now = START_MILLISECONDS;

  constructor(more: Partial<CometOptions> = {}) {
    this.directory = mkdtempSync(join(tmpdir(), "cityid-called-"));
    this.#more = more;
  }

  /** Begins the ledger and its chain. */
  static async begin(
    genesis: Genesis = VALIDATED,
    more: Partial<CometOptions> = {},
  ): Promise<CalledLedger> {
    const called = new CalledLedger(more);
    await createEmbeddedLedger(join(called.directory, "ledger"), genesis);
    await called.open();
    await called.initChain(genesis.validators?.map(({ key }) => key) ?? []);
    return called;
  }

  get ledger(): Ledger {
    return present(this.#opened, "an open ledger").ledger;
  }

  async open(): Promise<void> {
    const signer = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(SEED)), seed: SEED };
    const abciSocket = join(this.directory, "abci.sock");
    this.#opened = await openCometLedger({
      directory: join(this.directory, "ledger"),
      origin: ORIGIN,
      signers: [signer],
      clock: {
        wallMilliseconds: () => Date.now(),
        monotonicMilliseconds: () => performance.now(),
      },
      workers: 0,
      abciSocket,
      rpcSocket: join(this.directory, "rpc.sock"),
      software: "test",
      peers: [hex(peerOf("friend"))],
      failed: (cause) => this.failures.push(cause),
      ...this.#more,
    });
    this.height = this.#opened.height();
    [this.#call, this.#close] = await caller(abciSocket);
  }

  async close(): Promise<void> {
    this.#close();
    await this.#opened?.ledger[Symbol.asyncDispose]();
    this.#opened = undefined;
  }

  call(request: Partial<Request>): Promise<Response> {
    return present(this.#call, "a connection")(request);
  }

  initChain(keys: readonly Uint8Array[], state = chainStart(join(this.directory, "ledger"))) {
    return this.call({
      initChain: {
        time: { seconds: 0n, nanos: 0 },
        chainId: "test",
        consensusParams: undefined,
        validators: keys.map((ed25519) => ({ pubKey: { ed25519 }, power: 1n })),
        appStateBytes: utf8(JSON.stringify(formatAppState(state))),
        initialHeight: 1n,
      },
    } as unknown as Partial<Request>);
  }

  /** Proposes the next block, with these items as one transaction. @param name of a block other than the one that is decided */
  propose(items: readonly Uint8Array[], name?: string): Promise<Response> {
    return this.call({ processProposal: this.#block(items, name) } as unknown as Partial<Request>);
  }

  /** What this validator proposes, where the engine has been handed these transactions. */
  prepare(txs: readonly Uint8Array[], maxTxBytes: number): Promise<Response> {
    const { height, time } = this.#block([]);
    const asked = { txs, maxTxBytes: BigInt(maxTxBytes), height, time };
    return this.call({ prepareProposal: asked } as unknown as Partial<Request>);
  }

  /** The next block, with these items as one transaction; not committed. */
  finalize(items: readonly Uint8Array[]): Promise<Response> {
    return this.call({ finalizeBlock: this.#block(items) } as unknown as Partial<Request>);
  }

  #block(items: readonly Uint8Array[], name = "block") {
    const height = this.height + 1;
    return {
      txs: items.length === 0 ? [] : [encodeTransaction(items)],
      hash: sha256(utf8(`${name} ${height}`)),
      height: BigInt(height),
      time: { seconds: BigInt(Math.floor(this.now / 1000)), nanos: 0 },
    };
  }

  /** Decides and commits a block. */
  async block(...items: readonly Uint8Array[]): Promise<NonNullable<Response["finalizeBlock"]>> {
    const { finalizeBlock, exception } = await this.finalize(items);
    if (finalizeBlock === undefined) throw new Error(exception?.error);
    await this.call({ commit: {} });
    this.height += 1;
    this.now += 1000;
    return finalizeBlock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    discard(this.directory);
  }
}

async function caller(
  path: string,
): Promise<[(request: Partial<Request>) => Promise<Response>, () => void]> {
  const socket = connect(path);
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const waiting: PromiseWithResolve[] = [];
  const reader = new FrameReader();
  socket.on("data", (piece: Uint8Array) => {
    for (const message of reader.take(piece)) waiting.shift()?.resolve(Response.decode(message));
  });
  socket.on("close", () => {
    for (const { reject } of waiting.splice(0)) reject(new Error("the ledger hung up"));
  });
  const call = (request: Partial<Request>) =>
    new Promise<Response>((resolve, reject) => {
      waiting.push({ resolve, reject });
      socket.write(frame(Request.encode(Request.fromPartial(request)).finish()));
    });
  return [call, () => socket.destroy()];
}

type PromiseWithResolve = {
  readonly resolve: (response: Response) => void;
  readonly reject: (cause: Error) => void;
};
