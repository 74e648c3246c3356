import {
  type EffectiveStatus,
  hex,
  type Names,
  type RecordKind,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import { printedCode } from "../code-argument.ts";
import { nameIn } from "../name-in.ts";
import type { Language, Text } from "../text.ts";
import type { Facts } from "./facts.ts";
import { changeWords } from "./history-words.ts";
import { bothTimes } from "./time.ts";

// What a certificate says, once: the page is drawn from it, and `verify` prints it for comparison.

export type Row = {
  readonly label: Text;
  readonly value: string;
  /** A hash, a key or an address. */
  readonly isTechnical?: true;
};

export const STATUS_WORDS: { readonly [status in EffectiveStatus["status"] | "absent"]: Text } = {
  active: { en: "active", zh: "有效" },
  suspended: { en: "suspended", zh: "已暂停" },
  retired: { en: "retired", zh: "已注销" },
  void: { en: "void", zh: "已撤销" },
  absent: { en: "never issued in this ledger", zh: "本账本从未签发" },
};

const KIND_WORDS: { readonly [kind in RecordKind]: Text } = {
  root: { en: "code system", zh: "编码体系" },
  country: { en: "country", zh: "国家" },
  division: { en: "administrative division", zh: "行政区划" },
  department: { en: "department", zh: "部门" },
  class: { en: "class", zh: "类别" },
  thing: { en: "thing", zh: "设施" },
  place: { en: "place", zh: "地点" },
  device: { en: "device", zh: "设备" },
  document: { en: "document", zh: "文件" },
  dataset: { en: "dataset", zh: "数据集" },
};

const NOT_PUBLIC: Text = { en: "not public", zh: "未公开" };
const MEMBERS: Text = { en: "the members together", zh: "成员机构共同决定" };

/** Every name, `石家庄市 / en Shijiazhuang`, that of the language first; one that is committed to stands as such. */
function allNames(names: Names, language: Language): string {
  return Object.entries(names)
    .toSorted(([a], [b]) => Number(b === language) - Number(a === language))
    .map(([tag, name]) => {
      const text = "value" in name ? name.value : `(${NOT_PUBLIC[language]})`;
      return tag === language ? text : `${tag} ${text}`;
    })
    .join(" / ");
}

/** Who it is that signed: an office by its name where the proof has it, with what it signs as. */
export function officeText(iss: string, { names }: Facts, language: Language): string {
  const name = nameIn(names.get(iss), language);
  return name === undefined ? iss : `${name} ${iss}`;
}

/** What the record says. */
export function recordRows(facts: Facts, language: Language): Row[] {
  const { code, record, changes } = facts;
  const rows: Row[] = [];
  const add = (en: string, zh: string, value: string | undefined) => {
    if (value) rows.push({ label: { en, zh }, value });
  };
  add("Code", "编码", printedCode(code));
  add("Status", "状态", statusLine(facts, language));
  if (record !== undefined) {
    const kind = KIND_WORDS[record.kind][language];
    add("Names", "名称", allNames(record.names, language));
    add("Kind", "种类", [kind, record.class].filter(Boolean).join(" / "));
    add("Responsible", "负责单位", ownerText(facts, language));
    add("Other numbers", "其他编号", aliasText(facts));
    add("Place", "位置", placeText(facts));
    const generation = record.generation > 1 ? String(record.generation) : undefined;
    add("Generation", "第几代", generation);
    add("Came from", "前身", record.predecessors.join(", "));
    add("Went to", "后继", record.successors.join(", "));
  }
  const born = changes?.find(({ generation }) => generation === record?.generation);
  if (born !== undefined) add("Issued", "签发", issuedText(facts, born, language));
  const last = changes?.at(-1);
  if (last !== undefined && last !== born)
    add("Last change", "最近变更", bothTimes(last.block.time, language));
  add("As of", "证明时点", bothTimes(facts.timeMilliseconds, language));
  return rows;
}

function statusLine({ code, record, status }: Facts, language: Language): string {
  if (record === undefined) return STATUS_WORDS.absent[language];
  if (status === undefined) return { en: "not proved", zh: "未证明" }[language];
  const own = `${code}#${record.generation}`;
  return (
    STATUS_WORDS[status.status][language] + (status.because === own ? "" : ` (${status.because})`)
  );
}

function ownerText(facts: Facts, language: Language): string {
  return facts.owner === undefined ? MEMBERS[language] : officeText(facts.owner, facts, language);
}

const MAX_ALIASES = 4;

function aliasText({ record }: Facts): string {
  const aliases = record?.aliases ?? [];
  const shown = aliases.slice(0, MAX_ALIASES).map(({ scheme, value }) => `${scheme} ${value}`);
  return [...shown, ...(aliases.length > MAX_ALIASES ? ["…"] : [])].join(" / ");
}

/** Of a point; other shapes stand in the proof. */
function placeText({ record }: Facts): string | undefined {
  const { geometry } = record ?? {};
  if (geometry === undefined || !("value" in geometry) || !("point" in geometry.value)) {
    return undefined;
  }
  const [longitude, latitude] = geometry.value.point;
  return `${longitude / UNITS_PER_DEGREE}, ${latitude / UNITS_PER_DEGREE} (WGS 84)`;
}

type Change = NonNullable<Facts["changes"]>[number];

/** An application is signed by who asked; what counts is who decided. */
function issuedText(facts: Facts, change: Change, language: Language): string {
  const { block, signed, kind } = change;
  const isByOffice = signed !== undefined && kind !== "admit";
  const by = isByOffice ? officeText(signed.iss, facts, language) : changeWords(change, language);
  return `${bothTimes(block.time, language)} / ${by}`;
}

/** One line of the history: when, what, which office signed. */
export type HistoryRow = readonly [when: string, what: string, who: string];

export function historyRows(facts: Facts, language: Language): HistoryRow[] {
  const { changes = [] } = facts;
  return changes.map((change): HistoryRow => {
    const { signed, index, block } = change;
    const who = signed === undefined ? "" : officeText(signed.iss, facts, language);
    return [bothTimes(block.time), `#${index} ${changeWords(change, language)}`, who];
  });
}

/** What the proof hangs on, and who vouches for it. */
export function proofRows(facts: Facts): Row[] {
  const { trusted, above, height, address, timeMilliseconds } = facts;
  const { checkpoint, signedBy } = trusted;
  const root = hex(checkpoint.root);
  const rows: Row[] = [
    {
      label: { en: "Log", zh: "日志" },
      value: [...above, checkpoint.origin].join(" → "),
      isTechnical: true,
    },
    {
      label: { en: "Checkpoint", zh: "检查点" },
      value: `${checkpoint.size} 条 entries / 区块 block ${height} / ${bothTimes(timeMilliseconds)}`,
    },
    { label: { en: "Root hash", zh: "根哈希" }, value: root, isTechnical: true },
    ...signedBy.map(
      (vkey): Row => ({
        label: { en: "Log key", zh: "日志公钥" },
        value: vkey,
        isTechnical: true,
      }),
    ),
    {
      label: { en: "Witnesses", zh: "见证方" },
      value: witnessText(trusted),
    },
  ];
  if (address !== undefined) {
    rows.push({ label: { en: "Address", zh: "网址" }, value: address, isTechnical: true });
  }
  return rows;
}

function witnessText({ cosignatures, sinceSeconds }: Facts["trusted"]): string {
  if (cosignatures.length === 0) {
    return "无：未证明日志对所有人相同 none: that the log tells everybody the same is not shown";
  }
  const names = cosignatures.map(({ witness }) => witness).join(", ");
  const quorum =
    sinceSeconds === undefined ? "" : ` / 达到法定数 quorum ${bothTimes(sinceSeconds * 1000)}`;
  return `${names}${quorum}`;
}
