import {
  type AnchorValue,
  ancestorsOf,
  anchorKey,
  type Code,
  type CodeRecord,
  codeKey,
  type Delegation,
  decodeCbor,
  equalBytes,
  err,
  fromBase64,
  isBelow,
  MAX_URL_BYTES,
  ok,
  parsePolicy,
  parseTlogProof,
  type Result,
} from "../../core/index.ts";
import { type ChainRefusal, type ChainVerdict, verifyProofChain } from "../../verify/index.ts";
import type { Services } from "../services.ts";

/** A code of this ledger whose delegation is in force. */
export type Delegated = CodeRecord & { readonly delegation: Delegation };

/** What another node answered: an array of proofs, which nothing is known of yet. */
export type Elements = readonly Readonly<Record<string, unknown>>[];

/** The part of it that begins with this ledger, verified, and the size of this ledger that it begins at. */
export type Judged = { readonly elements: Elements; readonly size: number };

export type JudgeRefusal =
  | ChainRefusal
  /** The chain is right, and not about what was asked. */
  | { readonly code: "delegation" | "anchor" | "key" | "begin" };

/**
 * Checks a chain that leads from this ledger to `code`: under the own policy, and through the delegation as the own state
 * shows it now. An older proof of that delegation may name an older anchor, from which another branch of the child's log
 * would grow as well: such a one is taken only as long as the child may not have heard of the new one.
 */
export async function judgeChain(
  { ledger, node, clock, state }: Pick<Services, "ledger" | "node" | "clock" | "state">,
  all: Elements,
  code: Code,
  { code: top, delegation }: Delegated,
): Promise<Result<Judged, JudgeRefusal>> {
  const { origin } = ledger.head();
  const checkpoints = all.map(({ log }) => parseTlogProof(String(log)));
  const first = checkpoints.findIndex((each) => each.ok && each.value.checkpoint.origin === origin);
  const begin = checkpoints[first];
  if (!begin?.ok) return err({ code: "begin" });
  const policy = parsePolicy(node.policy);
  if (!policy.ok) return policy;
  const nowSeconds = Math.floor(clock() / 1000);
  const elements = all.slice(first);
  const maxAgeSeconds = Number.POSITIVE_INFINITY;
  const chain = await verifyProofChain(elements, {
    policy: policy.value,
    nowSeconds,
    maxAgeSeconds,
  });
  if (!chain.ok) return chain;
  const [link] = chain.value.links;
  const op = link?.verdict.record?.delegation?.op;
  if (link?.code !== top || op === undefined || !equalBytes(op, delegation.op)) {
    return err({ code: "delegation" });
  }
  if (chain.value.last.key !== codeKey(code)) return err({ code: "key" });
  const anchor = state.get(anchorKey(top));
  if (!isAnchoredLike(chain.value, anchor, top, clock())) return err({ code: "anchor" });
  return ok({ elements, size: begin.value.checkpoint.size });
}

/** A child asks its parent at most every 5 s, and both answers travel. */
const OLD_ANCHOR_MILLISECONDS = 30_000;

function isAnchoredLike(
  { links: [link] }: ChainVerdict,
  anchor: AnchorValue | undefined,
  top: Code,
  nowMilliseconds: number,
): boolean {
  const shown = link?.verdict.more.find(({ key }) => key === anchorKey(top))?.value;
  const value = shown && decodeCbor(shown);
  const checkpoint = value?.ok ? (value.value as unknown as AnchorValue).checkpoint : undefined;
  if (anchor === undefined || checkpoint === undefined) return false;
  return anchor.checkpoint === checkpoint || nowMilliseconds - anchor.at <= OLD_ANCHOR_MILLISECONDS;
}

/**
 * Where a chain ends at a ledger that says that it delegated the code itself: to where. That is its word alone; the chain
 * that is fetched there is verified as a whole.
 *
 * @param above the delegated code that led to the ledger that answered; the next one must be below it
 */
export function delegatedFurther(
  all: Elements,
  code: Code,
  above: Code,
): { readonly code: Code; readonly url: string } | undefined {
  const last = all.at(-1);
  const more = Array.isArray(last?.more) ? (last.more as Elements) : [];
  for (const next of [...ancestorsOf(code)].reverse()) {
    if (!isBelow(next, above)) continue;
    const text = more.find((each) => each?.key === codeKey(next))?.value;
    const bytes = typeof text === "string" ? fromBase64(text) : undefined;
    const value = bytes && decodeCbor(bytes);
    const record = value?.ok ? (value.value as Partial<CodeRecord> | null) : undefined;
    const url: unknown = record?.delegation?.url;
    // What is longer is in no ledger, and must not cost us anything.
    if (typeof url === "string" && url.length <= MAX_URL_BYTES) return { code: next, url };
  }
  return undefined;
}
