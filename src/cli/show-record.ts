import type { KeyJson, RecordAnswer, RecordJson, Summary } from "../sdk/index.ts";
import type { Paint } from "./paint.ts";
import type { Say, Text } from "./text.ts";
import { alignRows } from "./width.ts";

type Status = RecordAnswer["effective"]["status"];

type Speaking = { readonly say: Say; readonly paint: Paint; readonly language: string };

/** State as sign, word and colour: none of the three alone. */
export function statusText(status: Status, say: Say, paint: Paint): string {
  switch (status) {
    case "active":
      return paint.good(`✔ ${say({ en: "active", zh: "有效" })}`);
    case "suspended":
      return paint.warn(`▲ ${say({ en: "suspended", zh: "已暂停" })}`);
    case "retired":
      return paint.ended(`→ ${say({ en: "retired", zh: "已注销" })}`);
    case "void":
      return paint.bad(`✘ ${say({ en: "void", zh: "已撤销" })}`);
  }
}

type StatementJson = {
  readonly value?: unknown;
  readonly commit?: string;
  readonly validFrom: string;
};

/** The name in the language of the run, else any; a name that is not public is shown as such. */
export function nameOf(names: Summary["names"], language: string): string {
  const all: { readonly [language: string]: StatementJson } = names;
  const name = all[language] ?? all.zh ?? all.en ?? Object.values(all)[0];
  return name === undefined ? "" : String(name.value ?? "∎");
}

/** A record as a person reads it. `recoveryDelaySeconds`, where it is known, says from when on a recovery can finish. */
export function recordLines(
  answer: RecordAnswer,
  speaking: Speaking,
  recoveryDelaySeconds?: number,
): string[] {
  const { say, paint, language } = speaking;
  const { record, effective, place } = answer;
  const head = `${paint.strong(record.code)}${paint.quiet(`*${answer.check}`)}  ${nameOf(record.names, language)}`;
  const status = statusText(effective.status, say, paint);
  const own = `${record.code}#${record.generation}`;
  const { because: cause = own } = effective;
  const because = cause === own ? "" : `  (${cause})`;
  const rows: string[][] = [
    [say({ en: "state", zh: "状态" }), status + because],
    ...recoveryRows(record, speaking, recoveryDelaySeconds),
    [say({ en: "kind", zh: "种类" }), [record.kind, record.class].filter(Boolean).join(" ")],
    [say({ en: "generation", zh: "第几代" }), String(record.generation)],
    ...nameRows(record, say),
  ];
  if (place !== undefined) {
    rows.push([
      say({ en: "place", zh: "位置" }),
      `${place.longitude}, ${place.latitude} (${place.is})`,
    ]);
  }
  rows.push(...attributeRows(record), ...aliasRows(record, say), ...linkRows(record));
  rows.push([say({ en: "children", zh: "下级" }), String(record.children.count)]);
  rows.push(...delegationRows(answer, speaking), ...successorRows(record, say));
  rows.push([
    say({ en: "recorded", zh: "记录于" }),
    `${localTime(answer.recorded)}  #${answer.index}`,
  ]);
  return [head, ...alignRows(rows).map((line) => `  ${line}`)];
}

/** The delay of a recovery is there so that whoever has a key still may object. */
function recoveryRows(
  { code, recovery }: RecordJson,
  { say, paint }: Speaking,
  delaySeconds: number | undefined,
): string[][] {
  if (recovery === undefined) return [];
  const begun = localTime(recovery.started);
  const count = recovery.keys.length;
  const keys = { en: count === 1 ? "one new one" : `${count} new ones`, zh: `${count} 个新密钥` };
  const when = endOfDelay(recovery.started, delaySeconds);
  return [
    [
      say({ en: "recovery", zh: "密钥恢复" }),
      paint.warn("▲ ") +
        say({
          en: `begun ${begun}; ${when.en} it can replace all keys by ${keys.en}`,
          zh: `${begun} 开始；${when.zh}可将全部密钥更换为 ${keys.zh}`,
        }),
    ],
    [
      "",
      say({
        en: `object with a govern key of ${code}: cityid recover cancel ${code}`,
        zh: `如有异议，以 ${code} 的管理密钥执行：cityid recover cancel ${code}`,
      }),
    ],
  ];
}

function endOfDelay(started: string, delaySeconds: number | undefined): Text {
  if (delaySeconds === undefined) return { en: "after the delay", zh: "等待期满后" };
  const from = localTime(new Date(Date.parse(started) + delaySeconds * 1000).toISOString());
  return { en: `from ${from} on`, zh: `自 ${from} 起` };
}

function delegationRows(
  { record: { delegation }, effective }: RecordAnswer,
  { say, paint }: Speaking,
): string[][] {
  if (delegation === undefined) return [];
  const { origin, url } = delegation;
  const label = say({ en: "delegated to", zh: "下级委托给" });
  const held = { en: "no proof from there holds while it is suspended", zh: "暂停期间其证明无效" };
  const isHeld = effective.status === "suspended";
  return [[label, `${origin}  ${url}`], ...(isHeld ? [["", paint.warn(`▲ ${say(held)}`)]] : [])];
}

function nameRows(record: RecordJson, say: Say): string[][] {
  return Object.entries(record.names as { readonly [l: string]: StatementJson }).map(
    ([language, name]) => [`${say({ en: "name", zh: "名称" })} ${language}`, statementText(name)],
  );
}

function attributeRows(record: RecordJson): string[][] {
  const stage = record.stage === undefined ? [] : [["stage", statementText(record.stage)]];
  const attributes = Object.entries(record.attributes as { readonly [n: string]: StatementJson });
  return [...stage, ...attributes.map(([name, value]) => [name, statementText(value)])];
}

function aliasRows(record: RecordJson, say: Say): string[][] {
  return record.aliases.map(({ scheme, value }) => [
    say({ en: "also known as", zh: "别名" }),
    `${scheme} ${value}`,
  ]);
}

function linkRows(record: RecordJson): string[][] {
  return record.links.map(({ rel, href }) => [rel, href]);
}

function successorRows(record: RecordJson, say: Say): string[][] {
  const rows: string[][] = [];
  if (record.predecessors.length > 0) {
    rows.push([say({ en: "came from", zh: "前身" }), record.predecessors.join(", ")]);
  }
  if (record.successors.length > 0) {
    rows.push([say({ en: "went to", zh: "后继" }), record.successors.join(", ")]);
  }
  return rows;
}

function statementText({ value, commit, validFrom }: StatementJson): string {
  const shown =
    commit === undefined ? String(value) : `∎ ${commit.slice(0, 8)}…${commit.slice(-4)}`;
  return `${shown}  (${validFrom} –)`;
}

/** One key a line. */
export function keyLines(keys: readonly KeyJson[], paint: Paint): string[] {
  const rows = keys.map(({ kid, uses, label, to, why, scope, rpId }) => [
    kid,
    uses.join(","),
    label,
    [
      scope === undefined ? "" : JSON.stringify(scope),
      rpId ?? "",
      to === undefined ? "" : `${why} ${localTime(to)}`,
    ]
      .filter(Boolean)
      .join(" "),
  ]);
  return alignRows(rows).map((line, i) => (keys[i]?.to === undefined ? line : paint.ended(line)));
}

/** Beijing time, as both languages' readers of this register use it: `2026-11-22 14:05:09`. */
export function localTime(time: string): string {
  const beijing = new Date(Date.parse(time) + 8 * 3600 * 1000);
  return beijing.toISOString().slice(0, 19).replace("T", " ");
}
