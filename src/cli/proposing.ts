import {
  encodeCbor,
  encodePayload,
  equalBytes,
  hex,
  type InnerOperation,
  openEnvelope,
} from "../core/index.ts";
import { type DecisionJson, everyItem } from "../sdk/index.ts";
import { judgeShape } from "./judge-shape.ts";
import { toCbor } from "./operation-json.ts";
import { CliProblem } from "./problem.ts";
import { checkReceiptOf } from "./receipt-file.ts";
import type { Run } from "./run.ts";
import {
  type Accepted,
  type Identity,
  identityOf,
  signAndSubmit,
  submitSigned,
} from "./signing.ts";
import { tellReplacedKeys } from "./validator/replaced.ts";

/**
 * Puts an operation to the vote. The ledger opens a decision for each proposal, however often the same is proposed, so what this
 * key put to the vote already is answered with the decision that is open, and what others did is left for a vote.
 *
 * @throws Refused; CliProblem CLI_PROPOSED, CLI_DECISION_FORGED
 */
export async function proposeOnce(
  run: Run,
  inner: InnerOperation,
  identity?: Identity,
): Promise<Accepted> {
  judgeShape({ op: "propose", inner });
  const who = identity ?? (await identityOf(run));
  const open = await openDecisionOn(run, inner);
  if (open === undefined) {
    await tellReplacedKeys(run, inner);
    return signAndSubmit(run, { op: "propose", inner }, who);
  }
  const { id, iss, kid, op } = open;
  if (kid !== who.file.kid) throw new CliProblem("CLI_PROPOSED", { decision: id, by: iss });
  run.note(
    run.say({
      en: "This key put it to the vote before: nothing is signed anew.",
      zh: "此密钥此前已将其提请表决：不再签署。",
    }),
  );
  const bytes = await run.client.entryBytes(op);
  const envelope = openEnvelope(bytes);
  if (!envelope.ok || hex(envelope.value.id) !== id) {
    throw new CliProblem("CLI_DECISION_FORGED", { decision: id });
  }
  await checkReceiptOf(run, bytes);
  return submitSigned(run, { bytes, id: envelope.value.id });
}

/** The decision on the same operation that is open. */
async function openDecisionOn(run: Run, inner: InnerOperation): Promise<DecisionJson | undefined> {
  const wanted = encodePayload(inner);
  const filter = { state: "open", kind: inner.op } as const;
  for await (const each of everyItem((paging) => run.client.decisions(filter, paging))) {
    if (each.inner === undefined) continue;
    if (equalBytes(encodeCbor(toCbor(each.inner)), wanted)) return each;
  }
  return undefined;
}
