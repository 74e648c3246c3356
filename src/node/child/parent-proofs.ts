import { anchorKey, type Code, codeKey } from "../../core/index.ts";
import { ApiProblem, type Client } from "../../sdk/index.ts";

/** The parent is not asked more often. */
const FRESH_MILLISECONDS = 5000;

/** Of one request to it, of which an answer takes two. */
const PATIENCE_MILLISECONDS = 3000;

/**
 * What the ledgers above prove of the delegation. The last answer is kept: while the parent is away, proofs only grow older,
 * which whoever verifies them sees. Once it failed to answer, nobody waits for it who can have what is kept.
 */
export function parentProofs(
  given: Client,
  code: Code,
  nowMilliseconds: () => number,
  timeoutMilliseconds: number = PATIENCE_MILLISECONDS,
): () => Promise<readonly object[] | undefined> {
  const parent = given.within({ timeoutMilliseconds });
  let kept: readonly object[] | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  let isAway = false;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      kept = await fetchProofs(parent, code);
      isAway = false;
    } catch {
      // An older proof is better than none.
      isAway = true;
    }
    asked = nowMilliseconds();
    asking = undefined;
  };
  return async () => {
    // A clock that was set back says nothing of how old it is.
    if (Math.abs(nowMilliseconds() - asked) >= FRESH_MILLISECONDS) {
      asking ??= ask();
      if (!isAway || kept === undefined) await asking;
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
