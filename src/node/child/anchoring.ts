import { pause } from "../../audit/index.ts";
import {
  ANCHOR_PAUSE_MILLISECONDS,
  type AnchorItem,
  type AnchorValue,
  certain,
  type Delegation,
  equalBytes,
  type Hash,
  hashLeaf,
  parseCheckpoint,
  present,
  rootFromInclusion,
  rootsOfGrowth,
} from "../../core/index.ts";
import type { Head, LedgerReader } from "../../ledger/index.ts";
import type { Client } from "../../sdk/index.ts";
import type { FraudProof } from "../../witness/index.ts";
import type { NodeLog } from "../log.ts";
import { ChildFault } from "./fault.ts";
import { type Delegate, readParent, submitToParent } from "./parent.ts";
import { delegationTo, mustBelieve } from "./vouched.ts";

export type AnchoringOptions = {
  readonly ledger: LedgerReader;
  readonly parent: Client;
  readonly delegate: Delegate;
  readonly nowMilliseconds: () => number;
  /** Keeps the proof that there are two ledgers of this key. */
  readonly fraud?: (proof: FraudProof) => Promise<void>;
};

/** What one round came to. `size` is the one that the parent has now. */
export type Anchored = { readonly size: number; readonly isNew: boolean };

/**
 * Brings the newest published checkpoint of this ledger into its parent. Everything that the parent missed is in that one:
 * a consistency path leads there from whatever it anchored last.
 *
 * @throws ChildFault; ApiProblem, NodeUnreachable
 */
export async function anchorOnce(options: AnchoringOptions): Promise<Anchored> {
  const { ledger, parent, delegate, nowMilliseconds } = options;
  const { code } = delegate;
  const head = ledger.published();
  const { record, anchor } = await readParent(parent, code);
  const delegation = delegationTo(head.origin, code, record);
  mustBelieve(certain(parseCheckpoint(head.checkpoint), "a checkpoint"), code, delegation);
  const branch = branchOf(ledger, head, delegate, delegation, anchor);
  if (branch !== undefined) {
    await options.fraud?.(branch.proof);
    // What the parent refuses it keeps the proof of.
    const operation = { op: "anchor", items: [branch.item] } as const;
    await submitToParent(parent, delegate, operation, nowMilliseconds()).catch(unlessRefused);
    throw new ChildFault("PARENT_BRANCH", { size: branch.size });
  }
  const item = itemFor(ledger, head, delegate, delegation, anchor);
  if (item === undefined) return { size: head.size, isNew: false };
  await submitToParent(parent, delegate, { op: "anchor", items: [item] }, nowMilliseconds());
  return { size: head.size, isNew: true };
}

/** What would anchor this head; `undefined` where the parent has it. */
function itemFor(
  ledger: LedgerReader,
  { size, checkpoint }: Head,
  { code }: Delegate,
  { op }: Delegation,
  anchor: AnchorValue | undefined,
): AnchorItem | undefined {
  if (anchor === undefined || !equalBytes(anchor.delegation, op)) {
    const genesis = hashLeaf(present(ledger.entry(0), "entry 0"));
    return { code, checkpoint, genesis, path: ledger.inclusion(0, size) };
  }
  const last = parseCheckpoint(anchor.checkpoint);
  const known = last.ok ? last.value.size : Number.NaN;
  if (known === size) return undefined;
  if (!(known < size)) throw new ChildFault("PARENT_AHEAD", { got: size, want: known });
  return { code, checkpoint, consistency: ledger.consistency(known, size) };
}

/** Another history than the parent has anchored, and what shows it. */
type Branch = {
  /** Entries that are anchored, where this ledger had another root. */
  readonly size: number;
  readonly item: AnchorItem;
  readonly proof: FraudProof;
};

/** Whether the parent has seen another history of this log: then somebody wrote on from a copy of this ledger. */
function branchOf(
  ledger: LedgerReader,
  { size, checkpoint, origin }: Head,
  { code }: Delegate,
  { op }: Delegation,
  anchor: AnchorValue | undefined,
): Branch | undefined {
  if (anchor === undefined || !equalBytes(anchor.delegation, op)) return undefined;
  const last = parseCheckpoint(anchor.checkpoint);
  if (!last.ok || last.value.size > size) return undefined;
  const known = last.value.size;
  const own = rootAt(ledger, known);
  if (equalBytes(own, last.value.root)) return undefined;
  const path = ledger.consistency(known, size);
  // Where the whole first tree is one subtree, the path would leave out what shows that it is another one.
  const isShown = known === size || rootsOfGrowth({ first: known, second: size, path }).ok;
  const nodes = isShown ? path : [own, ...path];
  const proof = { origin, first: anchor.checkpoint, second: checkpoint };
  return {
    size: known,
    item: { code, checkpoint, consistency: nodes },
    proof: known === size ? proof : { ...proof, nodes },
  };
}

function rootAt(ledger: LedgerReader, size: number): Hash {
  const index = size - 1;
  const leaf = hashLeaf(present(ledger.entry(index), `entry ${index}`));
  const proof = { index, size, path: ledger.inclusion(index, size) };
  return certain(rootFromInclusion(leaf, proof), "a path of this ledger");
}

function unlessRefused(cause: unknown): void {
  if (!(cause instanceof ChildFault) || cause.code !== "PARENT_REFUSED") throw cause;
}

/** While it lasts: a little more than the parent's pause, so that no round comes too early. */
const ROUND_MILLISECONDS = ANCHOR_PAUSE_MILLISECONDS + 2000;

/** After a round that failed; the parent may only be restarting. */
const RETRY_MILLISECONDS = 5000;

/** Of one request to the parent, which may be busy. */
export const PATIENCE_MILLISECONDS = 30_000;

/**
 * Anchors again and again until it is disposed of, which breaks off a round under way. The ledger goes on writing whatever becomes of its parent; what is missed
 * is made up for by the next round that succeeds.
 */
export function startAnchoring(
  options: AnchoringOptions & { readonly log: NodeLog },
): AsyncDisposable {
  const ending = new AbortController();
  const { signal } = ending;
  const parent = options.parent.within({ signal, timeoutMilliseconds: PATIENCE_MILLISECONDS });
  const running = anchorUntil(signal, { ...options, parent });
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await running;
    },
  };
}

async function anchorUntil(
  signal: AbortSignal,
  { log, ...options }: AnchoringOptions & { readonly log: NodeLog },
): Promise<void> {
  let said = "";
  while (!signal.aborted) {
    let milliseconds = ROUND_MILLISECONDS;
    try {
      const { size, isNew } = await anchorOnce(options);
      if (isNew) log.info("anchored", { size });
      said = "";
    } catch (cause) {
      if (signal.aborted) return;
      milliseconds = RETRY_MILLISECONDS;
      // Once for each way to fail: a parent may be away for days.
      const text = String(cause instanceof Error ? cause.message : cause);
      if (text !== said) log.error("not anchored", { cause: text });
      said = text;
    }
    await pause(milliseconds, signal);
  }
}
