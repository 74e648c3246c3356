import type { LedgerState } from "../state.ts";
import { type Chain, validatorsOf } from "./chain.ts";
import type { Rpc } from "./rpc.ts";

/** What a validator sees of consensus. What only its engine knows is absent while that does not answer. */
export type ConsensusStatus = {
  /** Of the engine, empty blocks included. */
  readonly height: number;
  /** Validators that vote, as the ledger has it. */
  readonly voters: number;
  /** Those whose votes the last block was decided with. */
  readonly signing?: number;
  readonly peers?: number;
  /** Transactions that wait. */
  readonly mempool?: number;
  /** Of all blocks since the start, from the moment they were decided to that in which they were durable here. */
  readonly commits: { readonly count: number; readonly sumMilliseconds: number };
};

/** The engine is asked so often. */
const PAUSE_MILLISECONDS = 5000;

/** The engine's word for a vote for the block. */
const FOR_THE_BLOCK = 2;

type Asked = Pick<ConsensusStatus, "signing" | "peers" | "mempool">;

/** Watches consensus, for whoever looks after a validator. */
export class ConsensusWatch {
  readonly #rpc: Rpc;
  readonly #chain: Chain;
  readonly #state: LedgerState;
  readonly #timer: ReturnType<typeof setInterval>;
  #asked: Asked = {};

  constructor(rpc: Rpc, chain: Chain, state: LedgerState) {
    this.#rpc = rpc;
    this.#chain = chain;
    this.#state = state;
    this.#timer = setInterval(() => void this.#ask(), PAUSE_MILLISECONDS);
    this.#timer.unref();
  }

  status(): ConsensusStatus {
    const { height, commits } = this.#chain;
    const active = validatorsOf(this.#state)?.active ?? [];
    const voters = active.filter(({ power }) => power === 1).length;
    return { height, voters, commits, ...this.#asked };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const [net, waiting, commit] = await Promise.all([
      this.#rpc.ask<{ readonly n_peers?: string }>("net_info"),
      this.#rpc.ask<{ readonly n_txs?: string }>("num_unconfirmed_txs"),
      this.#rpc.ask<CommitAnswer>("commit"),
    ]);
    const signatures = commit?.signed_header?.commit?.signatures;
    const signing = signatures?.filter((each) => each.block_id_flag === FOR_THE_BLOCK).length;
    this.#asked = {
      ...(signing === undefined ? {} : { signing }),
      ...counted("peers", net?.n_peers),
      ...counted("mempool", waiting?.n_txs),
    };
  }
}

type CommitAnswer = {
  readonly signed_header?: {
    readonly commit?: { readonly signatures?: readonly { readonly block_id_flag?: number }[] };
  };
};

function counted(name: "peers" | "mempool", text: string | undefined): Asked {
  const count = Number(text);
  return Number.isSafeInteger(count) ? { [name]: count } : {};
}
