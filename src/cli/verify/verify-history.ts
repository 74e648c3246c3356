import { hex } from "../../core/index.ts";
import type { HistoryChange, HistoryGap, HistoryVerdict } from "../../verify/index.ts";
import type { Run } from "../run.ts";
import { localTime, statusText } from "../show-record.ts";
import { alignRows } from "../width.ts";
import { ageText, checkSubject, whoLines } from "./attested.ts";

/** The whole history of a record, of which nothing is left out. */
export function showHistory(run: Run, verdict: HistoryVerdict, code: string | undefined): void {
  const { record, changes, gaps } = verdict;
  checkSubject(record.key, code);
  const { checkpoint, block, age, effective, signedBy, cosignatures } = record;
  const shown = {
    key: record.key,
    generation: record.record.generation,
    ...(effective === undefined ? {} : { effective }),
    changes: changes.map(changeJson),
    gaps,
    checkpoint: { ...checkpoint, root: hex(checkpoint.root) },
    time: new Date(block.time).toISOString(),
    ...(age === undefined ? {} : { age }),
    signedBy,
    cosignatures,
  };
  run.result(shown, () => historyLines(run, verdict));
}

function changeJson({ generation, kind, chains, index, hash, signed, block }: HistoryChange) {
  return {
    index,
    hash: hex(hash),
    kind,
    chains,
    generation,
    ...(signed === undefined ? {} : { signed }),
    time: new Date(block.time).toISOString(),
  };
}

function historyLines(run: Run, { record, changes, gaps }: HistoryVerdict): string[] {
  const { say, paint } = run;
  const { effective, block, age } = record;
  const [code, count] = [record.record.code, changes.length];
  const made =
    count === 1 ? "this one change, and no other," : `these ${count} changes, and no others,`;
  const head = say({
    en: `${code}: ${made} made it what it is.`,
    zh: `${code}：其现状由且仅由以下 ${count} 项变更形成。`,
  });
  const rows = changes.map(({ block, index, kind, signed, fields }) => [
    localTime(new Date(block.time).toISOString()),
    `#${index}`,
    kind,
    signed?.iss ?? "",
    kind === "genesis" ? "" : namesOf(fields),
  ]);
  return [
    paint.good("✔ ") + head,
    ...(effective === undefined ? [] : [`  ${statusText(effective.status, say, paint)}`]),
    ...alignRows(rows).map((line) => `  ${line}`),
    ...gaps.map((gap) => paint.warn(`  ▲ ${gapText(run, gap)}`)),
    `  ${say({ en: "state of", zh: "状态时间" })} ${localTime(new Date(block.time).toISOString())}${ageText(run, age)}`,
    ...whoLines(run, record),
  ];
}

/** What was changed: the names of the fields, without those that only say which record. */
function namesOf(fields: object): string {
  return Object.keys(fields)
    .filter((name) => name !== "op" && name !== "code" && name !== "prev")
    .join(", ");
}

function gapText({ say }: Run, { before }: HistoryGap): string {
  return say({
    en: `the succession #${before} does not name the change of control before it: one could be missing there`,
    zh: `承继操作 #${before} 未指明此前的控制权变更：该处可能有遗漏`,
  });
}
