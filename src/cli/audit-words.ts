import type { LogReport } from "../node/index.ts";
import { CliProblem } from "./problem.ts";
import { fill, type Text } from "./text.ts";

type Refused = Extract<LogReport, { intact: false }>;

type Words = { readonly why: Text; readonly remedy: Text };

const FOUND: { readonly [code: string]: Words } = {
  AUDIT_MISSING: {
    why: {
      en: "it does not serve {path}, which its checkpoint covers",
      zh: "未提供其检查点所涵盖的 {path}",
    },
    remedy: {
      en: "Ask another server of this log for it, or again later; a log that keeps it back from everybody is not to be relied on.",
      zh: "请向该日志的其他服务器索取，或稍后再试；如各处均不提供，则不可采信该日志。",
    },
  },
  AUDIT_SIZE: {
    why: { en: "{path} is longer than {max} bytes", zh: "{path} 超过 {max} 字节" },
    remedy: {
      en: "Whoever serves this is no server of logs: check the address, and try another one.",
      zh: "提供此内容的不是日志服务器：请核对地址，并改用其他服务器。",
    },
  },
  AUDIT_ORIGIN: {
    why: {
      en: "it is the log {got}; what is kept here is of {want}",
      zh: "这是日志 {got}，而此处保存的是 {want}",
    },
    remedy: {
      en: "Check the address. Where this log is meant, give it a `--cache` of its own.",
      zh: "请核对地址；如确为此日志，请用 `--cache` 为其另设目录。",
    },
  },
  AUDIT_EMPTY: {
    why: { en: "its checkpoint has no entries", zh: "其检查点没有任何条目" },
    remedy: {
      en: "Nothing has been written there yet: check the address, or come again later.",
      zh: "该处尚无任何内容：请核对地址，或稍后再来。",
    },
  },
  AUDIT_ROOT: {
    why: {
      en: "its tiles give the root {got}, its checkpoint of {size} entries says {want}",
      zh: "由瓦片算得的根为 {got}，而 {size} 个条目的检查点载明 {want}",
    },
    remedy: {
      en: "Try another server of this log. Where all of them serve these tiles, keep the checkpoint: the log signed what it does not show.",
      zh: "请改用该日志的其他服务器；如各处的瓦片都如此，请保留此检查点：日志签署了它并未出示的内容。",
    },
  },
  AUDIT_TILE_LENGTH: {
    why: {
      en: "{path} has {got} bytes where {want} belong",
      zh: "{path} 有 {got} 字节，应为 {want} 字节",
    },
    remedy: {
      en: "The file was cut or padded on its way: try again, then another server, and tell the operator of this one.",
      zh: "文件在途中被截断或填充：请重试，再改用其他服务器，并告知此服务器的运营方。",
    },
  },
  AUDIT_TILE: {
    why: { en: "the hashes in {path} are not those of the tree", zh: "{path} 中的哈希不属于该树" },
    remedy: {
      en: "Take the tile from another server of this log, and tell the operator of this one that it is damaged or forged.",
      zh: "请从该日志的其他服务器获取此瓦片，并告知此服务器的运营方：文件已损坏或被篡改。",
    },
  },
  BUNDLE_SHORT: {
    why: {
      en: "{path} ends within its entry {entry}, after {bytes} bytes",
      zh: "{path} 在第 {bytes} 字节处中断，其第 {entry} 个条目不完整",
    },
    remedy: {
      en: "The file was cut: try again, then another server of this log.",
      zh: "文件不完整：请重试，再改用该日志的其他服务器。",
    },
  },
  BUNDLE_TRAILING: {
    why: {
      en: "{path} has {extra} bytes behind its last entry",
      zh: "{path} 的最后一个条目之后多出 {extra} 字节",
    },
    remedy: {
      en: "Nothing may stand there: try another server of this log, and tell the operator of this one.",
      zh: "该处不得有任何内容：请改用该日志的其他服务器，并告知此服务器的运营方。",
    },
  },
  AUDIT_ENTRY: {
    why: {
      en: "entry {index} in {path} is not the one that the tree has",
      zh: "{path} 中的条目 {index} 不是树所含的条目",
    },
    remedy: {
      en: "Do not use the entry. Take the bundle from another server of this log, and tell the operator of this one.",
      zh: "请勿使用该条目；请从该日志的其他服务器获取此文件，并告知此服务器的运营方。",
    },
  },
  AUDIT_PARTIAL: {
    why: {
      en: "{path}, which it serves still, is not how the tile of now begins",
      zh: "仍在提供的 {path} 与现有瓦片的开头不一致",
    },
    remedy: {
      en: "Clients that saw the log at that size were shown something else: ask its operator why, and audit without `--every-width` from another server.",
      zh: "在该大小时看到日志的客户端得到的内容不同：请向运营方询问原因，并从其他服务器不带 `--every-width` 再次审计。",
    },
  },
  AUDIT_ROLLED_BACK: {
    why: {
      en: "it shows {got} entries, and showed {want} before",
      zh: "现出示 {got} 个条目，此前曾出示 {want} 个",
    },
    remedy: {
      en: "This server may be behind, or was brought back from a backup: wait, ask another one, and do not take the older state for the present.",
      zh: "此服务器可能滞后，或由备份恢复：请稍候或改用其他服务器，勿把旧状态当作现状。",
    },
  },
  AUDIT_SPLIT: {
    why: {
      en: "it signed two histories, one of {first} entries and one of {second}; the proof is in {proof}",
      zh: "它签署了两份互相矛盾的历史，分别有 {first} 和 {second} 个条目；证据见 {proof}",
    },
    remedy: {
      en: "Rely on this log no longer. Hand the proof to whoever else relies on it; anybody checks it with `cityid verify {proof}`.",
      zh: "请勿再采信此日志；请把证据交给其他使用者，任何人可用 `cityid verify {proof}` 核验。",
    },
  },
  AUDIT_NODE: {
    why: {
      en: "what the node says of itself names no policy ({why})",
      zh: "节点的自述中没有信任策略（{why}）",
    },
    remedy: {
      en: "Give the policy yourself: `--policy FILE`, with the key that the log publishes elsewhere.",
      zh: "请自行给出信任策略：`--policy 文件`，其中为该日志在别处公布的公钥。",
    },
  },
  REPLAY_GENESIS: {
    why: {
      en: "entry {index} is no genesis of this ledger ({why})",
      zh: "条目 {index} 不是本账本的创世条目（{why}）",
    },
    remedy: {
      en: "The log signed this: it is another ledger than it says. Keep {directory} as evidence, and compare the fingerprint of the genesis with the published one.",
      zh: "此内容由该日志签名：它并非其所称的账本。请保留 {directory} 作为证据，并与公布的创世指纹比对。",
    },
  },
  REPLAY_BLOCK_ENTRY: {
    why: {
      en: "entry {index} does not close its block as it should ({why})",
      zh: "条目 {index} 未能正确结束其区块（{why}）",
    },
    remedy: {
      en: "The log signed a block that the rules do not make. Do not rely on it; keep {directory} as evidence, and tell its operator.",
      zh: "该日志签署了规则不会产生的区块。请勿采信；请保留 {directory} 作为证据，并告知运营方。",
    },
  },
  REPLAY_TIME: {
    why: {
      en: "the block that entry {index} closes is older than the one before it",
      zh: "条目 {index} 所结束的区块早于前一区块",
    },
    remedy: {
      en: "The log signed times that go back. Rely on no time in it; keep {directory} as evidence, and tell its operator.",
      zh: "该日志签署了倒退的时间。请勿采信其中任何时间；请保留 {directory} 作为证据，并告知运营方。",
    },
  },
  REPLAY_REFUSED: {
    why: {
      en: "entry {index} is an operation that nobody was entitled to: {why}",
      zh: "条目 {index} 是任何人都无权进行的操作：{why}",
    },
    remedy: {
      en: "The log took what its rules refuse. Do not rely on it; keep {directory} as evidence, and tell the members of the consortium.",
      zh: "该日志接纳了规则所拒绝的操作。请勿采信；请保留 {directory} 作为证据，并告知联盟各成员。",
    },
  },
  REPLAY_MAP_ROOT: {
    why: {
      en: "entry {index} claims the map root {want}, the operations give {got}",
      zh: "条目 {index} 声称映射根为 {want}，而由操作算得 {got}",
    },
    remedy: {
      en: "The log signed a state that its own operations do not give: believe none of its record proofs. Keep {directory} as evidence, and tell who else relies on it.",
      zh: "该日志签署的状态与其操作不符：请勿采信其任何记录证明。请保留 {directory} 作为证据，并告知其他使用者。",
    },
  },
};

/** Everything else is about the checkpoint and the policy. */
const CHECKPOINT: Words = {
  why: { en: "its checkpoint is not to be believed", zh: "其检查点不可采信" },
  remedy: {
    en: "Check the policy: `--policy FILE` with the key that the log publishes elsewhere. Where the key has been changed, ask its operator why.",
    zh: "请核对信任策略：用 `--policy 文件` 给出该日志在别处公布的公钥。如公钥已更换，请向运营方询问原因。",
  },
};

/** Says what an audit over HTTP found, and what to do about it. */
export function auditProblem({ url, refusal, entries, directory }: Refused): CliProblem {
  const { code: cause, ...facts } = refusal;
  const { why, remedy } = FOUND[cause] ?? CHECKPOINT;
  return new CliProblem("CLI_AUDIT", {
    ...facts,
    ...("why" in facts && { detail: facts.why }),
    log: url,
    cause,
    entries,
    why: filled(why, facts),
    remedy: filled(remedy, { ...facts, directory }),
  });
}

/** Facts may be what a stranger wrote: nothing in them may steer a terminal. */
function filled({ en, zh }: Text, facts: { readonly [name: string]: unknown }): Text {
  const shown = Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, String(fact).replace(/\p{Cc}/gu, "\ufffd")]),
  );
  return { en: fill(en, shown), zh: fill(zh, shown) };
}
