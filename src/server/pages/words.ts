import type { EffectiveStatus, PlateState, RecordKind } from "../../core/index.ts";
import type { Words } from "./language.ts";

/** What kinds of records are called. */
export const KIND_WORDS: Readonly<Record<RecordKind, Words>> = {
  root: { zh: "编码体系", en: "code system" },
  country: { zh: "国家", en: "country" },
  division: { zh: "行政区划", en: "administrative division" },
  department: { zh: "部门", en: "department" },
  class: { zh: "类别", en: "class" },
  thing: { zh: "设施", en: "thing" },
  place: { zh: "地点", en: "place" },
  device: { zh: "设备", en: "device" },
  document: { zh: "文件", en: "document" },
  dataset: { zh: "数据集", en: "dataset" },
};

type Mark = {
  readonly icon: string;
  readonly style: string;
  readonly words: Words;
  readonly means: Words;
};

/** A state is always icon, word and colour, and one sentence of what it means. */
export const STATUS_MARKS: Readonly<Record<EffectiveStatus["status"], Mark>> = {
  active: {
    icon: "✓",
    style: "active",
    words: { zh: "有效", en: "active" },
    means: { zh: "此编码已登记，现在有效。", en: "This code is registered and in force." },
  },
  suspended: {
    icon: "▲",
    style: "attention",
    words: { zh: "暂停", en: "suspended" },
    means: {
      zh: "此编码已被暂停使用：在恢复之前，请勿据此办理业务。",
      en: "This code is suspended: do not rely on it until it is resumed.",
    },
  },
  retired: {
    icon: "→",
    style: "ended",
    words: { zh: "已注销", en: "retired" },
    means: { zh: "此编码已停止使用。", en: "This code is no longer in use." },
  },
  void: {
    icon: "✕",
    style: "stop",
    words: { zh: "登记已撤回", en: "withdrawn" },
    means: {
      zh: "此编码的登记已被登记者撤回，从未正式生效。",
      en: "Its registration was taken back by who made it; it should not have been issued.",
    },
  },
};

/** What has become of a plate. */
export const PLATE_MARKS: Readonly<Record<PlateState, Omit<Mark, "means">>> = {
  installed: { icon: "✓", style: "active", words: { zh: "已安装", en: "installed" } },
  moved: { icon: "✓", style: "active", words: { zh: "已移位", en: "moved" } },
  replaced: { icon: "→", style: "ended", words: { zh: "已更换", en: "replaced" } },
  missing: { icon: "▲", style: "attention", words: { zh: "丢失", en: "missing" } },
};

type PageWord =
  | "skip"
  | "path"
  | "because"
  | "itself"
  | "now"
  | "datasets"
  | "verifyHere"
  | "verifyPlate"
  | "reportHere"
  | "ledger"
  | "owner"
  | "stage"
  | "otherNumbers"
  | "actions"
  | "place"
  | "cell"
  | "mapNote"
  | "plates"
  | "plate"
  | "replacedBy"
  | "platesNote"
  | "attributes"
  | "notPublic"
  | "since"
  | "children"
  | "ownLedger"
  | "more"
  | "history"
  | "wholeHistory"
  | "check"
  | "checkNote"
  | "proofFile"
  | "recordFile"
  | "command"
  | "cannotTell"
  | "keyNote"
  | "logIndex"
  | "recorded"
  | "beijingTime"
  | "asOf"
  | "successors"
  | "predecessors"
  | "demonstration"
  | "scratch"
  | "otherLanguage";

/** Every other word of the code page. */
export const PAGE_WORDS: Readonly<Record<PageWord, Words>> = {
  skip: { zh: "跳到正文", en: "Skip to the content" },
  path: { zh: "所在层级", en: "Where it belongs" },
  because: { zh: "原因在其上级：", en: "What decides is above it: " },
  itself: { zh: "本单位", en: "This office itself" },
  now: { zh: "查看现在的内容", en: "see what holds now" },
  datasets: { zh: "数据集", en: "Datasets" },
  verifyHere: { zh: "在浏览器中核验", en: "Verify in this browser" },
  verifyPlate: { zh: "核验这块铭牌", en: "Check this plate" },
  reportHere: { zh: "在此上报（手机须已登记）", en: "Report here (for enrolled phones)" },
  ledger: { zh: "城市标识账本", en: "City identity ledger" },
  owner: { zh: "负责单位", en: "Responsible" },
  stage: { zh: "阶段", en: "Stage" },
  otherNumbers: { zh: "其他编号", en: "Other numbers" },
  actions: { zh: "可以做什么", en: "What you can do" },
  place: { zh: "位置", en: "Place" },
  cell: { zh: "约略位置（精确位置不公开）", en: "approximate; the exact place is not public" },
  mapNote: {
    zh: "点击后会向该地图服务透露此位置。",
    en: "Following a link tells that map service the place.",
  },
  plates: { zh: "铭牌", en: "Plates" },
  plate: { zh: "铭牌", en: "Plate" },
  replacedBy: { zh: "现由铭牌", en: "Now there: plate" },
  platesNote: {
    zh: "由负责单位在现场扫码登记；未曾登记安装的铭牌不在此列。",
    en: "As the office responsible scanned them in place; a plate that nobody scanned there is not listed.",
  },
  attributes: { zh: "属性", en: "Attributes" },
  notPublic: { zh: "不公开", en: "not public" },
  since: { zh: "自", en: "since" },
  children: { zh: "下级编码", en: "Parts below it" },
  ownLedger: {
    zh: "其下级编码由它自己的账本管理：",
    en: "What is below it is kept in a ledger of its own: ",
  },
  more: { zh: "更多", en: "More" },
  history: { zh: "历史", en: "History" },
  wholeHistory: { zh: "全部历史（JSON）", en: "The whole history (JSON)" },
  check: { zh: "自行核验", en: "Check it yourself" },
  checkNote: {
    zh: "下面的证明文件包含此记录、它在账本中的位置以及账本的签名。任何人都可以离线核验，无需信任本网站。",
    en: "The proof file holds this record, its place in the ledger and the ledger's signature. Anybody can check it off line, without trusting this site.",
  },
  proofFile: { zh: "证明文件", en: "Proof file" },
  recordFile: { zh: "记录（JSON）", en: "Record (JSON)" },
  command: { zh: "核验命令", en: "Command" },
  cannotTell: {
    zh: "网页只能证明记录是真的，不能证明现场的铭牌不是翻拍的。",
    en: "A page can show that the record is genuine, not that the plate in front of you is the original.",
  },
  keyNote: {
    zh: "命令中的公钥由本网站给出：请与从别处（例如某成员机构）得到的公钥核对。",
    en: "This site gives the key in the command: compare it with one that you have from elsewhere, such as a member.",
  },
  logIndex: { zh: "日志序号", en: "Log index" },
  recorded: { zh: "登记时间", en: "Recorded" },
  beijingTime: { zh: "北京时间", en: "Beijing time" },
  asOf: { zh: "以下为该日有效的内容", en: "What held on that day" },
  successors: { zh: "现由以下编码承接", en: "Its successors" },
  predecessors: { zh: "前身", en: "Its predecessors" },
  scratch: {
    zh: "测试模式：任何人都可写入此节点的测试数据集。",
    en: "For tests: everybody writes the scratch dataset of this node.",
  },
  demonstration: {
    zh: "演示：这里的编码不是正式编码。",
    en: "Demonstration: the codes here are not official.",
  },
  otherLanguage: { zh: "English", en: "中文" },
};

/** Links whose relation says enough, where they bear no title. */
export const LINK_WORDS: Readonly<Record<string, Words>> = {
  default: { zh: "打开主页", en: "Open its page" },
  report: { zh: "报告问题", en: "Report a problem" },
  manual: { zh: "使用说明", en: "Manual" },
  help: { zh: "帮助", en: "Help" },
  data: { zh: "数据", en: "Data" },
  dataset: { zh: "数据集", en: "Dataset" },
  about: { zh: "介绍", en: "About it" },
};

/** Stages of a life that most classes have. */
export const STAGE_WORDS: Readonly<Record<string, Words>> = {
  planned: { zh: "规划中", en: "Planned" },
  "in-use": { zh: "使用中", en: "In use" },
  "out-of-service": { zh: "停用", en: "Out of service" },
  removed: { zh: "已拆除", en: "Removed" },
  published: { zh: "已发布", en: "Published" },
  closed: { zh: "已关闭", en: "Closed" },
};

/** Kinds of numbers that things already had. */
export const SCHEME_WORDS: Readonly<Record<string, Words>> = {
  "asset-no": { zh: "资产编号", en: "asset number" },
  "old-plate": { zh: "旧铭牌", en: "old plate" },
  uic: { zh: "城市信息编码 UIC", en: "UIC" },
};

/** A number grouped as both languages write it. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
