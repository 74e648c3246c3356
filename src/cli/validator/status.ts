import type { Command } from "commander";
import type { ConsensusJson, NodeAnswer, Readiness, ValidatorJson } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { factTexts } from "../report.ts";
import type { Run } from "../run.ts";
import { validators } from "./list.ts";

export function addValidatorStatus(validator: Command, { say, runOf }: Cli): void {
  validator
    .command("status")
    .description(
      say({
        en: "who orders the ledger, and whether the node that is asked takes part",
        zh: "由谁为账本排序，以及所询问的节点是否正常参与",
      }),
    )
    .action(async (_: unknown, command: Command) => status(runOf(command)));
}

async function status(run: Run): Promise<void> {
  // A node that does not answer is told of once.
  const node = await run.client.node();
  const [ready, known, params] = await Promise.all([
    run.client.ready(),
    validators(run),
    run.client.params(),
  ]);
  const paramOf = (name: string) => params.find((each) => each.name === name)?.value;
  const active = known.filter((each) => each.active);
  const voters = active.filter(({ power }) => power === 1).length;
  const upgrade = paramOf("upgrade") as Upgrade | undefined;
  const { origin, engine, height, rules, programRules } = node;
  const said = {
    ...{ origin, engine, height, rules, programRules },
    order: paramOf("order") ?? "node",
    ...(upgrade === undefined ? {} : { upgrade }),
    ...{ ready, voters, validators: active },
  };
  run.result(said, () => [
    `${origin}  ${engine}  ${run.say({ en: "block", zh: "区块" })} ${height}`,
    readiness(run, ready),
    ...(upgrade === undefined || rules >= upgrade.app ? [] : [upgradeLine(run, upgrade, node)]),
    ...(ready.consensus === undefined ? [] : [consensusLine(run, ready.consensus)]),
    ...active.map((validator) => validatorLine(run, validator, ready.consensus)),
  ]);
}

/** Rules that the members voted for and no block was made by yet. */
type Upgrade = { readonly app: number; readonly height: number };

function upgradeLine(run: Run, { app, height }: Upgrade, { programRules }: NodeAnswer): string {
  const told = run.say({
    en: `rules ${app} from block ${height} on`,
    zh: `自区块 ${height} 起适用规则 ${app}`,
  });
  if (programRules >= app) {
    return run.paint.good(
      run.say({ en: `✔ ${told}: this program has them`, zh: `✔ ${told}：本程序已具备` }),
    );
  }
  return run.paint.bad(
    run.say({
      en: `✘ ${told}: this program has rules ${programRules} alone; install the new one before that block`,
      zh: `✘ ${told}：本程序只具备规则 ${programRules}；请在该区块之前安装新程序`,
    }),
  );
}

function readiness(run: Run, { ready, code = "", facts = {} }: Readiness): string {
  if (ready) return run.paint.good(run.say({ en: "✔ takes writes", zh: "✔ 可写入" }));
  const why = [code, ...factTexts(facts)].join("  ");
  return run.paint.bad(run.say({ en: `✘ no writes: ${why}`, zh: `✘ 不可写入：${why}` }));
}

/** The engine's side of it; blocks of the engine are more than those of the ledger, since some are empty. */
function consensusLine(run: Run, consensus: ConsensusJson): string {
  const { height, voters, signing, peers, catchingUp } = consensus;
  const unknown = run.say({ en: "unknown", zh: "未知" });
  const parts = [
    run.say({ en: `consensus height ${height}`, zh: `共识高度 ${height}` }),
    run.say({
      en: `votes in the newest block: ${signing ?? unknown} of ${voters}`,
      zh: `最新区块中的票数：${signing ?? unknown}/${voters}`,
    }),
    run.say({ en: `peers: ${peers ?? unknown}`, zh: `对等节点：${peers ?? unknown}` }),
    ...(catchingUp === true ? [run.say({ en: "catching up", zh: "正在追赶" })] : []),
    ...(catchingUp === undefined
      ? [run.say({ en: "its engine does not answer", zh: "其引擎没有应答" })]
      : []),
  ];
  return `  ${parts.join(" · ")}`;
}

function validatorLine(
  run: Run,
  { id, power, address = "-", url = "-" }: ValidatorJson,
  { silent = [], unconnected = [] }: Partial<ConsensusJson> = {},
): string {
  const troubles = [
    ...(unconnected.includes(id) ? [run.say({ en: "not connected", zh: "未连接" })] : []),
    ...(silent.includes(id)
      ? [run.say({ en: "no vote in the newest block", zh: "最新区块中没有其投票" })]
      : []),
  ];
  const line = `  ${power === 1 ? "●" : "○"} ${id}  ${address}  ${url}`;
  return troubles.length === 0 ? line : `${line}  ${run.paint.bad(troubles.join(" · "))}`;
}
