import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Command, Option } from "commander";
import { fromHex } from "../../core/index.ts";
import {
  type ApplicationAnswer,
  type ApplicationState,
  type Client,
  type DecisionFilter,
  everyItem,
  openEvidence,
} from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { gather } from "../gather.ts";
import { readIdentityFile } from "../identity-file.ts";
import { writePrivate } from "../key-file.ts";
import { passphraseFor } from "../passphrase.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { localTime } from "../show-record.ts";
import { requesterOf } from "../signing.ts";
import { alignRows } from "../width.ts";

export function addInbox(program: Command, cli: Cli): void {
  const { say } = cli;
  const inbox = program.command("inbox").description(
    say({
      en: "applications at a member's node, and decisions that await votes",
      zh: "成员节点收到的申请，及待表决的决议",
    }),
  );
  addList(inbox, cli);
  addShowOne(inbox, cli);
  addEvidence(inbox, cli);
  addReply(inbox, cli);
  addErase(inbox, cli);
  addDecisions(inbox, cli);
}

/** The client, signing its requests. */
async function signedClient(run: Run): Promise<Client> {
  return run.client.as(await requesterOf(run));
}

function addList(inbox: Command, { say, runOf }: Cli): void {
  inbox
    .command("list", { isDefault: true })
    .description(say({ en: "lists the applications", zh: "列出申请" }))
    .addOption(
      new Option("--state <state>").choices([
        "received",
        "supplement-needed",
        "declined",
        "admitted",
        "issued",
        "rejected",
      ]),
    )
    .action(async (filter: { readonly state?: ApplicationState }, command: Command) => {
      const run = runOf(command);
      const client = await signedClient(run);
      const items = await gather(everyItem((paging) => client.applications(filter, paging)));
      run.result({ items }, () =>
        alignRows(
          items.map(({ id, state, received, apply }) => [
            localTime(received),
            state,
            apply.code,
            id,
          ]),
        ),
      );
    });
}

function addShowOne(inbox: Command, { say, runOf }: Cli): void {
  inbox
    .command("show")
    .description(
      say({ en: "shows one application with its messages", zh: "显示一份申请及往来消息" }),
    )
    .argument("<id>")
    .action(async (id: string, _: unknown, command: Command) => {
      const run = runOf(command);
      const application = await (await signedClient(run)).application(id);
      run.result(application, () => applicationLines(application, run));
    });
}

function applicationLines(application: ApplicationAnswer, { say }: Run): string[] {
  const { id, state, received, contact, apply, evidence, messages } = application;
  const names = Object.values(apply.names as { readonly [l: string]: { readonly value?: string } });
  const rows = [
    [say({ en: "application", zh: "申请" }), id],
    [
      say({ en: "code", zh: "编码" }),
      `${apply.code}  ${names.map(({ value }) => value ?? "∎").join(" / ")}`,
    ],
    [say({ en: "state", zh: "状态" }), state],
    [say({ en: "received", zh: "收到于" }), localTime(received)],
    ...(contact === undefined ? [] : [[say({ en: "contact", zh: "联系方式" }), contact]]),
    ...apply.keys.map(({ label, uses }) => [
      say({ en: "key", zh: "密钥" }),
      `${label} (${uses.join(", ")})`,
    ]),
    ...evidence.map((piece) => [
      say({ en: "evidence", zh: "材料" }),
      `${piece.title}  ${piece.state}  ${piece.commit}`,
    ]),
    ...messages.map(({ at, by, text }) => [localTime(at), `${by}: ${text}`]),
  ];
  return alignRows(rows);
}

function addEvidence(inbox: Command, { say, runOf }: Cli): void {
  inbox
    .command("evidence")
    .description(
      say({
        en: "fetches, decrypts and checks the evidence of an application",
        zh: "取回、解密并核对申请材料",
      }),
    )
    .argument("<id>")
    .requiredOption(
      "--identity <file>",
      say({ en: "the member's age identity", zh: "成员的 age 私钥文件" }),
    )
    .requiredOption("--to <directory>", say({ en: "where the files go", zh: "存放目录" }))
    .action(
      async (
        id: string,
        options: { readonly identity: string; readonly to: string },
        command: Command,
      ) => {
        const run = runOf(command);
        const client = await signedClient(run);
        const identity = await readIdentityFile(options.identity, () =>
          passphraseFor(run, options.identity),
        );
        await mkdir(options.to, { recursive: true, mode: 0o700 });
        const { evidence } = await client.application(id);
        for (const piece of evidence) {
          if (piece.state === "missing") continue;
          const path = join(options.to, safeName(piece.title));
          await writePrivate(
            path,
            await fetchEvidence(client, id, piece, { path: options.identity, identity }),
          );
          run.result({ title: piece.title, file: path }, () => [`${piece.title} → ${path}`]);
        }
      },
    );
}

async function fetchEvidence(
  client: Client,
  id: string,
  { title, commit }: { readonly title: string; readonly commit: string },
  { path, identity }: { readonly path: string; readonly identity: string },
): Promise<Uint8Array> {
  const sealed = await client.getEvidence(id, commit);
  const committed = { title, commit: fromHex(commit) ?? new Uint8Array() };
  const file = await openEvidence(sealed, identity, committed).catch((cause: unknown) => {
    throw new CliProblem("CLI_EVIDENCE_LOCKED", { title, path }, { cause });
  });
  if (file === undefined) throw new CliProblem("CLI_EVIDENCE", { title });
  return file;
}

/** A title is a stranger's text: nothing of it may lead out of the directory. */
function safeName(title: string): string {
  const name = basename(title)
    .replace(/[^\p{L}\p{N}._ -]/gu, "_")
    .replace(/^\.+/, "_");
  return name.slice(0, 100) || "evidence";
}

function addReply(inbox: Command, { say, runOf }: Cli): void {
  inbox
    .command("reply")
    .description(say({ en: "writes to the other side", zh: "向对方发送消息" }))
    .argument("<id>")
    .argument("<text>")
    .addOption(
      new Option(
        "--state <state>",
        say({ en: "members: what it waits for", zh: "成员可用：申请的新状态" }),
      ).choices(["supplement-needed", "declined", "received"]),
    )
    .action(
      async (
        id: string,
        text: string,
        options: { readonly state?: "declined" },
        command: Command,
      ) => {
        const run = runOf(command);
        await (await signedClient(run)).message(id, text, options.state);
        run.result({ id, ...options }, () => [run.say({ en: "Sent.", zh: "已发送。" })]);
      },
    );
}

function addErase(inbox: Command, { say, runOf }: Cli): void {
  inbox
    .command("erase")
    .description(
      say({
        en: "erases an application and its evidence at this node",
        zh: "从此节点删除申请及其材料",
      }),
    )
    .argument("<id>")
    .action(async (id: string, _: unknown, command: Command) => {
      const run = runOf(command);
      await (await signedClient(run)).eraseApplication(id);
      run.result({ id, erased: true }, () => [
        run.say({ en: `Erased ${id}.`, zh: `已删除 ${id}。` }),
      ]);
    });
}

function addDecisions(inbox: Command, { say, runOf }: Cli): void {
  inbox
    .command("decisions")
    .description(
      say({
        en: "lists decisions; those that await votes unless said",
        zh: "列出决议，默认只列待表决的",
      }),
    )
    .addOption(
      new Option("--state <state>")
        .choices(["open", "executed", "rejected", "expired"])
        .default("open"),
    )
    .option("--code <code>", say({ en: "about this code", zh: "关于此编码" }))
    .action(async (filter: DecisionFilter, command: Command) => {
      const run = runOf(command);
      const picked = {
        state: filter.state ?? "open",
        ...(filter.code === undefined ? {} : { code: filter.code }),
      };
      const items = await gather(everyItem((paging) => run.client.decisions(picked, paging)));
      run.result({ items }, () =>
        alignRows(
          items.map(({ id, kind, code, state, approvals, needed, iss }) => [
            state,
            kind,
            code ?? "",
            `${approvals}/${needed}`,
            iss,
            id,
          ]),
        ),
      );
    });
}
