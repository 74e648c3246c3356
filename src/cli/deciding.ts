import type { InnerOperation } from "../core/index.ts";
import { proposeOnce } from "./proposing.ts";
import { Refused } from "./refused.ts";
import type { Run } from "./run.ts";
import {
  type Accepted,
  type Identity,
  identityOf,
  printAccepted,
  signAndSubmit,
} from "./signing.ts";

/** What became of an operation: done, or put to the vote. */
export type Decided = { readonly accepted: Accepted; readonly proposed: boolean };

/**
 * Signs and submits an operation. Where the ledger answers that several must agree, it is shown again and signed as a
 * proposal; members, who always decide together, propose at once.
 */
export async function decideAndSubmit(
  run: Run,
  inner: InnerOperation,
  identity?: Identity,
): Promise<Decided> {
  const who = identity ?? (await identityOf(run));
  const propose = async () => ({
    accepted: await proposeOnce(run, inner, who),
    proposed: true,
  });
  if (who.holder.startsWith("member/") && !actsAlone(inner)) return propose();
  try {
    return { accepted: await signAndSubmit(run, inner, who), proposed: false };
  } catch (thrown) {
    if (!(thrown instanceof Refused) || thrown.outcome.code !== "AUTH_NEEDS_DECISION") throw thrown;
    run.note(run.say({ en: "Several keys must agree to this.", zh: "此事须由多个密钥同意。" }));
    return propose();
  }
}

/** What a member may do without the others: bring new facts, and change its own keys. */
function actsAlone(inner: InnerOperation): boolean {
  return inner.op === "gazette"
    ? inner.items.every(({ add }) => add !== undefined)
    : inner.op === "keys";
}

/** Says that it is done, or what it still needs. */
export function printDecided(run: Run, { accepted, proposed }: Decided, done: string): void {
  const vote = run.say({
    en: `Proposed. The others approve with: cityid endorse ${accepted.id}`,
    zh: `已提出。其他各方赞成请执行：cityid endorse ${accepted.id}`,
  });
  printAccepted(run, accepted, proposed ? vote : done);
}
