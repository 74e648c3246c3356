import type { LogReport, ReplayReport } from "../node/index.ts";
import { duration, group } from "./progress.ts";
import type { Run } from "./run.ts";
import { localTime } from "./show-record.ts";

type Attested = NonNullable<Extract<LogReport, { intact: false }>["attested"]>;

/** What an audit over HTTP verified, as of when, and attested by whom. */
export function logLines(run: Run, report: LogReport): string[] {
  const { say, paint } = run;
  const effort = fetchedLine(run, report);
  if (!report.intact) {
    const { attested } = report;
    if (attested === undefined) return [effort];
    const checkpoint = say({
      en: `Audited against the checkpoint of ${group(attested.size)} entries of ${attested.origin}:`,
      zh: `据 ${attested.origin} 的 ${group(attested.size)} 个条目的检查点审计：`,
    });
    return [checkpoint, ...attestedLines(run, attested), effort];
  }
  const { origin, size, replayed, extends: earlier } = report;
  const time = duration(report.milliseconds);
  return [
    paint.good("✔ ") +
      say({
        en: `${origin}: ${group(size)} entries are right (${time}).`,
        zh: `${origin}：${group(size)} 个条目核验无误（${time}）。`,
      }),
    ...(replayed === undefined
      ? [
          say({
            en: "  Every entry is in the tree. Signatures of operations, rules and map roots were not checked.",
            zh: "  每个条目均在树中；未核验操作签名、规则和映射根。",
          }),
        ]
      : replayLines(run, size, replayed)),
    ...(report.narrower === undefined
      ? []
      : [
          say({
            en: `  ${group(report.narrower)} partial tiles of earlier sizes are served, all of them right.`,
            zh: `  此前各长度的部分瓦片仍提供 ${group(report.narrower)} 个，均正确。`,
          }),
        ]),
    ...(earlier === undefined
      ? []
      : [
          say({
            en: `  It only grew since the checkpoint of ${group(earlier.size)} entries that was verified before.`,
            zh: `  自此前核验的 ${group(earlier.size)} 个条目的检查点以来只有追加。`,
          }),
        ]),
    ...attestedLines(run, report),
    ...(replayed === undefined ? [] : [paint.quiet(`  map ${replayed.mapRoot}`)]),
    effort,
  ];
}

function replayLines(
  { say }: Run,
  size: number,
  { blocks, blockTime, before }: ReplayReport,
): string[] {
  const now = group(size - before);
  return [
    say({
      en: `  Every entry is in the tree; ${now} were replayed now, ${group(before)} in an earlier run, ${group(blocks)} blocks in all: signatures, rules, map roots.`,
      zh: `  每个条目均在树中；本次重放 ${now} 个，此前已重放 ${group(before)} 个，共 ${group(blocks)} 个区块：签名、规则、映射根。`,
    }),
    `  ${say({ en: "state of", zh: "状态时间" })} ${localTime(blockTime)}`,
  ];
}

function attestedLines(
  { say, paint }: Run,
  { root, signedBy, cosignatures, policyFrom }: Attested,
): string[] {
  const witnesses = cosignatures.map(({ witness, timeSeconds }) => {
    return `${witness} (${localTime(new Date(timeSeconds * 1000).toISOString())})`;
  });
  return [
    ...signedBy.map((vkey) => paint.quiet(`  ${say({ en: "signed by", zh: "签名" })} ${vkey}`)),
    paint.quiet(
      witnesses.length === 0
        ? say({
            en: "  no witness: that the log tells everybody the same is not shown",
            zh: "  无见证方：不能证明该日志对所有人出示相同内容",
          })
        : `  ${say({ en: "witnessed by", zh: "见证方" })} ${witnesses.join(", ")}`,
    ),
    ...{
      given: [],
      node: [
        say({
          en: "  The key is the node's own word: to trust nobody, give `--policy FILE` from another source.",
          zh: "  公钥为节点自述：如不愿信任该节点，请用 `--policy 文件` 给出来自别处的策略。",
        }),
      ],
      remembered: [
        say({
          en: "  The key is the one of the first audit; where that came from the node, it is the node's own word.",
          zh: "  公钥沿用首次审计时的公钥；如当时取自节点，则仍为节点自述。",
        }),
      ],
    }[policyFrom],
    paint.quiet(`  log ${root}`),
  ];
}

function fetchedLine({ say, paint }: Run, { fetched, directory }: LogReport): string {
  const megabytes = (fetched.bytes / 1e6).toFixed(1);
  return paint.quiet(
    say({
      en: `  fetched ${megabytes} MB in ${group(fetched.requests)} requests, kept in ${directory}`,
      zh: `  下载 ${megabytes} MB（${group(fetched.requests)} 次请求），保存于 ${directory}`,
    }),
  );
}
