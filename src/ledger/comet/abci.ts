import {
  type Request,
  type RequestFinalizeBlock,
  type RequestInitChain,
  type RequestPrepareProposal,
  type Response,
  ResponseApplySnapshotChunk_Result,
  ResponseOfferSnapshot_Result,
  ResponseProcessProposal_ProposalStatus,
  ResponseVerifyVoteExtension_VerifyStatus,
} from "cosmjs-types/tendermint/abci/types";
import { fromUtf8, hex, present, rulesAt, voteChanges } from "../../core/index.ts";
import { LedgerFault } from "../fault.ts";
import type { LedgerState } from "../state.ts";
import type { LogStore } from "../stores.ts";
import { isOrderedByValidators } from "../writes-ended.ts";
import { checkAppState, parseAppState } from "./app-state.ts";
import type { Candidates } from "./candidates.ts";
import { appHashOf, type Chain, type DecidedBlock, type Verdict, validatorsOf } from "./chain.ts";
import type { Applied, Joining, Offered } from "./joining.ts";
import type { Rhythm } from "./rhythm.ts";
import type { Snapshots } from "./snapshots.ts";
import type { Answer } from "./socket.ts";

// ABCI 2.0: what the engine asks of the ledger (docs.cometbft.com/v0.38/spec/abci).

/** The whole vocabulary of codes: why an item was refused is no matter of the engine's. */
const CODES: Readonly<Record<Verdict, number>> = { taken: 0, "no transaction": 1, refused: 2 };

/** No gas is counted; only `code` is hashed into the next header. */
const RESULT = { data: new Uint8Array(), log: "", info: "", events: [], codespace: "" };
const NO_GAS = { gasWanted: 0n, gasUsed: 0n };

export type AbciParts = {
  readonly chain: Chain;
  readonly candidates: Candidates;
  readonly rhythm: Rhythm;
  readonly log: LogStore;
  readonly state: LedgerState;
  readonly software: string;
  /** Peers that the operator named, whatever the ledger says: a validator that is behind does not know the newest ones. */
  readonly peers: readonly string[];
  readonly snapshots: Snapshots;
  readonly joining: Joining;
  /** One more transaction for a proposal of this node that has so much room left. */
  readonly propose: (maxBytes: number) => Uint8Array | undefined;
};

/** A transaction takes that much more than its bytes in a block, at most: its tag and its length. */
const TRANSACTION_OVERHEAD_BYTES = 6;

/** Answers the engine. Nothing that a user or another validator sends makes it throw. */
export function abciOf(parts: AbciParts): Answer {
  const { chain, candidates, rhythm, log, state, software, peers, snapshots, joining } = parts;
  return async (request) => {
    const { echo, flush, query } = request;
    if (echo !== undefined) return { echo: { message: echo.message } };
    if (flush !== undefined) return { flush: {} };
    if (request.info !== undefined) return { info: infoOf(chain, state, software) };
    if (query !== undefined) return { query: { ...NO_DATA, code: answerQuery(query.path) } };
    if (request.checkTx !== undefined) {
      const isOne = candidates.of(request.checkTx.tx) !== undefined;
      const code = CODES[isOne ? "taken" : "no transaction"];
      return { checkTx: { code, ...RESULT, ...NO_GAS } };
    }
    if (request.initChain !== undefined) return { initChain: await begin(request.initChain) };
    if (request.prepareProposal !== undefined) {
      return { prepareProposal: { txs: proposalOf(request.prepareProposal) } };
    }
    if (request.processProposal !== undefined) {
      const { txs } = request.processProposal;
      rhythm.proposed();
      const { ACCEPT, REJECT } = ResponseProcessProposal_ProposalStatus;
      // What is refused in it costs room alone; only what no honest proposer would put together is turned down.
      const isFit = txs.every((tx) => candidates.of(tx) !== undefined);
      if (isFit) chain.propose(blockOf(request.processProposal));
      return { processProposal: { status: isFit ? ACCEPT : REJECT } };
    }
    if (request.finalizeBlock !== undefined) {
      return { finalizeBlock: await finalize(request.finalizeBlock) };
    }
    if (request.commit !== undefined) {
      await chain.commit();
      snapshots.committed({ height: chain.height, size: chain.head.size });
      return { commit: { retainHeight: 0n } };
    }
    return (await snapshotAnswer(request)) ?? notOffered(request);
  };

  /** What the engine has been handed by all, and what gathers here at the moment. */
  function proposalOf({ txs, maxTxBytes }: RequestPrepareProposal): Uint8Array[] {
    const known = txs.filter((tx) => candidates.of(tx) !== undefined);
    const room = known.reduce(
      (left, { length }) => left - length - TRANSACTION_OVERHEAD_BYTES,
      Number(maxTxBytes) - TRANSACTION_OVERHEAD_BYTES,
    );
    const own = parts.propose(room);
    return own === undefined ? known : [...known, own];
  }

  /** What validators that join ask for, and what a joining one is given. */
  async function snapshotAnswer(request: Request): Promise<Partial<Response> | undefined> {
    const { listSnapshots, offerSnapshot, loadSnapshotChunk, applySnapshotChunk } = request;
    if (listSnapshots !== undefined) {
      const offers = await snapshots.list(chain.height);
      const listed = offers.map((offer) => ({ ...offer, height: BigInt(offer.height) }));
      return { listSnapshots: { snapshots: listed } };
    }
    if (loadSnapshotChunk !== undefined) {
      const { height, format, chunk } = loadSnapshotChunk;
      const bytes = await snapshots.chunk(Number(height), format, chunk);
      return { loadSnapshotChunk: { chunk: bytes ?? new Uint8Array() } };
    }
    if (offerSnapshot !== undefined) {
      const { snapshot, appHash } = offerSnapshot;
      if (snapshot === undefined) return { offerSnapshot: { result: OFFERED.reject } };
      const offer = { ...snapshot, height: Number(snapshot.height) };
      return { offerSnapshot: { result: OFFERED[joining.offer(offer, appHash)] } };
    }
    if (applySnapshotChunk === undefined) return undefined;
    const { index, chunk, sender } = applySnapshotChunk;
    const applied = await joining.apply(index, chunk);
    const isFalse = applied === "retry";
    return {
      applySnapshotChunk: {
        result: APPLIED[applied],
        refetchChunks: isFalse ? [index] : [],
        rejectSenders: isFalse ? [sender] : [],
      },
    };
  }

  async function begin({ appStateBytes, validators }: RequestInitChain) {
    const { origin, size, root } = chain.head;
    const own = { origin, size, root, genesis: present(log.entry(0), "entry 0") };
    checkAppState(parseAppState(fromUtf8(appStateBytes) ?? ""), own);
    if (!isOrderedByValidators(state)) throw new LedgerFault("LEDGER_CHAIN", { why: "order" });
    checkVoters(validators, voteChanges(undefined, validatorsOf(state)));
    await chain.begin();
    return { validators: [], appHash: appHashOf(chain.head) };
  }

  async function finalize(request: RequestFinalizeBlock) {
    const { verdicts, appHash, votes, nextApp } = await chain.finalize(blockOf(request));
    const txResults = verdicts.map((verdict) => ({ code: CODES[verdict], ...RESULT, ...NO_GAS }));
    const validatorUpdates = votes.map(({ key, power }) => ({
      pubKey: { ed25519: key },
      power: BigInt(power),
    }));
    const decided = { events: [], txResults, validatorUpdates, appHash };
    if (nextApp === undefined) return decided;
    return { ...decided, consensusParamUpdates: { version: { app: BigInt(nextApp) } } };
  }

  /** Only validators of the ledger, voting or not, and peers that the operator named are let in. */
  function answerQuery(path: string): number {
    if (path.startsWith(FILTER_BY_ADDRESS)) return CODES.taken;
    if (!path.startsWith(FILTER_BY_ID)) return CODES["no transaction"];
    const id = path.slice(FILTER_BY_ID.length).toLowerCase();
    const active = validatorsOf(state)?.active ?? [];
    const isKnown = peers.includes(id) || active.some(({ peer }) => hex(peer) === id);
    return isKnown ? CODES.taken : CODES.refused;
  }
}

/** A block, as it is proposed and as it is decided. */
function blockOf({
  txs,
  hash,
  height,
  time,
}: Pick<RequestFinalizeBlock, "txs" | "hash" | "height" | "time">): DecidedBlock {
  return {
    height: Number(height),
    hash,
    timeMilliseconds: Number(time.seconds) * 1000 + Math.floor(time.nanos / 1e6),
    transactions: txs,
  };
}

function infoOf(chain: Chain, state: LedgerState, software: string) {
  return {
    data: "cityid",
    version: software,
    appVersion: BigInt(rulesAt(state, chain.head.height + 1)),
    lastBlockHeight: BigInt(chain.height),
    lastBlockAppHash: chain.height === 0 ? new Uint8Array() : appHashOf(chain.head),
  };
}

// Whom the engine lets in: by what a peer is known as; its address has a port that says nothing.
const FILTER_BY_ID = "/p2p/filter/id/";
const FILTER_BY_ADDRESS = "/p2p/filter/addr/";

/** @throws LedgerFault LEDGER_CHAIN where others vote in the chain than in the ledger */
function checkVoters(
  chain: RequestInitChain["validators"],
  ledger: readonly { readonly key: Uint8Array }[],
): void {
  const inChain = chain.map(({ pubKey, power }) => `${power} ${hex(keyOf(pubKey))}`).sort();
  const inLedger = ledger.map(({ key }) => `1 ${hex(key)}`).sort();
  if (inChain.join() === inLedger.join()) return;
  throw new LedgerFault("LEDGER_CHAIN", {
    why: "validators",
    want: inLedger.join(),
    got: inChain.join(),
  });
}

function keyOf(key: RequestInitChain["validators"][number]["pubKey"]): Uint8Array {
  return key.ed25519 ?? new Uint8Array();
}

/** The ledger is read over HTTP. */
const NO_DATA = {
  log: "",
  info: "",
  index: 0n,
  key: new Uint8Array(),
  value: new Uint8Array(),
  height: 0n,
  codespace: "",
};

const OFFERED: Readonly<Record<Offered, ResponseOfferSnapshot_Result>> = {
  accept: ResponseOfferSnapshot_Result.ACCEPT,
  reject: ResponseOfferSnapshot_Result.REJECT,
  abort: ResponseOfferSnapshot_Result.ABORT,
};

const APPLIED: Readonly<Record<Applied, ResponseApplySnapshotChunk_Result>> = {
  accept: ResponseApplySnapshotChunk_Result.ACCEPT,
  retry: ResponseApplySnapshotChunk_Result.RETRY,
  reject: ResponseApplySnapshotChunk_Result.REJECT_SNAPSHOT,
};

/** Vote extensions are not offered. */
function notOffered(request: Request): Partial<Response> {
  if (request.extendVote !== undefined) return { extendVote: { voteExtension: new Uint8Array() } };
  if (request.verifyVoteExtension !== undefined) {
    const { REJECT } = ResponseVerifyVoteExtension_VerifyStatus;
    return { verifyVoteExtension: { status: REJECT } };
  }
  throw new LedgerFault("LEDGER_CHAIN", { why: "request" });
}
