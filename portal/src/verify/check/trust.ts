import { type Policy, parsePolicy } from "cityid/verify/seal";
import { ask } from "./ask.ts";
import type { KeptTrust, Store } from "./store.ts";

/**
 * Whom to believe: the policy that the node named when this browser met it first. Whoever served a false one then is believed;
 * whoever serves another one later is not, until a person says so.
 */
export type Trust = {
  readonly kept: KeptTrust;
  readonly policy: Policy;
  /** It was met just now. */
  readonly isNew: boolean;
  /** What the node names now, where that differs. */
  readonly other?: KeptTrust;
};

/** @returns `undefined` where nothing is kept and the node does not answer */
export async function findTrust(store: Store, now: number): Promise<Trust | undefined> {
  const [kept, named] = await Promise.all([store.trust(), askNode(now)]);
  if (kept === undefined) return named && adopt(store, named, true);
  const policy = parsePolicy(kept.policy);
  // What this browser kept is damaged: as good as nothing.
  if (!policy.ok) return named && adopt(store, named, true);
  if (named === undefined) return { kept, policy: policy.value, isNew: false };
  if (named.policy !== kept.policy) {
    return { kept, policy: policy.value, isNew: false, other: named };
  }
  const seen = { ...kept, publicUrl: named.publicUrl, seen: now };
  await store.keepTrust(seen);
  return { kept: seen, policy: policy.value, isNew: false };
}

/** Believes what the node names now: only ever because a person said so. */
export async function adopt(
  store: Store,
  named: KeptTrust,
  isNew = false,
): Promise<Trust | undefined> {
  const policy = parsePolicy(named.policy);
  if (!policy.ok) return undefined;
  await store.keepTrust(named);
  return { kept: named, policy: policy.value, isNew };
}

async function askNode(now: number): Promise<KeptTrust | undefined> {
  const asked = await ask("/.well-known/cityid");
  if (!("text" in asked)) return undefined;
  try {
    const { policy, publicUrl } = JSON.parse(asked.text) as Record<string, unknown>;
    if (typeof policy !== "string" || typeof publicUrl !== "string") return undefined;
    return parsePolicy(policy).ok ? { policy, publicUrl, since: now, seen: now } : undefined;
  } catch {
    return undefined;
  }
}
