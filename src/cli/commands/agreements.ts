import type { Command } from "commander";
import { type AccessScope, EVERYBODY, hex } from "../../core/index.ts";
import { type AccessRequestJson, everyItem, type GrantJson } from "../../sdk/index.ts";
import {
  addScopeOptions,
  readScope,
  type ScopeOptions,
  scopeLine,
  scopeOfJson,
} from "../access-scope.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { decideAndSubmit, printDecided } from "../deciding.ts";
import { CliProblem } from "../problem.ts";
import { reasonOption } from "../reason-option.ts";
import type { Run } from "../run.ts";
import { localTime } from "../show-record.ts";
import { identityOf, requesterOf } from "../signing.ts";
import { readId } from "./void.ts";

export function addRequest(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("request")
    .description(
      say({ en: "asks the owner of a dataset for access", zh: "向数据集所有者申请使用权" }),
    )
    .argument("<dataset>", say({ en: "the dataset", zh: "数据集编码" }))
    .requiredOption("--purpose <text>", say({ en: "what for", zh: "用途" }))
    .option("--for <code>", say({ en: "who asks (the signer)", zh: "申请方（默认签署方）" }));
  addScopeOptions(command, say).action(
    async (
      text: string,
      options: ScopeOptions & { readonly purpose: string; readonly for?: string },
      cmd: Command,
    ) => {
      const run = runOf(cmd);
      const dataset = readCodeArgument(text);
      const code = readCodeArgument(options.for ?? (await identityOf(run)).holder);
      const { log } = await run.client.dataset(dataset);
      const decided = await decideAndSubmit(run, {
        ...{ op: "request", code, dataset, log: log.origin, purpose: options.purpose },
        ...readScope(options),
      });
      const { id } = decided.accepted;
      printDecided(
        run,
        decided,
        run.say({
          en: `Asked. Its owner answers with: cityid grant ${dataset} --request ${id}`,
          zh: `已申请。所有者可执行：cityid grant ${dataset} --request ${id}`,
        }),
      );
    },
  );
}

export function addGrant(program: Command, { say, runOf }: Cli): void {
  const command = program
    .command("grant")
    .description(
      say({
        en: "answers a request with access, as far as was asked or less; or opens a dataset to everybody",
        zh: "就申请授予使用权（等于或小于申请范围），或向所有人开放数据集",
      }),
    )
    .argument("<dataset>", say({ en: "the dataset", zh: "数据集编码" }))
    .option("--request <id>", say({ en: "which request", zh: "申请编号" }))
    .option("--everybody", say({ en: "open data", zh: "向所有人开放" }));
  addScopeOptions(command, say).action(
    async (
      text: string,
      options: ScopeOptions & { readonly request?: string; readonly everybody?: true },
      cmd: Command,
    ) => {
      const run = runOf(cmd);
      const code = readCodeArgument(text);
      const { log } = await run.client.dataset(code);
      const head = { op: "grant", code, log: log.origin } as const;
      if ((options.request === undefined) === (options.everybody === undefined)) {
        const want = { en: "whom to grant it to", zh: "授权给谁" };
        throw new CliProblem("CLI_MISSING", { want, example: "--request 5f1c…, --everybody" });
      }
      const decided =
        options.request === undefined
          ? await decideAndSubmit(run, { ...head, to: EVERYBODY, ...readScope(options) })
          : await decideAndSubmit(run, {
              ...head,
              request: readId(options.request),
              ...(await narrowed(run, options.request, options)),
            });
      const { id } = decided.accepted;
      const done = run.say({
        en: `Granted. Take it back with: cityid revoke ${id} --reason …`,
        zh: `已授权。如需撤销：cityid revoke ${id} --reason ……`,
      });
      printDecided(run, decided, done);
    },
  );
}

/** What the request asks for, but for what the options say. */
async function narrowed(run: Run, request: string, options: ScopeOptions): Promise<AccessScope> {
  const asked = scopeOfJson(await run.client.accessRequest(request));
  const { actions, ...said } = readScope(options);
  return {
    ...asked,
    ...said,
    ...(options.action && { actions }),
    ...((asked.time ?? said.time) && { time: { ...asked.time, ...said.time } }),
  };
}

export function addRevoke(program: Command, { say, runOf }: Cli): void {
  program
    .command("revoke")
    .description(
      say({
        en: "ends a grant at once, for good: running subscriptions and tokens too",
        zh: "立即并永久撤销授权，正在进行的订阅与令牌一并失效",
      }),
    )
    .argument("<id>", say({ en: "the id of the grant", zh: "授权编号" }))
    .addOption(reasonOption(say))
    .action(async (text: string, { reason }: { readonly reason: string }, command: Command) => {
      const run = runOf(command);
      const grant = readId(text);
      const { dataset, to, at } = await run.client.grant(hex(grant));
      run.note(
        run.say({
          en: `${dataset}, granted to ${to} on ${localTime(at)}.`,
          zh: `${dataset}，于 ${localTime(at)} 授权给 ${to}。`,
        }),
      );
      const code = readCodeArgument(dataset);
      const decided = await decideAndSubmit(run, { op: "revoke", code, grant, reason });
      printDecided(run, decided, run.say({ en: `Revoked: ${text}.`, zh: `已撤销 ${text}。` }));
    });
}

export function addAgreements(program: Command, { say, runOf }: Cli): void {
  program
    .command("agreements")
    .description(
      say({
        en: "lists requests and grants, of all or of one code; with --accesses who read what",
        zh: "列出申请与授权（全部或某编码的）；--accesses 列出访问记录",
      }),
    )
    .argument("[code]", say({ en: "a dataset, or who asked", zh: "数据集或申请方" }))
    .option("--open", say({ en: "only what is in force, or unanswered", zh: "仅有效或未答复的" }))
    .option("--accesses", say({ en: "the access log of a dataset", zh: "数据集的访问日志" }))
    .action(
      async (
        text: string | undefined,
        options: { readonly open?: true; readonly accesses?: true },
        command: Command,
      ) => {
        const run = runOf(command);
        const code = text === undefined ? undefined : readCodeArgument(text);
        if (options.accesses !== undefined) {
          if (code !== undefined) return listAccesses(run, code);
          const want = { en: "whose access log", zh: "查看哪个数据集的访问日志" };
          const example = "cityid agreements --accesses MA.156.1301.02/DATA/AIR";
          throw new CliProblem("CLI_MISSING", { want, example });
        }
        const filter = { ...(code && { code }), ...(options.open && { open: 1 as const }) };
        const { client } = run;
        for await (const item of everyItem((paging) => client.accessRequests(filter, paging))) {
          run.result(item, () => requestLines(run, item));
        }
        for await (const item of everyItem((paging) => client.grants(filter, paging))) {
          run.result(item, () => grantLines(run, item));
        }
      },
    );
}

export function addToken(program: Command, { say, runOf }: Cli): void {
  program
    .command("token")
    .description(
      say({
        en: "a bearer token that reads under one grant, for programs that cannot sign (QGIS, pandas)",
        zh: "供无法签名的程序（QGIS、pandas 等）使用、限于一项授权的令牌",
      }),
    )
    .requiredOption("--grant <id>", say({ en: "which grant", zh: "授权编号" }))
    .option("--hours <n>", say({ en: "how long, at most 24", zh: "有效小时数，至多 24" }), "1")
    .action(async (options: { readonly grant: string; readonly hours: string }, cmd: Command) => {
      const run = runOf(cmd);
      const seconds = Math.round(Number(options.hours) * 3600);
      if (!(seconds >= 600 && seconds <= 86_400)) {
        const want = { en: "hours, from 0.17 to 24", zh: "小时数，0.17 至 24" };
        throw new CliProblem("CLI_ARGUMENT", {
          ...{ name: "--hours", got: options.hours, want, example: "8" },
        });
      }
      const client = run.client.as(await requesterOf(run));
      const token = await client.token(seconds, hex(readId(options.grant)));
      run.result(token, () => [
        token.token,
        run.paint.quiet(
          run.say({
            en: `until ${localTime(token.expires)}`,
            zh: `有效期至 ${localTime(token.expires)}`,
          }),
        ),
      ]);
    });
}

async function listAccesses(run: Run, dataset: string): Promise<void> {
  const client = run.client.as(await requesterOf(run));
  for await (const item of everyItem((paging) => client.accesses(dataset, paging))) {
    run.result(item, () => [
      `${localTime(item.time)}\t${item.to}\t${item.what.join("+")}\t${item.requests}\t${item.count}\t${item.grant.slice(0, 16)}`,
    ]);
  }
}

function requestLines(run: Run, item: AccessRequestJson): string[] {
  const state = item.answered
    ? run.say({ en: "answered", zh: "已答复" })
    : run.say({ en: "open", zh: "未答复" });
  const head = run.say({
    en: `request ${item.id}  ${item.code} → ${item.dataset}  ${localTime(item.at)}  ${state}`,
    zh: `申请 ${item.id}  ${item.code} → ${item.dataset}  ${localTime(item.at)}  ${state}`,
  });
  return [head, `  ${item.purpose}`, `  ${scopeLine(run, item)}`];
}

const ENDS: { readonly [end in NonNullable<GrantJson["end"]>]: { en: string; zh: string } } = {
  revoked: { en: "revoked", zh: "已撤销" },
  expired: { en: "expired", zh: "已到期" },
  dataset: { en: "the dataset is not in force", zh: "数据集已失效" },
  log: { en: "the dataset has another log", zh: "数据集已更换日志" },
  grantee: { en: "the grantee is not in force", zh: "被授权方已失效" },
};

function grantLines(run: Run, item: GrantJson): string[] {
  const to = item.to === EVERYBODY ? run.say({ en: "everybody", zh: "所有人" }) : item.to;
  const state = run.say(item.end === undefined ? { en: "in force", zh: "有效" } : ENDS[item.end]);
  const head = run.say({
    en: `grant ${item.id}  ${item.dataset} → ${to}  ${localTime(item.at)}  ${state}`,
    zh: `授权 ${item.id}  ${item.dataset} → ${to}  ${localTime(item.at)}  ${state}`,
  });
  return [head, `  ${scopeLine(run, item)}`];
}
