import type { Command } from "commander";
import type { Cli } from "../cli.ts";
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
  const [node, ready, known, params] = await Promise.all([
    run.client.node(),
    run.client.ready(),
    validators(run),
    run.client.params(),
  ]);
  const paramOf = (name: string) => params.find((each) => each.name === name)?.value;
  const active = known.filter((each) => each.active);
  const voters = active.filter(({ power }) => power === 1).length;
  const upgrade = paramOf("upgrade");
  const said = {
    ...{ origin: node.origin, engine: node.engine, height: node.height, rules: node.rules },
    order: paramOf("order") ?? "node",
    ...(upgrade === undefined ? {} : { upgrade }),
    ...{ ready, voters, validators: active },
  };
  run.result(said, () => [
    `${node.origin}  ${node.engine}  ${run.say({ en: "block", zh: "区块" })} ${node.height}`,
    ready.ready
      ? run.paint.good(run.say({ en: "✔ takes writes", zh: "✔ 可写入" }))
      : run.paint.bad(
          run.say({ en: `✘ no writes: ${ready.code}`, zh: `✘ 不可写入：${ready.code}` }),
        ),
    ...active.map(
      ({ id, power, address = "-", url = "-" }) =>
        `  ${power === 1 ? "●" : "○"} ${id}  ${address}  ${url}`,
    ),
  ]);
}
