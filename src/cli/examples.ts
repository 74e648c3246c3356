import type { Command } from "commander";
import type { Say, Text } from "./text.ts";

type Example = readonly [line: string, what: Text];

// Codes and files are those of the tour, so that what reads a ledger works beside `cityid demo` as it stands.
const EXAMPLES: { readonly [command: string]: readonly Example[] } = {
  "": [
    [
      "demo",
      { en: "two real ledgers on this machine, to try things", zh: "在本机试用两套真实账本" },
    ],
    ["show MA.156.1301", { en: "what a code stands for", zh: "查看编码" }],
    [
      "export policy policy.txt",
      { en: "whom this node asks you to believe", zh: "导出该节点的信任策略" },
    ],
    [
      "certificate MA.156.1301 --policy policy.txt --out shijiazhuang.pdf",
      { en: "the code as a page, with its proof", zh: "生成附证明的证书" },
    ],
    [
      "verify shijiazhuang.pdf --policy policy.txt",
      { en: "checks it, without asking anybody", zh: "离线核验证书" },
    ],
  ],
  show: [
    ["show MA.156.1301", { en: "as it is", zh: "当前记录" }],
    ["show MA.156.1301 --at 2020-01-01", { en: "as it was on that day", zh: "当日的记录" }],
    [
      "show MA.156.1301 --proof shijiazhuang.proof",
      { en: "and its proof, for `cityid verify`", zh: "并存下供 `cityid verify` 核验的证明" },
    ],
  ],
  history: [
    [
      "history MA.156.1301 --limit all --proof history.proof",
      { en: "all of it, and the proof that nothing is left out", zh: "完整变更记录，并证明无遗漏" },
    ],
  ],
  "who-did": [
    [
      "who-did member/A --since 2026-01-01",
      { en: "what a member signed this year", zh: "某成员今年签署的内容" },
    ],
  ],
  verify: [
    [
      "verify shijiazhuang.proof --code MA.156.1301 --policy policy.txt --max-age 86400",
      { en: "a record of today at the oldest", zh: "核验记录，且不早于一天前" },
    ],
    [
      "verify receipt --entry receipt.cose --policy policy.txt",
      { en: "a receipt, with what was signed", zh: "连同签名原文核验回执" },
    ],
  ],
  "key new": [
    [
      "key new office.key.json --for MA.156.1301 --passphrase",
      { en: "a locked key for a city", zh: "为城市生成带口令的密钥" },
    ],
  ],
  apply: [
    [
      "apply MA.156.1302 --name 唐山市 --evidence 批文.pdf --key tangshan.key.json",
      { en: "a city applies for its code", zh: "城市申请编码" },
    ],
  ],
  register: [
    [
      "register MA.156.1301.02 --kind department --name 交通运输局 --key city.key.json",
      { en: "a city issues a code to a department", zh: "城市为部门签发编码" },
    ],
  ],
  "import file": [
    [
      "import file lamps.csv --under MA.156.1301.02 --class LAMP --dry-run",
      { en: "judges every row, signs nothing", zh: "逐行检查，不签署" },
    ],
    [
      "import file lamps.csv --under MA.156.1301.02 --class LAMP --key bureau.key.json",
      { en: "then issues them; run again it goes on", zh: "正式签发；中断后再次运行即可继续" },
    ],
  ],
  status: [
    [
      "status MA.156.1301.02 suspend --reason 密钥遗失",
      {
        en: "suspends a code; `resume` lifts it, `retire` ends it",
        zh: "暂停编码；resume 恢复，retire 注销",
      },
    ],
  ],
  recover: [
    [
      "recover start MA.156.1301 --new-key office.pub.json",
      { en: "begins; after the delay: finish", zh: "发起恢复；期满后用 finish 完成" },
    ],
  ],
  succeed: [
    [
      "succeed --type merge --from MA.156.1302 --to MA.156.1301 --date 2027-01-01 --source 国函〔2027〕1号",
      { en: "one code ends in another", zh: "两个编码合并" },
    ],
  ],
  plates: [
    [
      "plates --parent MA.156.1301.02 --class LAMP --out plates --key seal.key.json",
      { en: "seals and prints all lamps", zh: "为全部路灯加封并制牌" },
    ],
  ],
  "dataset create": [
    [
      "dataset create MA.156.1301.02/DATA/FLOW --title 交通流量 --field flow:number --licence CC-BY-4.0",
      { en: "a dataset with one field", zh: "创建含一个字段的数据集" },
    ],
  ],
  ingest: [
    [
      "ingest MA.156.1301.02/DATA/FLOW --csv flow.csv --map mapping.json",
      { en: "signs and sends rows in batches", zh: "分批签名并发送各行" },
    ],
  ],
  request: [
    [
      "request MA.156.1301.02/DATA/FLOW --purpose 交通规划 --action read,export",
      { en: "asks the owner for access", zh: "向数据方申请使用" },
    ],
  ],
  grant: [
    [
      "grant MA.156.1301.02/DATA/FLOW --everybody",
      { en: "opens a dataset to everybody", zh: "向所有人开放数据集" },
    ],
  ],
  start: [
    [
      "start --data ./ledger",
      { en: "a node on a ledger that was begun", zh: "启动已建立账本的节点" },
    ],
    [
      "start --namespace MA.156.1301 --parent https://id.example.org --data ./city",
      { en: "a city's own ledger under another", zh: "在上级账本之下运行城市自己的账本" },
    ],
  ],
  "init genesis": [
    [
      "init genesis A.member.json B.member.json C.member.json",
      { en: "three institutes, two of whom must agree", zh: "三家机构，两家同意即生效" },
    ],
  ],
  testnet: [
    [
      "testnet --validators 4",
      { en: "four validators on this machine", zh: "在本机运行四个验证节点" },
    ],
  ],
  audit: [
    [
      "audit https://id.example.org --policy policy.txt --cache ./tiles",
      { en: "replays a ledger; goes on where it stopped", zh: "重放账本；可从中断处继续" },
    ],
  ],
  mirror: [
    [
      "mirror https://id.example.org ./copy --policy policy.txt",
      { en: "a verified copy that follows it", zh: "持续跟随的已核验副本" },
    ],
  ],
};

/** Every example: the command that it is of, and what is typed behind `cityid`. */
export function exampleLines(): readonly (readonly [command: string, line: string])[] {
  return Object.entries(EXAMPLES).flatMap(([command, examples]) =>
    examples.map(([line]) => [command, line] as const),
  );
}

/** Shows examples at the end of the help of each command that has some. */
export function addExamples(program: Command, say: Say, path: readonly string[] = []): void {
  const examples = EXAMPLES[path.join(" ")];
  if (examples !== undefined) program.addHelpText("after", () => exampleText(examples, say));
  for (const command of program.commands) addExamples(command, say, [...path, command.name()]);
}

function exampleText(examples: readonly Example[], say: Say): string {
  const title = say({ en: "Examples:", zh: "示例：" });
  const lines = examples.map(([line, what]) => `  # ${say(what)}\n  cityid ${line}`);
  return ["", title, ...lines].join("\n");
}
