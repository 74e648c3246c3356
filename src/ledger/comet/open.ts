import { join } from "node:path";
import { nodeFiles } from "../../log/index.ts";
import {
  type OpenStores,
  openStores,
  type Recovery,
  type StoresOptions,
} from "../embedded/open-stores.ts";
import { LedgerFault } from "../fault.ts";
import { closeParts, LocalLedger } from "../ledger.ts";
import type { Ledger } from "../port.ts";
import { Precheck } from "../precheck.ts";
import type { WriterHooks } from "../writer.ts";
import { unknownRules } from "../writes-ended.ts";
import { abciOf } from "./abci.ts";
import { Candidates } from "./candidates.ts";
import { Chain } from "./chain.ts";
import { LogChunks } from "./chunks.ts";
import { type ConsensusStatus, ConsensusWatch } from "./consensus.ts";
import { Heights } from "./heights.ts";
import { Joining } from "./joining.ts";
import { Rhythm } from "./rhythm.ts";
import { Rpc } from "./rpc.ts";
import { Snapshots } from "./snapshots.ts";
import { type AbciServer, checkSocketPath, serveAbci } from "./socket.ts";
import { CometWriter } from "./writer.ts";

export type CometOptions = StoresOptions & {
  /** Unix socket on which the engine finds this application. */
  readonly abciSocket: string;
  /** Unix socket on which this application finds the engine. */
  readonly rpcSocket: string;
  /** Names of peers that the engine may connect to beside those that the ledger lists. */
  readonly peers: readonly string[];
  /** How far apart the heights are that are offered to validators that join, and how long a chunk is. */
  readonly snapshots?: { readonly every?: number; readonly chunkBytes?: number };
  /** Version of this program, for the engine's log. */
  readonly software: string;
  /** Without a block for so long, writes are refused. */
  readonly stalledMilliseconds?: number;
  /** Told when the engine could not be answered: both have to be started again. */
  readonly failed: (cause: unknown) => void;
};

/** Four times the interval in which an idle chain makes empty blocks. */
const STALLED_MILLISECONDS = 20_000;

export type OpenedComet = {
  readonly ledger: Ledger;
  readonly recovery: Recovery;
  readonly journalEnd: () => number;
  /** Nothing to confirm: what a validator that was restored lacks, it gets from the others before it takes part. */
  readonly confirmRestored: () => void;
  /** The last committed height of the engine. */
  readonly height: () => number;
  /** For whoever looks after the validator. */
  readonly consensus: () => ConsensusStatus;
};

/**
 * Opens a ledger whose blocks CometBFT orders, and waits for the engine to connect. Directory and log are those of the
 * embedded driver.
 *
 * @throws what opening an embedded ledger does; LedgerFault LEDGER_SOCKET, LEDGER_CHAIN, LEDGER_RULES
 */
export async function openCometLedger(options: CometOptions): Promise<OpenedComet> {
  checkSocketPath(options.rpcSocket);
  checkSocketPath(options.abciSocket);
  const stores = await openStores(options);
  try {
    return await openOn(stores, options);
  } catch (cause) {
    await closeParts(stores.parts, stores.head);
    throw cause;
  }
}

async function openOn(stores: OpenStores, options: CometOptions): Promise<OpenedComet> {
  const { head, parts } = stores;
  const rules = unknownRules(parts.state, head.height + 1);
  if (rules !== undefined) throw rules;
  const heights = await Heights.open(nodeFiles, join(options.directory, "heights"));
  let writer: CometWriter | undefined;
  try {
    return await serveOn(stores, heights, options, (made) => {
      writer = made;
    });
  } catch (cause) {
    // The writer closes the heights too.
    await (writer === undefined ? heights.close() : writer.close());
    throw cause;
  }
}

async function serveOn(
  stores: OpenStores,
  heights: Heights,
  options: CometOptions,
  wrote: (writer: CometWriter) => void,
): Promise<OpenedComet> {
  const { directory, origin, abciSocket, rpcSocket, software, peers } = options;
  const { parts, head, signing, recovery, journalEnd, keepSnapshots } = stores;
  const { state, log, clock, pool } = parts;
  const precheck = new Precheck(pool);
  const candidates = new Candidates(precheck, parts);
  let server: AbciServer | undefined;
  let hooks: WriterHooks | undefined;
  const chain = new Chain(
    { ...parts, heights, precheck, candidates },
    {
      origin,
      signers: signing,
      head,
      committed: (newest, block) => hooks?.committed(newest, block),
      settled: (items) => writer.settle(items),
    },
  );
  const rpc = new Rpc(rpcSocket);
  const rhythm = new Rhythm(clock, () => candidates.some);
  const watch = new ConsensusWatch(rpc, chain, state);
  const writer = new CometWriter(
    chain,
    { log, state, precheck, clock, rpc, candidates, rhythm },
    {
      origin,
      behind: () => hooks?.behind(),
      stalledMilliseconds: options.stalledMilliseconds ?? STALLED_MILLISECONDS,
      async stop() {
        watch.close();
        await server?.close();
        heights.close();
      },
    },
  );
  wrote(writer);
  const chunks = new LogChunks(log, options.snapshots?.chunkBytes);
  const snapshots = new Snapshots(chunks, options.snapshots?.every);
  snapshots.committed({ height: chain.height, size: head.size }, true);
  const joining = new Joining(directory, chain, (index) => log.entry(index));
  const abci = abciOf({
    ...{ chain, candidates, rhythm, log, state, software, peers, snapshots, joining },
    propose: (maxBytes) => writer.propose(maxBytes),
  });
  const ledger = new LocalLedger(parts, head, (given) => {
    hooks = given;
    return writer;
  });
  keepSnapshots(ledger);
  server = await serveAbci(abciSocket, abci, (cause) => {
    const fault = new LedgerFault("LEDGER_WRITE", { height: chain.height }, { cause });
    writer.fail(cause instanceof LedgerFault ? cause : fault);
    options.failed(cause);
  });
  return {
    ledger,
    recovery,
    journalEnd,
    confirmRestored: () => undefined,
    height: () => chain.height,
    consensus: () => watch.status(),
  };
}
