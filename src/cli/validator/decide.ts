import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { fromHex, type InnerOperation, parseVerifierKey, present } from "../../core/index.ts";
import type { ValidatorJson } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { fileProblem } from "../file-problem.ts";
import { operationFromJson } from "../operation-json.ts";
import { CliProblem } from "../problem.ts";
import { Refused } from "../refused.ts";
import type { Run } from "../run.ts";
import { withPrev } from "../with-prev.ts";
import { CARD_FIELDS } from "./card.ts";
import { validators } from "./list.ts";

type JoinOptions = { readonly observe?: true };

export function addValidatorDecisions(validator: Command, { say, runOf }: Cli): void {
  validator
    .command("join")
    .description(
      say({
        en: "proposes to the members that a validator joins, or that what is known of it changes",
        zh: "提请成员表决：接纳验证节点，或更改其登记内容",
      }),
    )
    .argument("<card>", say({ en: "its validator.json", zh: "其 validator.json" }))
    .option(
      "--observe",
      say({
        en: "without a vote, until it has caught up: run it again without this then",
        zh: "暂无表决权，待其追平后再不带此选项执行一次",
      }),
    )
    .action(async (path: string, { observe }: JoinOptions, command: Command) => {
      const run = runOf(command);
      const text = await readFile(path, "utf8").catch((cause) => {
        throw fileProblem(path, cause);
      });
      const card = cardOf(text, path);
      await checkCard(run, card, path);
      const json = { op: "validator", ...card, power: observe ? 0 : 1 };
      const whole = await withPrev(run, JSON.stringify(json));
      const decided = await decideAndSubmit(run, operationFromJson(whole, path));
      printDecided(run, decided, "");
    });
  validator
    .command("leave")
    .description(
      say({ en: "proposes that a validator leaves", zh: "提请成员表决：让验证节点退出" }),
    )
    .argument("<name>")
    .action(async (id: string, _: unknown, command: Command) => {
      const run = runOf(command);
      const all = await validators(run);
      const known = all.find((each) => each.id === id);
      if (known === undefined) throw unknown(id, all);
      const prev = present(fromHex(known.op), "a hash");
      const op: InnerOperation = { op: "validator", id, prev, leave: true };
      printDecided(run, await decideAndSubmit(run, op), "");
    });
}

function unknown(id: string, all: readonly ValidatorJson[]): CliProblem {
  const names = all.filter(({ active }) => active).map((each) => each.id);
  return new CliProblem("CLI_ARGUMENT", {
    name: "name",
    got: id,
    want: {
      en: `a validator of the ledger (${names.join(", ")})`,
      zh: `账本中的验证节点（${names.join("、")}）`,
    },
    example: `cityid validator leave ${names[0] ?? "validator-1"}`,
  });
}

type Card = { readonly [field in (typeof CARD_FIELDS)[number]]?: unknown };

/** What only the last vote would be refused for, or nobody would notice until the first cosignature. */
async function checkCard(run: Run, { id, key, peer, cosigner }: Card, path: string): Promise<void> {
  if (cosigner !== undefined && !isCosigner(cosigner)) {
    const want = {
      en: "a validator's card: its “cosigner” is no public key as `validator init` writes it",
      zh: "验证节点登记卡：其中的“cosigner”不是 `validator init` 写出的公钥",
    };
    throw new CliProblem("CLI_FILE_FORMAT", { path, want });
  }
  for (const other of await validators(run)) {
    if (!other.active || other.id === id) continue;
    const taken = [key, peer].find((each) => each === other.key || each === other.peer);
    if (taken === undefined) continue;
    const facts = { key: taken, by: other.id };
    const code = "STATE_VALIDATOR_KEY";
    throw new Refused({ status: "refused", code, facts, remedy: "" });
  }
}

function isCosigner(text: unknown): boolean {
  const key = typeof text === "string" ? parseVerifierKey(text) : undefined;
  return key?.ok === true && key.value.kind === "cosignature";
}

function cardOf(text: string, path: string): Card {
  try {
    const card = JSON.parse(text) as Record<string, unknown>;
    const fields = CARD_FIELDS.flatMap((name) => (name in card ? [[name, card[name]]] : []));
    return Object.fromEntries(fields);
  } catch (cause) {
    throw new CliProblem("CLI_FILE_FORMAT", { path, want: "JSON" }, { cause });
  }
}
