import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { publicEd25519 } from "#crypto";
import {
  decodeCbor,
  decodeGenesis,
  formatVerifierKey,
  type Genesis,
  hashLeaf,
  hex,
  isKeyName,
  MEMBER_ID,
  utf8,
  verifierKey,
} from "../../core/index.ts";
import type { Cli } from "../cli.ts";
import { addDataOption, type DataOption, dataDirectoryOf } from "../data-option.ts";
import { fileProblem } from "../file-problem.ts";
import { writeIdentityFile } from "../identity-file.ts";
import { composeGenesis, type GenesisTerms } from "../init/compose-genesis.ts";
import { readableFingerprint } from "../init/fingerprint.ts";
import { readLogKey } from "../init/log-key.ts";
import { type MemberFile, readMemberFile } from "../init/member-file.ts";
import { writeKeyFile, writePrivate } from "../key-file.ts";
import { onNode } from "../node-problem.ts";
import { newPassphrase } from "../passphrase.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { collect } from "../usage.ts";
import { readFoundingCard } from "../validator/card.ts";
import { writeWholeFile } from "../write-file.ts";

export function addInit(program: Command, cli: Cli): void {
  const init = program.command("init").description(
    cli.say({
      en: "begins a ledger: each member makes its key on its own machine, all compare one fingerprint",
      zh: "创建账本：各成员在自己的机器上生成密钥，然后核对同一指纹",
    }),
  );
  addMember(init, cli);
  addGenesis(init, cli);
  addNode(init, cli);
  addNextLogKey(init, cli);
}

type MemberOptions = {
  readonly id: string;
  readonly name: readonly string[];
  readonly node?: string;
  readonly log?: string;
  readonly to: string;
  readonly passphrase?: true;
};

function addMember(init: Command, { say, runOf }: Cli): void {
  init
    .command("member")
    .description(
      say({
        en: "1. on each member's machine: makes its keys, and a description to send to the others",
        zh: "第一步，在每个成员的机器上：生成密钥和一份发给其他成员的描述",
      }),
    )
    .requiredOption(
      "--id <id>",
      say({ en: "short name of the member, like A", zh: "成员编号，如 A" }),
    )
    .addOption(
      new Option("--name <[lang=]text>", say({ en: "name", zh: "名称" }))
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option("--node <url>", say({ en: "address of its node", zh: "其节点的地址" }))
    .option(
      "--log <origin>",
      say({
        en: "only the member whose node writes the log: host/log, as the world will reach it",
        zh: "仅限其节点写日志的成员：对外地址，如 host/log",
      }),
    )
    .option("--to <directory>", say({ en: "where the files go", zh: "文件存放目录" }), ".")
    .option("--passphrase", say({ en: "locks the private files", zh: "用口令加密私钥文件" }))
    .action(async (options: MemberOptions, command: Command) => {
      await makeMember(runOf(command), options);
    });
}

async function makeMember(run: Run, options: MemberOptions): Promise<void> {
  const { id, to, node } = options;
  if (!MEMBER_ID.test(id)) {
    const want = {
      en: "a member's id: capital letters, digits, hyphens",
      zh: "成员编号：大写字母、数字、连字符",
    };
    throw new CliProblem("CLI_ARGUMENT", { name: "--id", got: id, want, example: "--id A" });
  }
  const passphrase = await newPassphrase(run, options.passphrase === true);
  const locked = passphrase === undefined ? {} : { passphrase };
  const vkey = options.log === undefined ? undefined : await makeLogKey(to, options.log);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const holder = `member/${id}`;
  const path = join(to, `${id}.key.json`);
  const key = await writeKeyFile(path, { alg: "Ed25519", secret, holder, ...locked });
  const recipient = await writeIdentityFile(join(to, `${id}.age`), passphrase);
  const description: MemberFile = {
    format: "cityid/member/v1",
    id,
    names: Object.fromEntries(options.name.map(splitName)),
    made: run.now().getTime(),
    ...(node === undefined ? {} : { node }),
    recipient,
    keys: [{ public: key.public, uses: ["govern", "issue"], label: "office" }],
    ...(vkey === undefined ? {} : { vkey }),
  };
  const shown = join(to, `${id}.member.json`);
  const text = `${JSON.stringify(description, undefined, 2)}\n`;
  await writeWholeFile(shown, utf8(text), { overwrite: false });
  run.result({ key: path, description: shown, kid: key.kid, ...(vkey ? { vkey } : {}) }, () => [
    run.say({
      en: `Keep ${path} and ${join(to, `${id}.age`)}; send ${shown} to the other members.`,
      zh: `请妥善保管 ${path} 和 ${join(to, `${id}.age`)}；将 ${shown} 发给其他成员。`,
    }),
  ]);
}

function splitName(text: string): [string, string] {
  const match = /^([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)=(.*)$/su.exec(text);
  return match === null ? ["zh", text] : [match[1] ?? "", match[2] ?? ""];
}

/** The log's key in the form that a data directory keeps it. @returns its verifier key, which is public */
async function makeLogKey(directory: string, origin: string): Promise<string> {
  if (!isKeyName(origin)) {
    const want = { en: "a log's name", zh: "日志名称" };
    throw new CliProblem("CLI_ARGUMENT", {
      name: "--log",
      got: origin,
      want,
      example: "--log id.example.org/log",
    });
  }
  const seed = crypto.getRandomValues(new Uint8Array(32));
  await writePrivate(join(directory, "log.key"), `${hex(seed)}\n`);
  return formatVerifierKey(verifierKey(origin, "ed25519", publicEd25519(seed)));
}

type GenesisOptions = {
  readonly issueVotes?: string;
  readonly governVotes?: string;
  readonly recoveryDays: string;
  readonly voidDays: string;
  readonly validator?: readonly string[];
  readonly out: string;
};

function addGenesis(init: Command, { say, runOf }: Cli): void {
  init
    .command("genesis")
    .description(
      say({
        en: "2. on each member's machine, from all descriptions: makes the genesis and shows its fingerprint to compare",
        zh: "第二步，在每个成员的机器上，用全部描述生成创世文件，并显示用于核对的指纹",
      }),
    )
    .argument("<descriptions...>")
    .option(
      "--issue-votes <count>",
      say({
        en: "how many must agree to issue (more than half)",
        zh: "签发须同意的成员数（默认过半）",
      }),
    )
    .option(
      "--govern-votes <count>",
      say({
        en: "how many must agree to govern (more than half)",
        zh: "治理须同意的成员数（默认过半）",
      }),
    )
    .option(
      "--recovery-days <days>",
      say({ en: "delay of a recovery", zh: "恢复控制的等待天数" }),
      "7",
    )
    .option(
      "--void-days <days>",
      say({ en: "how long a registration can be taken back", zh: "登记可撤回的天数" }),
      "30",
    )
    .option(
      "--validator <card>",
      say({
        en: "validator.json of each validator that orders the ledger from its first block",
        zh: "自首个区块起即为账本排序的各验证节点的 validator.json",
      }),
      collect,
    )
    .option("--out <file>", say({ en: "where the genesis goes", zh: "创世文件" }), "genesis.cbor")
    .action(async (paths: readonly string[], options: GenesisOptions, command: Command) => {
      const run = runOf(command);
      const members = await Promise.all(paths.map(readMemberFile));
      const { issueVotes, governVotes, out } = options;
      const { genesis, entry, fingerprint } = composeGenesis(members, {
        ...(issueVotes === undefined ? {} : { issueVotes: count(issueVotes, "--issue-votes") }),
        ...(governVotes === undefined ? {} : { governVotes: count(governVotes, "--govern-votes") }),
        recoveryDelaySeconds: count(options.recoveryDays, "--recovery-days") * DAY_SECONDS,
        voidWindowSeconds: count(options.voidDays, "--void-days") * DAY_SECONDS,
        ...(await validatorTerms(options.validator ?? [])),
      });
      await writeWholeFile(out, entry, { overwrite: true });
      const { origin, thresholds } = genesis;
      run.result({ file: out, origin, fingerprint: hex(fingerprint), thresholds }, () => [
        run.say({
          en: `Ledger ${origin}, ${members.length} members, ${thresholds.issue} must agree to issue.`,
          zh: `账本 ${origin}，${members.length} 个成员，签发须 ${thresholds.issue} 个同意。`,
        }),
        run.say({
          en: "Every member must see this same fingerprint. Compare it by voice, not over the wire:",
          zh: "每个成员都必须看到相同的指纹。请通过电话等其他途径核对：",
        }),
        `  ${run.paint.strong(readableFingerprint(fingerprint))}`,
      ]);
    });
}

/** Who orders the ledger from its first block, and that more than two thirds of them are to cosign it. */
async function validatorTerms(
  paths: readonly string[],
): Promise<Pick<GenesisTerms, "validators" | "policy">> {
  if (paths.length === 0) return {};
  const cards = await Promise.all(paths.map(readFoundingCard));
  const sorted = cards.sort((a, b) => (a.id < b.id ? -1 : 1));
  const { policyOfCards } = await import("../../node/index.ts");
  return { validators: sorted, policy: (vkey) => policyOfCards(sorted, vkey) };
}

const DAY_SECONDS = 24 * 3600;

function count(text: string, name: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  const want = { en: "a count", zh: "数量" };
  throw new CliProblem("CLI_ARGUMENT", { name, got: text, want, example: `${name} 2` });
}

type NodeOptions = DataOption & {
  readonly genesis: string;
  readonly logKey: string;
  readonly member?: string;
  readonly listen?: string;
};

function addNode(init: Command, { say, runOf }: Cli): void {
  const node = init
    .command("node")
    .description(
      say({
        en: "3. where the log is written, once all fingerprints agree: makes the data directory",
        zh: "第三步，各方指纹一致后，在写日志的节点上：建立数据目录",
      }),
    )
    .requiredOption("--genesis <file>")
    .requiredOption(
      "--log-key <file>",
      say({ en: "the key that `init member --log` made", zh: "`init member --log` 生成的密钥" }),
    );
  addDataOption(node, say)
    .option("--member <id>", say({ en: "the member whose node this is", zh: "此节点所属的成员" }))
    .option(
      "--listen <host:port>",
      say({
        en: "of a validator: where its engine listens, if not on every address with its port",
        zh: "验证节点：其引擎的监听地址（默认为所有地址上的同一端口）",
      }),
    )
    .action(async (options: NodeOptions, command: Command) => {
      await makeNode(runOf(command), options);
    });
}

async function makeNode(run: Run, options: NodeOptions): Promise<void> {
  const entry = await readFile(options.genesis).catch((cause) => {
    throw fileProblem(options.genesis, cause);
  });
  const decoded = decodeCbor(new Uint8Array(entry));
  const genesis = decoded.ok ? decodeGenesis(decoded.value) : decoded;
  if (!genesis.ok) {
    const want = {
      en: `a genesis (${genesis.error.code})`,
      zh: `创世文件（${genesis.error.code}）`,
    };
    throw new CliProblem("CLI_FILE_FORMAT", { path: options.genesis, want });
  }
  if ("parent" in genesis.value) {
    const want = {
      en: "the genesis of a ledger of its own; one that was delegated is begun by `cityid start --parent`",
      zh: "独立账本的创世文件；委托的账本请用 `cityid start --parent` 建立",
    };
    throw new CliProblem("CLI_FILE_FORMAT", { path: options.genesis, want });
  }
  const logSeed = await readLogKey(options.logKey, genesis.value.policy, genesis.value.origin);
  const { beginNode, foundValidator } = await import("../../node/index.ts");
  const { member, listen } = options;
  const data = await dataDirectoryOf(run, options);
  const beginning = {
    ...{ dataDirectory: data, genesis: genesis.value, logSeed },
    ...(member === undefined ? {} : { member }),
  };
  const isValidator = genesis.value.validators !== undefined;
  if (!isValidator) await onNode(() => beginNode(beginning));
  else {
    const where = listen === undefined ? {} : { listen };
    await onNode(() =>
      foundValidator({ ...beginning, genesis: genesis.value as Genesis, ...where }),
    );
  }
  const command = isValidator ? "cityid validator" : "cityid start";
  const fingerprint = hashLeaf(new Uint8Array(entry));
  run.result({ data, origin: genesis.value.origin, fingerprint: hex(fingerprint) }, () => [
    run.say({
      en: `The ledger ${genesis.value.origin} is begun in ${data}.`,
      zh: `账本 ${genesis.value.origin} 已建立于 ${data}。`,
    }),
    `  ${readableFingerprint(fingerprint)}`,
    run.say({
      en: `  Start it with: ${command} --data ${data}`,
      zh: `  启动：${command} --data ${data}`,
    }),
  ]);
}

function addNextLogKey(init: Command, { say, runOf }: Cli): void {
  const nextLogKey = init.command("next-log-key").description(
    say({
      en: "begins a rotation: makes the log's next key in a data directory and shows its public half",
      zh: "开始轮换日志密钥：在数据目录中生成下一个日志密钥，并显示其公钥",
    }),
  );
  addDataOption(nextLogKey, say).action(async (options: DataOption, command: Command) => {
    const run = runOf(command);
    const { makeNextLogKey } = await import("../../node/index.ts");
    const data = await dataDirectoryOf(run, options);
    const vkey = await onNode(() => makeNextLogKey(data));
    run.result({ vkey }, () => [
      vkey,
      run.say({
        en: "Start the node again, and have the members vote on a policy that names both keys.",
        zh: "请重启节点，并由成员表决通过同时列出两个密钥的信任策略。",
      }),
    ]);
  });
}
