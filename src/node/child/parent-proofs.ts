import { anchorKey, type Code, codeKey } from "../../core/index.ts";
import { ApiProblem, type Client } from "../../sdk/index.ts";

/** The parent is not asked more often. */
const FRESH_MILLISECONDS = 5000;

/**
 * What the ledgers above prove of the delegation. The last answer is kept: while the parent is away, proofs only grow older,
 * which whoever verifies them sees.
 */
export function parentProofs(
  parent: Client,
  code: Code,
  nowMilliseconds: () => number,
): () => Promise<readonly object[] | undefined> {
  let kept: readonly object[] | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      kept = await fetchProofs(parent, code);
    } catch {
      // An older proof is better than none.
    }
    asked = nowMilliseconds();
    asking = undefined;
  };
  return async () => {
    if (nowMilliseconds() - asked >= FRESH_MILLISECONDS) {
      asking ??= ask();
      await asking;
    }
    return kept;
  };
}

/** A parent that is itself a child answers with its own chain. */
async function fetchProofs(parent: Client, code: Code): Promise<readonly object[]> {
  const options = { effective: true, more: [anchorKey(code)] };
  const text = await parent.proof(codeKey(code), { ...options, chain: true }).catch((cause) => {
    if (cause instanceof ApiProblem && cause.code === "RESOLVE_CHAIN") return undefined;
    throw cause;
  });
  if (text !== undefined) return JSON.parse(text);
  return [JSON.parse(await parent.proof(codeKey(code), options))];
}
