import { type Command, Option } from "commander";
import {
  type Apply,
  equalBytes,
  fitShape,
  fromBase64,
  fromHex,
  type Operation,
  openEnvelope,
  operation as operationShape,
  readApplication,
} from "../../core/index.ts";
import { ApiProblem, type DecisionJson, describeOperation } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { factWords } from "../fact-words.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { printAccepted, signAndSubmit } from "../signing.ts";
import { tellReplacedKeys } from "../validator/replaced.ts";
import { readId } from "./void.ts";

type Options = { readonly reject?: true; readonly reason?: string };

export function addEndorse(program: Command, { say, runOf }: Cli): void {
  program
    .command("endorse")
    .description(
      say({
        en: "approves or rejects a decision; `inbox decisions` lists them",
        zh: "赞成或反对一项决议；`inbox decisions` 可列出决议",
      }),
    )
    .argument("<decision>", say({ en: "its id", zh: "决议编号" }))
    .option("--reject", say({ en: "rejects it", zh: "反对" }))
    .addOption(new Option("--reason <text>", say({ en: "why; public", zh: "理由；将公开" })))
    .action(async (id: string, options: Options, command: Command) => {
      const run = runOf(command);
      const decision = readId(id);
      await showDecision(run, await decisionOf(run, id));
      const vote = options.reject ? "reject" : "approve";
      const { reason } = options;
      const operation = {
        op: "endorse" as const,
        decision,
        vote: vote as "approve" | "reject",
        ...(reason === undefined ? {} : { reason }),
      };
      const accepted = await signAndSubmit(run, operation);
      const { state, approvals, needed } = await run.client.decision(id);
      printAccepted(
        run,
        accepted,
        run.say({
          en: `Voted. The decision is ${state}: ${approvals} of ${needed} approvals.`,
          zh: `已表决。决议状态：${factWords({ state }, "zh").state}，赞成 ${approvals}，需要 ${needed}。`,
        }),
      );
    });
}

async function decisionOf(run: Run, id: string): Promise<DecisionJson> {
  try {
    return await run.client.decision(id);
  } catch (problem) {
    const isUnknown = problem instanceof ApiProblem && problem.status === 404;
    throw isUnknown ? new CliProblem("CLI_DECISION_UNKNOWN", { decision: id }) : problem;
  }
}

/** Shows what a vote is about: from the signed bytes themselves, since a node could say anything. */
async function showDecision(run: Run, decision: DecisionJson): Promise<void> {
  const content = await contentOf(run, decision);
  if (content === undefined) throw new CliProblem("CLI_DECISION_FORGED", { decision: decision.id });
  const { iss, approvals, needed } = decision;
  run.note(
    run.say({
      en: `Decision ${decision.id}, opened by ${iss}, ${approvals} of ${needed} approvals:`,
      zh: `决议 ${decision.id}，由 ${iss} 提起，赞成 ${approvals}，需要 ${needed}：`,
    }),
  );
  for (const line of describeOperation(content, run.language)) run.note(`  ${line}`);
  if (decision.state === "open" && content.op !== "apply") await tellReplacedKeys(run, content);
}

/** What the decision's id is the hash of; `undefined` where the node shows something else. */
async function contentOf(run: Run, decision: DecisionJson): Promise<Operation | Apply | undefined> {
  const id = fromHex(decision.id) ?? new Uint8Array();
  if (decision.application !== undefined) {
    const read = readApplication(fromBase64(decision.application) ?? new Uint8Array());
    return read.ok && equalBytes(read.value.envelope.id, id) ? read.value.body : undefined;
  }
  const envelope = openEnvelope(await run.client.entryBytes(decision.op));
  if (!envelope.ok || !equalBytes(envelope.value.id, id)) return undefined;
  const op = fitShape(operationShape, envelope.value.payload);
  if (!op.ok) return undefined;
  return op.value.op === "propose" ? op.value.inner : op.value;
}
