import type { LogReport } from "../node/index.ts";
import { CliProblem } from "./problem.ts";
import { fill, type Text } from "./text.ts";

type Refused = Extract<LogReport, { intact: false }>;

const WHY: { readonly [code: string]: Text } = {
  AUDIT_MISSING: {
    en: "it does not serve {path}, which its checkpoint covers",
    zh: "未提供其检查点所涵盖的 {path}",
  },
  AUDIT_SIZE: { en: "{path} is longer than {max} bytes", zh: "{path} 超过 {max} 字节" },
  AUDIT_ORIGIN: {
    en: "it is the log {got}; what is kept here is of {want}",
    zh: "这是日志 {got}，而此处保存的是 {want}",
  },
  AUDIT_EMPTY: { en: "its checkpoint has no entries", zh: "其检查点没有任何条目" },
  AUDIT_ROOT: {
    en: "its tiles give the root {got}, its checkpoint of {size} entries says {want}",
    zh: "由瓦片算得的根为 {got}，而 {size} 个条目的检查点载明 {want}",
  },
  AUDIT_TILE_LENGTH: {
    en: "{path} has {got} bytes where {want} belong",
    zh: "{path} 有 {got} 字节，应为 {want} 字节",
  },
  AUDIT_TILE: {
    en: "the hashes in {path} are not those of the tree",
    zh: "{path} 中的哈希不属于该树",
  },
  BUNDLE_SHORT: {
    en: "{path} ends within its entry {entry}, after {bytes} bytes",
    zh: "{path} 在第 {bytes} 字节处中断，其第 {entry} 个条目不完整",
  },
  BUNDLE_TRAILING: {
    en: "{path} has {extra} bytes behind its last entry",
    zh: "{path} 的最后一个条目之后多出 {extra} 字节",
  },
  AUDIT_ENTRY: {
    en: "entry {index} in {path} is not the one that the tree has",
    zh: "{path} 中的条目 {index} 不是树所含的条目",
  },
  AUDIT_PARTIAL: {
    en: "{path}, which it serves still, is not how the tile of now begins",
    zh: "仍在提供的 {path} 与现有瓦片的开头不一致",
  },
  AUDIT_ROLLED_BACK: {
    en: "it shows {got} entries, and showed {want} before",
    zh: "现出示 {got} 个条目，此前曾出示 {want} 个",
  },
  AUDIT_SPLIT: {
    en: "it signed two histories, one of {first} entries and one of {second}; the proof is in {proof}",
    zh: "它签署了两份互相矛盾的历史，分别有 {first} 和 {second} 个条目；证据见 {proof}",
  },
  AUDIT_NODE: {
    en: "what the node says of itself names no policy ({why})",
    zh: "节点的自述中没有信任策略（{why}）",
  },
  REPLAY_GENESIS: {
    en: "entry {index} is no genesis of this ledger ({why})",
    zh: "条目 {index} 不是本账本的创世条目（{why}）",
  },
  REPLAY_BLOCK_ENTRY: {
    en: "entry {index} does not close its block as it should ({why})",
    zh: "条目 {index} 未能正确结束其区块（{why}）",
  },
  REPLAY_TIME: {
    en: "the block that entry {index} closes is older than the one before it",
    zh: "条目 {index} 所结束的区块早于前一区块",
  },
  REPLAY_REFUSED: {
    en: "entry {index} is an operation that nobody was entitled to: {why}",
    zh: "条目 {index} 是任何人都无权进行的操作：{why}",
  },
  REPLAY_MAP_ROOT: {
    en: "entry {index} claims the map root {want}, the operations give {got}",
    zh: "条目 {index} 声称映射根为 {want}，而由操作算得 {got}",
  },
};

const CHECKPOINT: Text = {
  en: "its checkpoint is not to be believed",
  zh: "其检查点不可采信",
};

/** What the log's own signature vouches for is the log's doing. */
const KEEP: Text = {
  en: "The log signed this. Do not rely on it; keep the copy in {directory} as evidence, and tell who else relies on it.",
  zh: "此内容由该日志签名。请勿采信；请保留 {directory} 中的副本作为证据，并告知其他使用者。",
};

const RETRY: Text = {
  en: "Whoever serves or carries the log may be at fault: try another server of it, and tell its operator if it stays.",
  zh: "可能是提供或传输日志的一方出错：请改用该日志的其他服务器；如仍如此，请告知其运营方。",
};

const POLICY: Text = {
  en: "Check the policy: `--policy FILE` with the key that the log publishes elsewhere. Where the key has been changed, ask its operator why.",
  zh: "请核对信任策略：用 `--policy 文件` 给出该日志在别处公布的公钥。如公钥已更换，请向运营方询问原因。",
};

/** Says what an audit over HTTP found, and what to do about it. */
export function auditProblem({ url, refusal, entries, directory }: Refused): CliProblem {
  const { code: cause, ...facts } = refusal;
  const known = WHY[cause];
  const isSigned = cause === "AUDIT_SPLIT" || cause.startsWith("REPLAY_");
  const remedy = known === undefined ? POLICY : isSigned ? KEEP : RETRY;
  return new CliProblem("CLI_AUDIT", {
    ...facts,
    ...("why" in facts && { detail: facts.why }),
    log: url,
    cause,
    entries,
    why: filled(known ?? CHECKPOINT, facts),
    remedy: filled(remedy, { directory }),
  });
}

/** Facts may be what a stranger wrote: nothing in them may steer a terminal. */
function filled({ en, zh }: Text, facts: { readonly [name: string]: unknown }): Text {
  const shown = Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, String(fact).replace(/\p{Cc}/gu, "\ufffd")]),
  );
  return { en: fill(en, shown), zh: fill(zh, shown) };
}
