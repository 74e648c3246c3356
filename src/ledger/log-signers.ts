import {
  decodeCbor,
  formatVerifierKey,
  type NoteSigner,
  type ParamRecord,
  paramKey,
  parsePolicy,
} from "../core/index.ts";
import type { Version } from "./port.ts";

/**
 * The keys that sign the next checkpoint: of those that the node holds the ones that the ledger's policy names as logs, both
 * while a rotation lasts. Where it names none of them, the first.
 *
 * @param held - in the order in which they sign
 * @param latest - the committed values of the ledger
 */
export function logSigners(
  held: readonly NoteSigner[],
  latest: (key: string) => Version | undefined,
): () => readonly NoteSigner[] {
  let chosen: { readonly index: number; readonly signers: readonly NoteSigner[] } | undefined;
  return () => {
    if (held.length < 2) return held;
    const version = latest(paramKey("policy"));
    if (version === undefined) return held.slice(0, 1);
    if (chosen?.index === version.index) return chosen.signers;
    const named = namedLogs(version.value);
    const signers = held.filter(({ key }) => named.has(formatVerifierKey(key)));
    chosen = { index: version.index, signers: signers.length > 0 ? signers : held.slice(0, 1) };
    return chosen.signers;
  };
}

function namedLogs(value: Uint8Array): ReadonlySet<string> {
  const record = decodeCbor(value);
  const { value: policies } = (record.ok ? record.value : {}) as Partial<ParamRecord<"policy">>;
  const policy = parsePolicy(policies?.now ?? "");
  return new Set(policy.ok ? policy.value.logs.map(({ key }) => formatVerifierKey(key)) : []);
}
