import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { type Apply, type Code, hex } from "../../core/index.ts";
import {
  describeOperation,
  type PreparedEvidence,
  prepareEvidence,
  sealEvidence,
  signApplication,
} from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { fileProblem } from "../file-problem.ts";
import { judgeShape } from "../judge-shape.ts";
import { type KeyOptions, readKeySpec } from "../key-argument.ts";
import { addKeyOptions } from "../key-options.ts";
import { CliProblem } from "../problem.ts";
import { readRecordFields } from "../record-options.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf, openSigner } from "../signing.ts";
import { collect } from "../usage.ts";
import { readThreshold } from "./keys.ts";
import { controlOfEnded } from "./register.ts";

type Options = KeyOptions & {
  readonly name: readonly string[];
  readonly validFrom?: string;
  readonly addKey?: readonly string[];
  readonly threshold?: string;
  readonly evidence: readonly string[];
  readonly contact?: string;
  readonly member?: string;
  readonly out?: string;
};

export function addApply(program: Command, { say, runOf }: Cli): void {
  const many = (flags: string, en: string, zh: string) =>
    new Option(flags, say({ en, zh })).argParser(collect);
  const command = program
    .command("apply")
    .description(
      say({
        en: "applies for the code of a division, at the node of a member; --key will control it",
        zh: "向成员节点申请行政区划的编码；--key 将成为其控制密钥",
      }),
    )
    .argument("<code>")
    .addOption(many("--name <[lang=]text>", "name", "名称").makeOptionMandatory())
    .option(
      "--valid-from <day>",
      say({
        en: "since which day of UTC it is called so (today)",
        zh: "名称自何日起有效（UTC 日期，默认今天）",
      }),
    )
    .addOption(many("--add-key <file>", "another key that shall control it", "另一个控制密钥"))
    .option("--threshold <count>", say({ en: "how many of them must agree", zh: "须同意的密钥数" }))
    .addOption(
      many(
        "--evidence <[title=]file>",
        "a file for the member, encrypted to it",
        "提交给成员的材料，加密传送",
      ).makeOptionMandatory(),
    )
    .option(
      "--contact <text>",
      say({ en: "how the member reaches you; not in the ledger", zh: "联系方式；不写入账本" }),
    )
    .option(
      "--member <id>",
      say({
        en: "the member that it is for (the node's own)",
        zh: "受理成员（默认为该节点的成员）",
      }),
    )
    .option(
      "--out <file>",
      say({
        en: "keeps the signed application, and sends nothing",
        zh: "只保存签署的申请，不发送",
      }),
    );
  addKeyOptions(command, say).action(async (text: string, options: Options, cmd: Command) => {
    const run = runOf(cmd);
    await apply(run, readCodeArgument(text), options);
  });
}

async function apply(run: Run, code: Code, options: Options): Promise<void> {
  const identity = await identityOf(withHolder(run, code));
  const node = await run.client.node();
  const evidence = await Promise.all(options.evidence.map((text) => readEvidence(code, text)));
  const application = await applicationOf(run, code, identity.file.path, evidence, options);
  judgeShape(application);
  await confirmSigning(run, describeOperation(application, run.language), identity, node.origin);
  const signer = await openSigner(run, identity);
  const iatSeconds = Math.floor(run.now().getTime() / 1000);
  const signed = await signApplication({ aud: node.origin, iatSeconds, signer, application });
  const id = hex(signed.id);
  if (options.out !== undefined) {
    await writeFile(options.out, signed.bytes);
    return run.result({ id, file: options.out }, () => [id, options.out ?? ""]);
  }
  const member = options.member ?? node.member;
  const { contact } = options;
  const recipient = await recipientOf(run, member, node.recipient);
  await run.client.apply(signed.bytes, {
    ...(contact === undefined ? {} : { contact }),
    ...(member === undefined ? {} : { member }),
  });
  const mine = run.client.as({ signer, holder: `application/${id}` });
  for (const { evidence: piece, opening } of evidence) {
    await mine.putEvidence(id, hex(piece.commit), await sealEvidence(opening, recipient));
  }
  run.result({ id, code, evidence: evidence.length }, () => [
    run.paint.good("✔ ") +
      run.say({
        en: `Applied for ${code}. The application is ${id}.`,
        zh: `已申请 ${code}。申请编号 ${id}。`,
      }),
    run.say({
      en: `  Follow it with: cityid inbox show ${id} --as application/${id}`,
      zh: `  查看进展：cityid inbox show ${id} --as application/${id}`,
    }),
  ]);
}

/** A key that is used to apply belongs to nobody yet. */
function withHolder(run: Run, code: Code): Run {
  return { ...run, options: { ...run.options, as: code } };
}

async function applicationOf(
  run: Run,
  code: Code,
  keyPath: string,
  evidence: readonly PreparedEvidence[],
  options: Options,
): Promise<Apply> {
  const { names = {} } = readRecordFields(options, run.now());
  const paths = [keyPath, ...(options.addKey ?? [])];
  const after = await controlOfEnded(run, code);
  return {
    op: "apply",
    code,
    names,
    keys: await Promise.all(paths.map((path) => readKeySpec(path, options))),
    ...(options.threshold === undefined ? {} : { threshold: readThreshold(options.threshold) }),
    evidence: evidence.map(({ evidence: piece }) => piece),
    ...(after === undefined ? {} : { after }),
  };
}

/** `title=file`, or a file whose name is the title. */
async function readEvidence(code: Code, text: string): Promise<PreparedEvidence> {
  const at = text.indexOf("=");
  const path = at < 0 ? text : text.slice(at + 1);
  const title = at < 0 ? basename(text) : text.slice(0, at);
  const file = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  return prepareEvidence(code, title, new Uint8Array(file));
}

/** Whom the evidence is encrypted to: the ledger's word for the member, before the node's. */
async function recipientOf(
  run: Run,
  member: string | undefined,
  ofNode: string | undefined,
): Promise<string> {
  const recorded = member === undefined ? undefined : (await run.client.member(member)).recipient;
  const recipient = recorded ?? ofNode;
  if (recipient === undefined)
    throw new CliProblem("CLI_MEMBER_UNKNOWN", { member: member ?? "—" });
  return recipient;
}
