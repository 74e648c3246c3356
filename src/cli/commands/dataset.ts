import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { type DatasetFilter, everyItem } from "../../sdk/index.ts";
import type { Cli } from "../cli.ts";
import { readCodeArgument } from "../code-argument.ts";
import { type CreateOptions, createDataset, readHash, readIndex } from "../dataset/create.ts";
import { describeDataset } from "../dataset/describe.ts";

import { changeDevices, type DevicesOptions } from "../dataset/devices.ts";
import { enrol, type InviteOptions, invite, turnAway } from "../dataset/enrol.ts";
import { addExportOptions, type ExportOptions, exportTable } from "../dataset/export.ts";
import { listPlates, type ScanOptions, sendScan } from "../dataset/scan.ts";
import { type SendOptions, sendFile } from "../dataset/send.ts";
import { addTermOptions, type TermOptions } from "../dataset/terms.ts";
import type { Run } from "../run.ts";
import { localTime } from "../show-record.ts";
import { requesterOf } from "../signing.ts";
import type { Text } from "../text.ts";
import { collect } from "../usage.ts";

type FactOptions = { readonly observation?: string; readonly names?: string };

export function addDataset(program: Command, { say, runOf }: Cli): void {
  const dataset = program.command("dataset").description(
    say({
      en: "datasets: makes them, sends signed entries, reads, proves and erases facts",
      zh: "数据集：建立，提交签名条目，读取、证明、删除事实",
    }),
  );
  const sub = (name: string, text: Text) => dataset.command(name).description(say(text));
  const many = (command: Command, flags: string, text: Text) =>
    command.addOption(new Option(flags, say(text)).argParser(collect));
  const code = say({ en: "the dataset", zh: "数据集编码" });
  const index = say({ en: "number of the entry", zh: "条目序号" });
  const withFacts = (command: Command) =>
    command
      .option("--observation <n>", say({ en: "which observation (0)", zh: "第几条观测（默认 0）" }))
      .option("--names <a,b>", say({ en: "which facts (all)", zh: "哪些事实（默认全部）" }));

  const create = sub("create", {
    en: "makes a dataset with its log, step by step; run again it goes on",
    zh: "逐步建立数据集及其日志；可重复运行以继续",
  }).argument("<code>", code);
  addTermOptions(create, say, true).action(
    async (text: string, options: CreateOptions, command: Command) =>
      createDataset(runOf(command), readCodeArgument(text), options),
  );

  const describe = sub("describe", {
    en: "says anew what a dataset is: what is given changes, the rest stays",
    zh: "更改数据集的说明：给出的项更改，其余不变",
  }).argument("<code>", code);
  addTermOptions(describe, say, false).action(
    async (text: string, options: TermOptions, command: Command) =>
      describeDataset(runOf(command), readCodeArgument(text), options),
  );

  const send = sub("send", {
    en: "signs what a JSON file says as one entry, and sends it; the same again changes nothing",
    zh: "将 JSON 文件的内容签为一个条目并提交",
  })
    .argument("<code>", code)
    .argument("<file>", say({ en: "JSON: one observation or a list", zh: "JSON：一条或多条观测" }))
    .option(
      "--source <code>",
      say({ en: "whose data (the signer's)", zh: "数据来源（默认签署方）" }),
    );
  const attach = { en: "a picture, named by the fact", zh: "附图，由该事实指明" };
  many(send, "--attach <name=file>", attach).action(
    async (text: string, path: string, options: SendOptions, command: Command) =>
      sendFile(runOf(command), readCodeArgument(text), path, options),
  );

  sub("scan", {
    en: "says that a plate was installed, moved, replaced or is missing",
    zh: "登记铭牌已安装、已移位、已更换或丢失",
  })
    .argument("<code>", code)
    .argument("<state>", "installed | moved | replaced | missing")
    .argument(
      "<plate>",
      say({
        en: "what its symbol says; of one that is missing the code will do",
        zh: "铭牌二维码的内容；丢失的可只写编码",
      }),
    )
    .option("--photo <file>", say({ en: "a picture of it in place", zh: "现场照片" }))
    .option("--place <lon,lat>", say({ en: "where it is", zh: "所在位置（经度,纬度）" }))
    .option(
      "--replaces <plate>",
      say({ en: "the old plate, where there were several", zh: "被更换的旧铭牌（有多块时）" }),
    )
    .option("--note <text>", say({ en: "a note", zh: "备注" }))
    .option(
      "--source <code>",
      say({ en: "whose data (the signer's)", zh: "数据来源（默认签署方）" }),
    )
    .action(
      async (text: string, state: string, plate: string, options: ScanOptions, command: Command) =>
        sendScan(runOf(command), readCodeArgument(text), [state, plate], options),
    );

  sub("plates", {
    en: "what is known of the plates of a code",
    zh: "查看某编码各铭牌的状态",
  })
    .argument("<code>", say({ en: "the code on the plates", zh: "铭牌上的编码" }))
    .action(async (text: string, _: object, command: Command) =>
      listPlates(runOf(command), readCodeArgument(text)),
    );

  sub("invite", {
    en: "an invitation for a phone, signed with `govern`: an address and a symbol",
    zh: "为手机签发邀请（须 govern 密钥）：网址与二维码",
  })
    .argument("<code>", code)
    .requiredOption("--label <role>", say({ en: "a role, never a name", zh: "角色，不写人名" }))
    .option("--days <n>", say({ en: "how long the key is good", zh: "密钥有效天数" }), "30")
    .action(async (text: string, options: InviteOptions, command: Command) =>
      invite(runOf(command), readCodeArgument(text), options),
    );

  sub("enrol", {
    en: "gives keys that asked by an invitation the use `data`",
    zh: "登记应邀而来的密钥，用途为 data",
  })
    .argument("[kids...]", say({ en: "which (all that wait)", zh: "哪些密钥（默认全部待登记的）" }))
    .option("--turn-away <kid>", say({ en: "turns one away instead", zh: "改为拒绝一个" }))
    .action(
      async (
        kids: readonly string[],
        options: { readonly turnAway?: string },
        command: Command,
      ) => {
        const run = runOf(command);
        return options.turnAway === undefined ? enrol(run, kids) : turnAway(run, options.turnAway);
      },
    );

  sub("devices", {
    en: "enrols, replaces and closes keys of devices, row by row of a CSV; run again it goes on",
    zh: "按 CSV 逐行登记、更换、停用设备密钥；可重复运行以继续",
  })
    .argument(
      "<file>",
      say({
        en: "CSV: code, action (enrol, replace, close), key, kid, label, until, since",
        zh: "CSV：code、action（enrol、replace、close）、key、kid、label、until、since",
      }),
    )
    .option("--dry-run", say({ en: "tells what would be done", zh: "只列出将做的更改" }))
    .option("--skip-bad", say({ en: "leaves bad rows out", zh: "跳过有误的行" }))
    .option(
      "--report <file>",
      say({ en: "writes all bad rows there, as CSV", zh: "将有误的行写入该 CSV 文件" }),
    )
    .option("--encoding <name>", "utf-8, gb18030")
    .action(async (path: string, options: DevicesOptions, command: Command) =>
      changeDevices(runOf(command), path, options),
    );

  sub("list", { en: "datasets of the ledger, found by name", zh: "查找账本中的数据集" })
    .argument("[text]", say({ en: "part of its name", zh: "名称的一部分" }))
    .option("--open", say({ en: "open data only", zh: "仅开放数据" }))
    .action(async (q: string | undefined, { open }: { readonly open?: true }, command: Command) => {
      const run = runOf(command);
      await listDatasets(run, { ...(q && { q }), ...(open && { open: 1 }) });
    });

  sub("entries", { en: "lists entries, as everybody may see them", zh: "列出条目（公开信息）" })
    .argument("<code>", code)
    .action(async (text: string, _: object, command: Command) =>
      listEntries(runOf(command), readCodeArgument(text)),
    );

  sub("read", {
    en: "an entry with its facts: for its owner, or as far as was granted",
    zh: "读取条目内容（所有者，或在授权范围内）",
  })
    .argument("<code>", code)
    .argument("<index>", index)
    .action(async (text: string, at: string, _: object, command: Command) => {
      const run = runOf(command);
      const client = run.client.as(await requesterOf(run));
      const entry = await client.datasetEntry(readCodeArgument(text), readIndex(at));
      run.result(entry, () => JSON.stringify(entry, null, 2).split("\n"));
    });

  addExportOptions(
    sub("export", {
      en: "a table of all that may be seen, with a proof of the whole beside it",
      zh: "将可见的全部内容导出为表，并附整体证明",
    })
      .argument("<code>", code)
      .argument("<file>", say({ en: "where to write it", zh: "输出文件" })),
    say,
  ).action(async (text: string, path: string, options: ExportOptions, command: Command) =>
    exportTable(runOf(command), readCodeArgument(text), path, options),
  );

  withFacts(
    sub("proof", {
      en: "a file from facts up to the ledger, for `cityid verify`",
      zh: "生成由事实直至账本的证明文件，供 `cityid verify` 核验",
    })
      .argument("<code>", code)
      .argument("<index>", index)
      .argument("<file>", say({ en: "where to write it", zh: "输出文件" })),
  ).action(
    async (text: string, at: string, path: string, options: FactOptions, command: Command) => {
      const run = runOf(command);
      const client = run.client.as(await requesterOf(run));
      const asked = askedBy(options);
      await writeFile(path, await client.factsProof(readCodeArgument(text), readIndex(at), asked));
      run.result({ path }, () => [run.paint.good("✔ ") + path]);
    },
  );

  withFacts(
    sub("erase", {
      en: "erases facts for good; what is left still verifies",
      zh: "永久删除事实；其余仍可核验",
    })
      .argument("<code>", code)
      .argument("<index>", index),
  ).action(async (text: string, at: string, options: FactOptions, command: Command) => {
    const run = runOf(command);
    const client = run.client.as(await requesterOf(run));
    await client.eraseFacts(readCodeArgument(text), readIndex(at), askedBy(options));
    const done = run.say({ en: "Erased.", zh: "已删除。" });
    run.result({ erased: true }, () => [run.paint.good("✔ ") + done]);
  });

  sub("file", { en: "a file that an entry names", zh: "取出条目所附文件" })
    .argument("<code>", code)
    .argument("<index>", index)
    .argument("<sha256>")
    .argument("<file>", say({ en: "where to write it", zh: "输出文件" }))
    .option("--strip", say({ en: "without its metadata", zh: "去除元数据" }))
    .action(
      async (
        text: string,
        at: string,
        hash: string,
        path: string,
        { strip = false }: { readonly strip?: boolean },
        command: Command,
      ) => {
        const run = runOf(command);
        const client = run.client.as(await requesterOf(run));
        const asked = [readCodeArgument(text), readIndex(at), readHash(hash)] as const;
        await writeFile(path, await client.entryFile(...asked, strip));
        run.result({ path }, () => [run.paint.good("✔ ") + path]);
      },
    );
}

function askedBy({ observation, names }: FactOptions) {
  return {
    ...(observation !== undefined && { observation: readIndex(observation) }),
    ...(names !== undefined && { names: names.split(",") }),
  };
}

async function listDatasets(run: Run, filter: DatasetFilter): Promise<void> {
  let count = 0;
  for await (const item of everyItem((paging) => run.client.datasets(filter, paging))) {
    count += 1;
    const title = item.title[run.language] ?? Object.values(item.title)[0];
    const access =
      item.open === undefined
        ? run.say({ en: "on request", zh: "须申请" })
        : run.say({ en: "open", zh: "开放" });
    run.result(item, () => [`${item.code}\t${title}\t${access}\t${item.log.origin}`]);
  }
  // Beside the list, which a program reads: nothing is in it.
  if (count === 0) run.note(run.say({ en: "No dataset was found.", zh: "没有符合条件的数据集。" }));
}

async function listEntries(run: Run, code: string): Promise<void> {
  for await (const item of everyItem((paging) => run.client.datasetEntries(code, paging))) {
    run.result(item, () => [`${item.index}\t${localTime(item.received)}\t${item.office}`]);
  }
}
