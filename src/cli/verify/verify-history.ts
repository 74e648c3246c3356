import { hex } from "../../core/index.ts";
import {
  type ChainLink,
  type HistoryChange,
  type HistoryGap,
  type HistorySummary,
  type HistoryVerdict,
  type TrustOptions,
  verifyHistoryPages,
} from "../../verify/index.ts";
import type { Run } from "../run.ts";
import { localTime, statusText } from "../show-record.ts";
import { alignRows } from "../width.ts";
import { ageText, checkSubject, delegationText, refused, whoLines } from "./attested.ts";

/** What is shown of a change: a history may be longer than what fits into memory. */
type ShownChange = ReturnType<typeof changeJson> & { readonly fields: string };

/** The whole history of a record, of which nothing is left out, page by page. */
export async function verifyHistoryFile(
  run: Run,
  pages: Iterable<string> | AsyncIterable<string>,
  trust: TrustOptions,
  code: string | undefined,
): Promise<void> {
  const changes: ShownChange[] = [];
  const verdict = await verifyHistoryPages(pages, trust, (page) => {
    changes.push(...page.map(shownChange));
  });
  if (!verdict.ok) throw refused(verdict.error);
  show(run, verdict.value, changes.reverse(), code);
}

/** The same of one that was verified. */
export function showHistory(run: Run, verdict: HistoryVerdict, code: string | undefined): void {
  show(run, verdict, verdict.changes.map(shownChange), code);
}

function shownChange(change: HistoryChange): ShownChange {
  return { ...changeJson(change), fields: namesOf(change) };
}

/** `changes`: oldest first. */
function show(
  run: Run,
  summary: HistorySummary,
  changes: readonly ShownChange[],
  code: string | undefined,
): void {
  const { record, links, gaps } = summary;
  checkSubject(record.key, code);
  const { checkpoint, block, age, effective, signedBy, cosignatures } = record;
  const shown = {
    key: record.key,
    generation: record.record.generation,
    ...(effective === undefined ? {} : { effective }),
    changes: changes.map(({ fields: _, ...change }) => change),
    gaps,
    ...(links.length === 0 ? {} : { delegations: links.map(linkJson) }),
    checkpoint: { ...checkpoint, root: hex(checkpoint.root) },
    time: new Date(block.time).toISOString(),
    ...(age === undefined ? {} : { age }),
    signedBy,
    cosignatures,
  };
  run.result(shown, () => historyLines(run, summary, changes));
}

function linkJson({ code, origin, verdict }: ChainLink) {
  return { code, by: verdict.checkpoint.origin, to: origin };
}

function changeJson(change: HistoryChange) {
  const { generation, kind, chains, origin, index, hash, signed, block } = change;
  return {
    origin,
    index,
    hash: hex(hash),
    kind,
    chains,
    generation,
    ...(signed === undefined ? {} : { signed }),
    time: new Date(block.time).toISOString(),
  };
}

function historyLines(
  run: Run,
  { record, links, gaps }: HistorySummary,
  changes: readonly ShownChange[],
): string[] {
  const { say, paint } = run;
  const { effective, block, age } = record;
  const [code, count] = [record.record.code, changes.length];
  const made =
    count === 1 ? "this one change, and no other," : `these ${count} changes, and no others,`;
  const head = say({
    en: `${code}: ${made} made it what it is.`,
    zh: `${code}：其现状由且仅由以下 ${count} 项变更形成。`,
  });
  const rows = changes.map(({ time, origin, index, kind, signed, fields }) => [
    localTime(time),
    ...(links.length === 0 ? [] : [origin]),
    `#${index}`,
    kind,
    signed?.iss ?? "",
    fields,
  ]);
  return [
    paint.good("✔ ") + head,
    ...(effective === undefined ? [] : [`  ${statusText(effective.status, say, paint)}`]),
    ...alignRows(rows).map((line) => `  ${line}`),
    ...gaps.map((gap) => paint.warn(`  ▲ ${gapText(run, gap)}`)),
    ...links.map((link) => `  ${delegationText(run, link)}`),
    `  ${say({ en: "state of", zh: "状态时间" })} ${localTime(new Date(block.time).toISOString())}${ageText(run, age)}`,
    ...whoLines(run, record),
  ];
}

/** What was changed: the names of the fields, without those that only say which record. */
function namesOf({ kind, fields }: HistoryChange): string {
  if (kind === "genesis") return "";
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
