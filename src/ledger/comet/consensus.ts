import { hex } from "../../core/index.ts";
import type { LedgerState } from "../state.ts";
import { type Chain, validatorsOf } from "./chain.ts";
import { engineId } from "./engine-id.ts";
import type { Rpc } from "./rpc.ts";

/** What a validator sees of consensus. What only its engine knows is absent while that does not answer. */
export type ConsensusStatus = {
  /** Of the engine, empty blocks included. */
  readonly height: number;
  /** Validators that vote, as the ledger has it. */
  readonly voters: number;
  /** Those whose votes stand in the newest block, for the one before it. */
  readonly signing?: number;
  /** Names of the others that vote. */
  readonly silent?: readonly string[];
  readonly peers?: number;
  /** Names of the validators of the ledger that this one has no connection with. */
  readonly unconnected?: readonly string[];
  /** It takes blocks that others have decided, and does not vote yet. */
  readonly catchingUp?: boolean;
  /** Transactions that wait. */
  readonly mempool?: number;
  /** Of all blocks since the start, from the moment they were decided to that in which they were durable here. */
  readonly commits: { readonly count: number; readonly sumMilliseconds: number };
};

/** The engine is asked so often; one that has not answered, every second. */
const PAUSE_MILLISECONDS = 5000;
const TURN_MILLISECONDS = 1000;

/** The engine's word for a vote for the block. */
const FOR_THE_BLOCK = 2;

type Asked = Pick<ConsensusStatus, "catchingUp" | "mempool"> & {
  /** Addresses of those that signed. */
  readonly signers?: ReadonlySet<string>;
  /** Names of the peers, and of this one among them. */
  readonly peers?: ReadonlySet<string>;
  readonly own?: string;
};

/** Watches consensus, for whoever looks after a validator. */
export class ConsensusWatch {
  readonly #rpc: Pick<Rpc, "ask">;
  readonly #chain: Pick<Chain, "height" | "commits">;
  readonly #state: LedgerState;
  readonly #timer: ReturnType<typeof setInterval>;
  #asked: Asked = {};
  #asking = false;
  #turns = 0;

  constructor(rpc: Pick<Rpc, "ask">, chain: Pick<Chain, "height" | "commits">, state: LedgerState) {
    this.#rpc = rpc;
    this.#chain = chain;
    this.#state = state;
    this.#timer = setInterval(() => void this.#turn(), TURN_MILLISECONDS);
    this.#timer.unref();
  }

  status(): ConsensusStatus {
    const { height, commits } = this.#chain;
    const { signers, peers, own, catchingUp, mempool } = this.#asked;
    const active = validatorsOf(this.#state)?.active ?? [];
    const voting = active.filter(({ power }) => power === 1);
    const silent = signers && voting.filter(({ key }) => !signers.has(engineId(key)));
    const unconnected =
      peers && active.filter(({ peer }) => hex(peer) !== own && !peers.has(hex(peer)));
    return {
      ...{ height, voters: voting.length, commits },
      ...(signers && silent && { signing: signers.size, silent: silent.map(({ id }) => id) }),
      ...(peers &&
        unconnected && { peers: peers.size, unconnected: unconnected.map(({ id }) => id) }),
      ...(catchingUp === undefined ? {} : { catchingUp }),
      ...(mempool === undefined ? {} : { mempool }),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #turn(): Promise<void> {
    const isDue = ++this.#turns % (PAUSE_MILLISECONDS / TURN_MILLISECONDS) === 0;
    // One that hangs is not asked more while it is asked.
    if (this.#asking || !(isDue || this.#asked.own === undefined)) return;
    this.#asking = true;
    await this.ask();
    this.#asking = false;
  }

  async ask(): Promise<void> {
    // The newest block's own votes are known as they were when it was decided: late ones come to stand in the next block.
    const height = this.#chain.height - 1;
    const [itself, net, waiting, commit] = await Promise.all([
      this.#rpc.ask<StatusAnswer>("status"),
      this.#rpc.ask<NetAnswer>("net_info"),
      this.#rpc.ask<{ readonly n_txs?: string }>("num_unconfirmed_txs"),
      height < 1 ? undefined : this.#rpc.ask<CommitAnswer>("commit", { height: `${height}` }),
    ]);
    const mempool = Number(waiting?.n_txs);
    const signers = addressesOf(commit);
    const peers = net?.peers?.map(({ node_info }) => `${node_info?.id}`);
    const own = itself?.node_info?.id;
    const catchingUp = itself?.sync_info?.catching_up;
    this.#asked = {
      ...(signers === undefined ? {} : { signers }),
      ...(peers === undefined ? {} : { peers: new Set(peers) }),
      ...(own === undefined ? {} : { own }),
      ...(catchingUp === undefined ? {} : { catchingUp }),
      ...(Number.isSafeInteger(mempool) ? { mempool } : {}),
    };
  }
}

type NodeInfo = { readonly id?: string };

type StatusAnswer = {
  readonly node_info?: NodeInfo;
  readonly sync_info?: { readonly catching_up?: boolean };
};

type NetAnswer = { readonly peers?: readonly { readonly node_info?: NodeInfo }[] };

type CommitAnswer = {
  readonly signed_header?: {
    readonly commit?: {
      readonly signatures?: readonly {
        readonly block_id_flag?: number;
        readonly validator_address?: string;
      }[];
    };
  };
};

function addressesOf(answer: CommitAnswer | undefined): ReadonlySet<string> | undefined {
  const signatures = answer?.signed_header?.commit?.signatures;
  const given = signatures?.filter((each) => each.block_id_flag === FOR_THE_BLOCK);
  return given && new Set(given.map((each) => `${each.validator_address}`.toLowerCase()));
}
