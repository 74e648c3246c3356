import { type PolicyRefusal, parsePolicy, type VerifierKey } from "../core/index.ts";

/** Which keys sign for a log, by its origin. Several while they rotate. */
export type KnownLogs = {
  /** Empty for a log that nobody told this witness of. */
  keysOf(origin: string): readonly VerifierKey[];
  readonly origins: readonly string[];
};

/** A policy that could not be read: its logs are not known, those of others are. */
export type UnreadablePolicy = { readonly name: string; readonly refusal: PolicyRefusal };

/**
 * Gathers the `log` lines of policies, which their ledgers publish; whom those trust beside is no affair of a witness.
 *
 * @param own - the origin of the node's own ledger: whoever can write it could also cosign it
 */
export function knownLogs(
  policies: readonly { readonly name: string; readonly text: string }[],
  own?: string,
): { readonly logs: KnownLogs; readonly unreadable: readonly UnreadablePolicy[] } {
  const keys = new Map<string, VerifierKey[]>();
  const unreadable: UnreadablePolicy[] = [];
  for (const { name, text } of policies) {
    const policy = parsePolicy(text);
    if (!policy.ok) {
      unreadable.push({ name, refusal: policy.error });
      continue;
    }
    for (const { key } of policy.value.logs) {
      if (key.name === own) continue;
      const known = keys.get(key.name) ?? [];
      if (!known.some(({ id }) => id === key.id)) keys.set(key.name, [...known, key]);
    }
  }
  const logs = { keysOf: (origin: string) => keys.get(origin) ?? [], origins: [...keys.keys()] };
  return { logs, unreadable };
}
