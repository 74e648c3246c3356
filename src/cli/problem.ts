import type { ChildFaultCode } from "../node/index.ts";
import type { EXIT } from "./exit.ts";
import { fill, type Language, type Text } from "./text.ts";

type Entry = { readonly exit: keyof typeof EXIT; readonly what: Text; readonly remedy: Text };

/** Everything that the command line itself can object to; docs/errors.md lists the same codes. */
export type CliProblemCode =
  | "CLI_USAGE"
  | "CLI_FILE"
  | "CLI_FILE_EXISTS"
  | "CLI_DISK_FULL"
  | "CLI_FILE_FORMAT"
  | "CLI_CODE"
  | "CLI_ARGUMENT"
  | "CLI_MISSING"
  | "CLI_NODE_CERTIFICATE"
  | "CLI_KEY_NONE"
  | "CLI_KEY_MISSING"
  | "CLI_KEY_MODE"
  | "CLI_KEY_FORMAT"
  | "CLI_PASSPHRASE"
  | "CLI_PASSPHRASE_NEEDED"
  | "CLI_DECLINED"
  | "CLI_CONFIRMATION"
  | "CLI_MEMBER_UNKNOWN"
  | "CLI_EVIDENCE"
  | "CLI_EVIDENCE_LOCKED"
  | "CLI_OPERATION"
  | "CLI_SHAPE"
  | "CLI_DECISION_UNKNOWN"
  | "CLI_DECISION_FORGED"
  | "CLI_PROPOSED"
  | "CLI_PROOF"
  | "CLI_PROOF_INCOMPLETE"
  | "CLI_PROOF_FUTURE"
  | "CLI_PROOF_LOG"
  | "CLI_PROOF_OLD"
  | "CLI_PROOF_SUBJECT"
  | "CLI_EXPORT_DIFFERS"
  | "CLI_PDF_PROOF"
  | "CLI_FRAUD"
  | "CLI_LOG_SHORTER"
  | "CLI_POLICY"
  | "CLI_SEAL_WRONG"
  | "CLI_SEAL_ENDED"
  | "CLI_SEAL_UNSURE"
  | "CLI_SEAL_SERIALS"
  | "CLI_SEAL_KEY_FULL"
  | "PLATES_HOST"
  | "PLATES_HOLDER"
  | "PLATES_KEY_USE"
  | "PLATES_NOT_GENUINE"
  | "PLATES_NONE"
  | "PLATES_MODULE"
  | "PLATES_DIRECTORY"
  | "PLATES_JOB"
  | "PLATES_BUSY"
  | "CLI_DAMAGED"
  | "CLI_AUDIT"
  | "INIT_LOG"
  | "INIT_GENESIS"
  | "INIT_LOG_KEY"
  | "NODE_SETTING"
  | "NODE_PORT"
  | "NODE_HOST"
  | "NODE_DATA_IN_USE"
  | "NODE_DATA_ACCESS"
  | "NODE_DISK_FULL"
  | "NODE_NOT_EMPTY"
  | "NODE_NO_DIRECTORY"
  | "NODE_INSIDE"
  | "NODE_BEGUN"
  | "NODE_LOG_KEY"
  | "NODE_LOG_KEY_OTHER"
  | "NODE_LOG_KEY_FOREIGN"
  | "NODE_KEY_FORMAT"
  | "NODE_WITNESS_MEMORY"
  | "NODE_WITNESS_KEY"
  | "NODE_WITNESS_OWN"
  | "NODE_VALIDATOR"
  | "NODE_NO_VALIDATOR"
  | "NODE_VALIDATOR_KEYS"
  | "NODE_UNDECIDED"
  | "NODE_ENGINE"
  | "NODE_RULES"
  | "WITNESS_OWN_LOG"
  | "NODE_NOT_BEGUN"
  | "NODE_DATA_DAMAGED"
  | "NODE_FAULT"
  | "PARENT_SILENT"
  // A branch is found by a node that runs, and ends no command.
  | Exclude<ChildFaultCode, "PARENT_BRANCH">
  | "IMPORT_ROWS"
  | "IMPORT_HEADING"
  | "IMPORT_LINE"
  | "IMPORT_EMPTY"
  | "IMPORT_COLUMNS"
  | "IMPORT_CHANGED"
  | "IMPORT_REFUSED"
  | "DEVICES_REFUSED";

const PROBLEMS: { readonly [Code in CliProblemCode]: Entry } = {
  CLI_USAGE: {
    exit: "usage",
    what: { en: "{detail}", zh: "{detail}" },
    remedy: { en: "See `cityid{command} --help`.", zh: "用法见 `cityid{command} --help`。" },
  },
  CLI_FILE: {
    exit: "usage",
    what: { en: "{path}: {detail}.", zh: "{path}：{detail}。" },
    remedy: {
      en: "Check the name of the file, and who may read and write it.",
      zh: "请检查文件名和读写权限。",
    },
  },
  CLI_FILE_EXISTS: {
    exit: "usage",
    what: { en: "{path} exists and is not overwritten.", zh: "{path} 已存在，不会被覆盖。" },
    remedy: { en: "Choose another name, or move it away.", zh: "请换一个文件名，或先移走原文件。" },
  },
  CLI_DISK_FULL: {
    exit: "usage",
    what: {
      en: "The disk is full, or the quota of this user is used up: what was to be written is not whole.",
      zh: "磁盘已满，或本用户的配额已用完：要写入的文件不完整。",
    },
    remedy: {
      en: "Make room, remove what was begun, and run it again.",
      zh: "请腾出空间，删除未写完的文件，然后重新运行。",
    },
  },
  CLI_FILE_FORMAT: {
    exit: "usage",
    what: { en: "{path} is not {want}.", zh: "{path} 不是{want}。" },
    remedy: { en: "Check that it is the right file.", zh: "请确认选对了文件。" },
  },
  CLI_CODE: {
    exit: "usage",
    what: {
      en: "“{text}” is not a code: {why} (character {position}).",
      zh: "“{text}”不是合法的编码：{why}（第 {position} 个字符）。",
    },
    remedy: {
      en: "A code looks like MA.156.1301.02/LAMP/000123.",
      zh: "编码的形式如 MA.156.1301.02/LAMP/000123。",
    },
  },
  CLI_ARGUMENT: {
    exit: "usage",
    what: { en: "{name}: “{got}” is not {want}.", zh: "{name}：“{got}”不是{want}。" },
    remedy: { en: "Write it like {example}.", zh: "正确的写法如 {example}。" },
  },
  CLI_MISSING: {
    exit: "usage",
    what: { en: "It is not said {want}.", zh: "没有说明{want}。" },
    remedy: { en: "Write it like {example}.", zh: "正确的写法如 {example}。" },
  },
  CLI_NODE_CERTIFICATE: {
    exit: "unavailable",
    what: {
      en: "{url} answers, but its certificate is not trusted ({reason}).",
      zh: "{url} 有应答，但其证书不受信任（{reason}）。",
    },
    remedy: {
      en: "Check the address and this machine's clock, or have its operator renew the certificate. That of an authority of your own is trusted with NODE_EXTRA_CA_CERTS=FILE.",
      zh: "请核对地址和本机时钟，或请其运营方更新证书。证书由自建机构签发时，请设置 NODE_EXTRA_CA_CERTS=文件 以信任该机构。",
    },
  },
  CLI_KEY_NONE: {
    exit: "key",
    what: { en: "This needs a key to sign with.", zh: "此操作需要签名密钥。" },
    remedy: {
      en: "Give `--key FILE` or set CITYID_KEY; `cityid key new FILE` makes one.",
      zh: "请用 `--key 文件` 或环境变量 CITYID_KEY 指定；`cityid key new 文件` 可生成密钥。",
    },
  },
  CLI_KEY_MISSING: {
    exit: "key",
    what: { en: "There is no key file {path}.", zh: "密钥文件 {path} 不存在。" },
    remedy: {
      en: "Check the path; `cityid key new {path}` makes a key.",
      zh: "请检查路径；`cityid key new {path}` 可生成密钥。",
    },
  },
  CLI_KEY_MODE: {
    exit: "key",
    what: {
      en: "{path} can be read by others (mode {mode}).",
      zh: "{path} 可被其他用户读取（权限 {mode}）。",
    },
    remedy: {
      en: "Run `chmod 600 {path}`. If others had access, close this key in the ledger and use a new one.",
      zh: "请执行 `chmod 600 {path}`。如已被他人接触，请在账本中停用此密钥并换新。",
    },
  },
  CLI_KEY_FORMAT: {
    exit: "key",
    what: { en: "{path} is not a key file: {detail}.", zh: "{path} 不是密钥文件：{detail}。" },
    remedy: {
      en: "Use a file that `cityid key new` made.",
      zh: "请使用由 `cityid key new` 生成的文件。",
    },
  },
  CLI_PASSPHRASE: {
    exit: "key",
    what: { en: "The passphrase does not open {path}.", zh: "口令无法打开 {path}。" },
    remedy: {
      en: "Try again. A lost passphrase cannot be recovered.",
      zh: "请重试。遗失的口令无法找回。",
    },
  },
  CLI_PASSPHRASE_NEEDED: {
    exit: "key",
    what: { en: "{path} is locked with a passphrase.", zh: "{path} 受口令保护。" },
    remedy: {
      en: "Run it in a terminal, or give `--passphrase-file FILE`.",
      zh: "请在终端中运行，或用 `--passphrase-file 文件` 提供口令。",
    },
  },
  CLI_DECLINED: {
    exit: "declined",
    what: { en: "Nothing was signed.", zh: "未签署任何内容。" },
    remedy: { en: "Run it again to sign.", zh: "如需签署，请重新执行。" },
  },
  CLI_CONFIRMATION: {
    exit: "declined",
    what: {
      en: "Nobody is there to confirm the signature.",
      zh: "没有人可以确认此次签署。",
    },
    remedy: { en: "In a script, add `--yes`.", zh: "在脚本中请加 `--yes`。" },
  },
  CLI_MEMBER_UNKNOWN: {
    exit: "missing",
    what: {
      en: "No member of this ledger takes evidence there: {member}.",
      zh: "本账本没有可接收材料的成员：{member}。",
    },
    remedy: {
      en: "Name a member that shows an age recipient: `--member ID`.",
      zh: "请用 `--member 编号` 指定已公布 age 接收公钥的成员。",
    },
  },
  CLI_EVIDENCE: {
    exit: "forged",
    what: {
      en: "The file “{title}” is not what the application commits to.",
      zh: "文件“{title}”与申请中的承诺值不符。",
    },
    remedy: { en: "Ask the applicant to send it again.", zh: "请申请人重新提交。" },
  },
  CLI_EVIDENCE_LOCKED: {
    exit: "key",
    what: {
      en: "The identity in {path} does not open the file “{title}”.",
      zh: "私钥文件 {path} 无法解密文件“{title}”。",
    },
    remedy: {
      en: "Use that of the member who was applied to. If it is that one, ask the applicant to send the file again.",
      zh: "请使用受理申请的成员的私钥文件；若确为该私钥，请申请人重新提交。",
    },
  },
  CLI_OPERATION: {
    exit: "usage",
    what: {
      en: "{file} is no operation that can be proposed: {cause} at “{path}”.",
      zh: "{file} 不是可提出的操作：“{path}”处有误（{cause}）。",
    },
    remedy: {
      en: "docs/spec/operations.md lists the kinds and their fields.",
      zh: "操作的种类和字段见 docs/spec/operations.md。",
    },
  },
  CLI_SHAPE: {
    exit: "usage",
    what: {
      en: "The ledger takes no such value at “{path}”: {cause} {want}",
      zh: "账本不接受“{path}”处的值：{cause} {want}",
    },
    remedy: {
      en: "Mend that value; nothing was signed.",
      zh: "请改正该值；未签署任何内容。",
    },
  },
  CLI_DECISION_UNKNOWN: {
    exit: "missing",
    what: {
      en: "There is no decision {decision}.",
      zh: "没有决议 {decision}。",
    },
    remedy: {
      en: "Check its id: `cityid inbox decisions` lists those that await votes. Nothing was signed.",
      zh: "请核对编号：`cityid inbox decisions` 可列出待表决的决议。未签署任何内容。",
    },
  },
  CLI_PROPOSED: {
    exit: "refused",
    what: {
      en: "{by} put the very same to the vote already: decision {decision}.",
      zh: "{by} 已将同一事项提请表决：决议 {decision}。",
    },
    remedy: {
      en: "Approve that one instead: `cityid endorse {decision}`. Nothing was signed.",
      zh: "请直接对其表决：`cityid endorse {decision}`。未签署任何内容。",
    },
  },
  CLI_DECISION_FORGED: {
    exit: "forged",
    what: {
      en: "The node shows another content than decision {decision} has.",
      zh: "节点给出的内容与决议 {decision} 不符。",
    },
    remedy: {
      en: "Do not vote through this node. Ask another one, and tell its operator.",
      zh: "请勿经此节点表决。请改用其他节点，并告知其运营方。",
    },
  },
  CLI_PROOF: {
    exit: "forged",
    what: { en: "The proof does not hold: {cause}.", zh: "证明不成立：{cause}。" },
    remedy: {
      en: "Do not rely on it. Fetch it anew; if it fails again, keep both and tell the operator of the ledger.",
      zh: "请勿采信。可重新获取；若仍不成立，请保留两份证明并告知账本运营方。",
    },
  },
  CLI_PROOF_FUTURE: {
    exit: "forged",
    what: {
      en: "The proof is dated after now: the clock of this machine says {now}, Beijing time ({cause}).",
      zh: "证明所载时间晚于现在：本机时钟为 {now}（北京时间）（{cause}）。",
    },
    remedy: {
      en: "Set the clock of this machine right, and check again. If it is right, do not rely on the proof.",
      zh: "请校准本机时钟后再核验；若时钟无误，请勿采信此证明。",
    },
  },
  CLI_PROOF_INCOMPLETE: {
    exit: "forged",
    what: {
      en: "The proof does not show what stands above: {key} is missing, so the code may live in another ledger ({cause}).",
      zh: "此证明未包含上级 {key}，无法排除该码已委托给其他账本（{cause}）。",
    },
    remedy: {
      en: "Nothing says that it is false. Ask for it again with effective=1: `cityid show CODE --proof FILE` does, or GET /v1/proof?key=code/CODE&effective=1 at the node.",
      zh: "这并不表示证明有假。请加 effective=1 重新获取：可用 `cityid show 编码 --proof 文件`，或访问节点的 /v1/proof?key=code/编码&effective=1。",
    },
  },
  CLI_PROOF_LOG: {
    exit: "forged",
    what: {
      en: "No log that the policy names signed this ({cause}).",
      zh: "信任策略所列的日志均未签署此证明（{cause}）。",
    },
    remedy: {
      en: "Do not rely on it. It may be of another ledger, or signed with a key that came after the policy: verify it by the policy of that ledger, from a source other than the proof.",
      zh: "请勿采信。它可能出自其他账本，或由策略之后启用的密钥签署：请用该账本的策略核验，策略须另有来源，不得取自证明。",
    },
  },
  CLI_PROOF_OLD: {
    exit: "forged",
    what: {
      en: "The proof is {ageSeconds} s old, more than {maxSeconds} s ({cause}).",
      zh: "此证明距今 {ageSeconds} 秒，超过 {maxSeconds} 秒（{cause}）。",
    },
    remedy: {
      en: "Nothing says that it is false. Fetch it anew, or take what is older with --max-age.",
      zh: "这并不表示证明有假。请重新获取，或用 --max-age 放宽时限。",
    },
  },
  CLI_SEAL_WRONG: {
    exit: "forged",
    what: { en: "Not genuine ({cause}): {why}.{by}", zh: "不真实（{cause}）：{why}。{by}" },
    remedy: {
      en: "Do not rely on the plate; tell the owner of the thing that it stands on.",
      zh: "请勿采信此铭牌，并告知该物的权属单位。",
    },
  },
  CLI_SEAL_ENDED: {
    exit: "refused",
    what: { en: "It counts no longer ({cause}): {why}.{by}", zh: "已失效（{cause}）：{why}。{by}" },
    remedy: {
      en: "Ask the owner which plate is in its place.",
      zh: "请向权属单位询问现行的铭牌。",
    },
  },
  CLI_SEAL_UNSURE: {
    exit: "unavailable",
    what: { en: "It cannot be told ({cause}): {why}.{by}", zh: "无法判定（{cause}）：{why}。{by}" },
    remedy: {
      en: "Check it again with a connection, or with newer evidence.",
      zh: "请联网后重新核验，或使用较新的依据。",
    },
  },
  CLI_SEAL_SERIALS: {
    exit: "usage",
    what: {
      en: "The count of serials in {path} cannot be used: another run holds {lock}, or it is no count.",
      zh: "无法使用 {path} 中的序号计数：另一进程持有 {lock}，或其内容有误。",
    },
    remedy: {
      en: "Wait until the other run has ended; if there is none, remove {lock}. A count that is damaged: remove it, and give `--first`.",
      zh: "请等待另一进程结束；若确无其他进程，请删除 {lock}。计数损坏时请删除该文件，并用 `--first` 指明序号。",
    },
  },
  CLI_SEAL_KEY_FULL: {
    exit: "usage",
    what: {
      en: "The key {kid} has no serials left for so many seals: it has {max} in all.",
      zh: "密钥 {kid} 的序号不足：每个密钥共 {max} 个。",
    },
    remedy: {
      en: "Make a new key with the use `seal`, and register it (`cityid keys`).",
      zh: "请生成用途为 seal 的新密钥并登记（`cityid keys`）。",
    },
  },
  PLATES_HOST: {
    exit: "usage",
    what: {
      en: "{host} is not a public host: no phone outside could open these plates.",
      zh: "{host} 不是公开的主机：外部的手机无法打开这些铭牌。",
    },
    remedy: {
      en: "Name the public one (`--host id.example.org`). `--sample` prints samples for it, marked as such.",
      zh: "请指明公开的主机（`--host id.example.org`）；`--sample` 可印制带标记的样品。",
    },
  },
  PLATES_HOLDER: {
    exit: "refused",
    what: {
      en: "{holder} does not seal what is below {parent}: that is for {nearer}.",
      zh: "{parent} 之下不由 {holder} 签章，应由 {nearer} 签章。",
    },
    remedy: {
      en: "Use a key of {nearer} with the use `seal`, or choose another parent.",
      zh: "请使用 {nearer} 的 seal 密钥，或另选上级编码。",
    },
  },
  PLATES_KEY_USE: {
    exit: "key",
    what: {
      en: "The key {kid} of {holder} makes no seals; its uses in the ledger: {uses}.",
      zh: "{holder} 的密钥 {kid} 不能用于签章；账本所载用途：{uses}。",
    },
    remedy: {
      en: "Use an open key with the use `seal` (`cityid keys` adds one).",
      zh: "请使用用途为 seal 的有效密钥（可用 `cityid keys` 登记）。",
    },
  },
  PLATES_NOT_GENUINE: {
    exit: "refused",
    what: {
      en: "The first seal, of {subject}, would not be found genuine ({cause}): {why}. Nothing was printed.",
      zh: "首枚签章（{subject}）核验不通过（{cause}）：{why}。未绘制任何铭牌。",
    },
    remedy: {
      en: "Mend that, then begin anew in another directory; the serials of this job stay unused.",
      zh: "请先解决该问题，再在另一目录重新开始；本任务的序号不再使用。",
    },
  },
  PLATES_NONE: {
    exit: "missing",
    what: {
      en: "Below {parent} nothing is to be sealed (class: {class}; left out: {ended} not active, {sealThemselves} that seal themselves).",
      zh: "{parent} 之下没有可制作的铭牌（类别：{class}；未计入：{ended} 个无效，{sealThemselves} 个自行签章）。",
    },
    remedy: {
      en: "Check the code and the class: `cityid children {parent}`.",
      zh: "请检查编码和类别：`cityid children {parent}`。",
    },
  },
  PLATES_MODULE: {
    exit: "usage",
    what: {
      en: "In {layout} a module of {code} would be {module} mm; {where} it needs {min} mm. Nothing was sealed.",
      zh: "版式 {layout} 中 {code} 的模块只有 {module} mm，该安装位置（{where}）至少需 {min} mm。未制作任何签章。",
    },
    remedy: {
      en: "Choose a larger layout (`--layout {better}`), or a shorter host.",
      zh: "请选用较大的版式（`--layout {better}`），或较短的主机名。",
    },
  },
  PLATES_DIRECTORY: {
    exit: "usage",
    what: {
      en: "{path} is not empty, and holds no job of plates: {foreign}.",
      zh: "{path} 非空，且不是铭牌任务的目录（其中有 {foreign}）。",
    },
    remedy: { en: "Name a new directory.", zh: "请指定新目录。" },
  },
  PLATES_JOB: {
    exit: "usage",
    what: {
      en: "{path} is another job: its {field} is {want}, not {got}.",
      zh: "{path} 是另一项任务：其 {field} 为 {want}，而非 {got}。",
    },
    remedy: {
      en: "Say the same as when it began to go on with it; another job needs another directory.",
      zh: "继续该任务请使用与开始时相同的选项；新任务请指定新目录。",
    },
  },
  PLATES_BUSY: {
    exit: "usage",
    what: {
      en: "Another process ({pid}) works in {path}.",
      zh: "另一进程（{pid}）正在使用 {path}。",
    },
    remedy: { en: "Wait until it has ended.", zh: "请等待其结束。" },
  },
  CLI_PROOF_SUBJECT: {
    exit: "forged",
    what: {
      en: "The proof is about {got}, not about {want}.",
      zh: "此证明关于 {got}，而不是 {want}。",
    },
    remedy: { en: "Ask for the proof of the right code.", zh: "请索取正确编码的证明。" },
  },
  CLI_EXPORT_DIFFERS: {
    exit: "forged",
    what: {
      en: "{path} is not the table that the proof is of: it differs after {row} rows.",
      zh: "{path} 与证明所指的表不符：第 {row} 行之后不同。",
    },
    remedy: {
      en: "Export it anew, table and proof together; facts may have been erased in between.",
      zh: "请重新导出表与证明；其间可能有事实被删除。",
    },
  },
  CLI_PDF_PROOF: {
    exit: "forged",
    what: {
      en: "{path} brings no proof that can be checked: {why} ({cause}).",
      zh: "{path} 没有可核验的证明：{why}（{cause}）。",
    },
    remedy: {
      en: "Ask for the PDF as `cityid certificate` made it: printing or converting it loses the proof. Its words alone are no evidence.",
      zh: "请索取由 `cityid certificate` 生成的 PDF 原件：打印或转换会丢失证明。仅凭页面文字不构成证据。",
    },
  },
  CLI_FRAUD: {
    exit: "forged",
    what: {
      en: "The log {origin} did not only grow: it contradicts the checkpoint that you kept. The proof is in {path}.",
      zh: "日志 {origin} 并非只增不改：与您留存的检查点相矛盾。证明已存入 {path}。",
    },
    remedy: {
      en: "Believe nothing of this log any more. Check the proof by your own policy (`cityid verify`), and give it to the members of the consortium.",
      zh: "请勿再采信该日志。请按您自己的信任策略核验此证明（`cityid verify`），并交给联盟成员。",
    },
  },
  CLI_LOG_SHORTER: {
    exit: "forged",
    what: {
      en: "The node shows a log of {got} entries; the checkpoint that you kept has {want}.",
      zh: "节点出示的日志有 {got} 条；您留存的检查点有 {want} 条。",
    },
    remedy: {
      en: "Ask another node: this one is behind, or lost what it had. Keep your checkpoint.",
      zh: "请改询其他节点：此节点落后，或丢失了数据。请保留您的检查点。",
    },
  },
  CLI_POLICY: {
    exit: "usage",
    what: {
      en: "A proof is checked by a policy: whom do you believe?",
      zh: "核验证明需要信任策略：您信任谁？",
    },
    remedy: {
      en: "Give `--policy FILE` or `--vkey KEY`, from a source other than the proof; `cityid export policy FILE` asks a node for its own.",
      zh: "请用 `--policy 文件` 或 `--vkey 公钥` 给出，来源应不同于证明；`cityid export policy 文件` 可向节点索取其策略。",
    },
  },
  CLI_DAMAGED: {
    exit: "forged",
    what: {
      en: "{path} is damaged at byte {offset} of its journal: {why} ({cause}). The {entries} entries before it are right.",
      zh: "{path} 的日志文件在第 {offset} 字节处损坏：{why}（{cause}）。此前的 {entries} 个条目无误。",
    },
    remedy: {
      en: "Do not start a node on it. Restore a backup; the log of another copy gives back what is missing.",
      zh: "请勿用它启动节点。请恢复备份；缺失部分可由其他副本的日志补回。",
    },
  },
  CLI_AUDIT: {
    exit: "forged",
    what: {
      en: "{log} is not what it claims to be: {why} ({cause}). {entries} entries before it are right.",
      zh: "{log} 与其声称的不符：{why}（{cause}）。此前的 {entries} 个条目无误。",
    },
    remedy: {
      en: "{remedy}",
      zh: "{remedy}",
    },
  },
  INIT_LOG: {
    exit: "usage",
    what: {
      en: "{count} of the descriptions bring a log key; exactly one must.",
      zh: "有 {count} 份描述带有日志密钥；必须恰好一份。",
    },
    remedy: {
      en: "The member whose node writes the log runs `cityid init member --log host/log`.",
      zh: "由其节点写日志的成员执行 `cityid init member --log host/log`。",
    },
  },
  INIT_GENESIS: {
    exit: "usage",
    what: {
      en: "These descriptions make no ledger: {cause} {facts}",
      zh: "这些描述无法构成账本：{cause} {facts}",
    },
    remedy: {
      en: "Members need different ids and keys, and the votes must be possible.",
      zh: "各成员的编号和密钥须互不相同，票数要求须能达到。",
    },
  },
  INIT_LOG_KEY: {
    exit: "key",
    what: {
      en: "{path} is not the log key that the genesis names, or the policy of the ledger.",
      zh: "{path} 不是创世文件或账本信任策略所载的日志密钥。",
    },
    remedy: {
      en: "Use the file that `cityid init member --log` made beside the description; of a ledger that runs, `keys/log.key` of another validator.",
      zh: "请使用 `cityid init member --log` 与描述一同生成的文件；账本已运行时，请使用其他验证节点的 `keys/log.key`。",
    },
  },
  NODE_SETTING: {
    exit: "usage",
    what: { en: "{detail}", zh: "设置有误：{detail}" },
    remedy: {
      en: "`cityid start --help` lists the settings; the environment has the same ones.",
      zh: "设置项见 `cityid start --help`；环境变量亦同。",
    },
  },
  NODE_PORT: {
    exit: "node",
    what: { en: "Port {port} {trouble}.", zh: "端口 {port} {trouble}。" },
    remedy: {
      en: "Perhaps a node runs already. Else choose another: `{option}` or {variable}.",
      zh: "可能已有节点在运行。否则请用 `{option}` 或 {variable} 另选端口。",
    },
  },
  NODE_HOST: {
    exit: "node",
    what: {
      en: "{host} is no address of this machine.",
      zh: "{host} 不是本机的地址。",
    },
    remedy: {
      en: "Listen on one that it has, like `--host 127.0.0.1`, or on all: `--host 0.0.0.0`.",
      zh: "请监听本机已有的地址，例如 `--host 127.0.0.1`；监听全部地址用 `--host 0.0.0.0`。",
    },
  },
  NODE_DATA_IN_USE: {
    exit: "node",
    what: {
      en: "Another process (pid {pid}) has opened {directory}.",
      zh: "另一进程（pid {pid}）已打开 {directory}。",
    },
    remedy: {
      en: "A ledger has one writer. Stop that process, or use another directory: `--data`.",
      zh: "一个账本只能有一个写入进程。请停止该进程，或用 `--data` 指定其他目录。",
    },
  },
  NODE_DATA_ACCESS: {
    exit: "node",
    what: {
      en: "{directory} may not be read or written by this user ({reason}).",
      zh: "本用户无法读写 {directory}（{reason}）。",
    },
    remedy: {
      en: "Check who owns it, its mode, and that the disk is not mounted read-only.",
      zh: "请检查其所有者和权限，以及磁盘是否以只读方式挂载。",
    },
  },
  NODE_DISK_FULL: {
    exit: "node",
    what: {
      en: "The disk is too full. Nothing that the ledger acknowledged is lost.",
      zh: "磁盘空间不足。账本已确认的数据没有丢失。",
    },
    remedy: {
      en: "Make room, then run it again; a copy that was begun is none, and to be removed first.",
      zh: "请腾出空间，然后重新运行；未完成的副本无效，请先删除。",
    },
  },
  NODE_NOT_EMPTY: {
    exit: "node",
    what: {
      en: "{path} is not empty, and nothing is written over.",
      zh: "{path} 不是空目录，不会覆盖其中的内容。",
    },
    remedy: {
      en: "Name an empty directory, or one that is not there yet.",
      zh: "请指定空目录，或尚不存在的目录。",
    },
  },
  NODE_NO_DIRECTORY: {
    exit: "node",
    what: {
      en: "{path} is a file, or lies below one: it is not a directory.",
      zh: "{path} 是文件（或位于文件之下），不是目录。",
    },
    remedy: {
      en: "Name the directory; of a backup that is packed into a file, unpack it first.",
      zh: "请指定目录；备份若已打包成文件，请先解包。",
    },
  },
  NODE_INSIDE: {
    exit: "node",
    what: {
      en: "{path} lies in the directory that is to be copied.",
      zh: "{path} 位于要复制的目录之内。",
    },
    remedy: {
      en: "Name a directory outside of it, best on another disk: what destroys the one would destroy the copy.",
      zh: "请指定该目录之外的目录，最好在另一块磁盘上：否则原数据损毁时副本也随之损毁。",
    },
  },
  NODE_BEGUN: {
    exit: "node",
    what: { en: "A ledger was begun in {path} before.", zh: "{path} 中已建有账本。" },
    remedy: {
      en: "Start it with `cityid start --data`, or name another directory.",
      zh: "请用 `cityid start --data` 启动，或指定其他目录。",
    },
  },
  NODE_LOG_KEY: {
    exit: "node",
    what: {
      en: "The log's key is missing: there is no {path}.",
      zh: "缺少日志密钥：{path} 不存在。",
    },
    remedy: {
      en: "Put it back from where it is kept. A backup holds it only if it was made with `--with-keys`.",
      zh: "请从保管处放回。备份只有在使用 `--with-keys` 时才包含它。",
    },
  },
  NODE_LOG_KEY_OTHER: {
    exit: "node",
    what: {
      en: "{path} holds another log key than the one that was given.",
      zh: "{path} 中是另一个日志密钥，与所给的不同。",
    },
    remedy: {
      en: "Move it away if it belongs to no ledger, or name another directory.",
      zh: "若它不属于任何账本，请移走；否则请指定其他目录。",
    },
  },
  NODE_LOG_KEY_FOREIGN: {
    exit: "node",
    what: {
      en: "{path} is not the key of this log: no trust policy of the ledger ever named it.",
      zh: "{path} 不是本日志的密钥：账本的信任策略从未载有该密钥。",
    },
    remedy: {
      en: "Put the right file back: nobody would believe what this one signs. Where it is lost for good, start with `--confirm-log-key`, and have the members vote on a policy that names the new one.",
      zh: "请放回正确的文件：用此密钥签署的内容无人采信。若原密钥已永久遗失，请用 `--confirm-log-key` 启动，并由成员表决将新密钥写入信任策略。",
    },
  },
  NODE_KEY_FORMAT: {
    exit: "node",
    what: {
      en: "{path} holds no key: it should be one line of 64 hex digits.",
      zh: "{path} 中没有密钥：应为一行 64 位十六进制数字。",
    },
    remedy: {
      en: "Put the right file back from where it is kept.",
      zh: "请从保存处放回正确的文件。",
    },
  },
  NODE_WITNESS_MEMORY: {
    exit: "node",
    what: {
      en: "{path} is there, but not the memory of what it cosigned: the folder `witness/seen`.",
      zh: "{path} 存在，但缺少它已共签内容的记录：`witness/seen` 目录。",
    },
    remedy: {
      en: "Put the folder back as it last was. If it is lost, delete the key for good: the node makes another one, which the policies of others must then name.",
      zh: "请将该目录按最后的状态放回。若已丢失，请永久删除此密钥：节点会生成新的密钥，其他账本的信任策略须改用它。",
    },
  },
  NODE_WITNESS_KEY: {
    exit: "node",
    what: {
      en: "{path} holds the key of the log: it would attest nothing.",
      zh: "{path} 中是日志的密钥，用它共签毫无意义。",
    },
    remedy: {
      en: "Delete it; the node makes a key of its own.",
      zh: "请删除它；节点会自行生成密钥。",
    },
  },
  NODE_WITNESS_OWN: {
    exit: "node",
    what: {
      en: "The genesis names a witness that has the key of the log.",
      zh: "创世文件所列的见证方使用了日志的密钥。",
    },
    remedy: {
      en: "Name witnesses that others run, each with a key of its own.",
      zh: "请列出由他人运行、各有其密钥的见证方。",
    },
  },
  NODE_VALIDATOR: {
    exit: "node",
    what: {
      en: "The directory {path} is that of a validator, which runs together with its engine.",
      zh: "目录 {path} 属于验证节点，须与其共识引擎一起运行。",
    },
    remedy: {
      en: "Start it with `cityid validator --data {path}`.",
      zh: "请用 `cityid validator --data {path}` 启动。",
    },
  },
  NODE_UNDECIDED: {
    exit: "node",
    what: {
      en: "The members have not decided yet that validators go on with this ledger.",
      zh: "成员尚未决定由验证节点接续此账本。",
    },
    remedy: {
      en: "Start the node. The members take in each validator (`cityid validator join CARD`), then propose and endorse {order}. Stop the node, and run this again: docs/operating.md, From one node to validators.",
      zh: "请启动节点，由成员逐一接纳验证节点（`cityid validator join 名片`），再提请并通过 {order}；然后停止节点，重新执行。详见 docs/operating.md 的“From one node to validators”。",
    },
  },
  NODE_VALIDATOR_KEYS: {
    exit: "key",
    what: {
      en: "{path} has the keys of no validator of this ledger.",
      zh: "{path} 中没有该账本任何验证节点的密钥。",
    },
    remedy: {
      en: "Name the directory in which `cityid validator init` made them: `--data`, or CITYID_DATA.",
      zh: "请用 `--data` 或 CITYID_DATA 指定 `cityid validator init` 生成密钥的目录。",
    },
  },
  NODE_NO_VALIDATOR: {
    exit: "node",
    what: {
      en: "The directory {path} is not that of a validator.",
      zh: "目录 {path} 不是验证节点的数据目录。",
    },
    remedy: {
      en: "Start it with `cityid start --data {path}`, or name the validator's directory.",
      zh: "请用 `cityid start --data {path}` 启动，或指定验证节点的数据目录。",
    },
  },
  NODE_RULES: {
    exit: "node",
    what: {
      en: "From block {height} on this ledger is made by version {want} of its rules; this program has {known}.",
      zh: "自区块 {height} 起，本账本按规则版本 {want} 运行；本程序仅有版本 {known}。",
    },
    remedy: {
      en: "Install the program that has it and start again: nothing is lost, and the node catches up.",
      zh: "请安装含该版本的程序后重新启动：数据不会丢失，节点会自动追平。",
    },
  },
  NODE_ENGINE: {
    exit: "node",
    what: {
      en: "There is no CometBFT to run ({why}).",
      zh: "没有可运行的 CometBFT（{why}）。",
    },
    remedy: {
      en: "Install Go 1.25 or later, with which it is built by itself, or run `CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@v0.39.4` elsewhere and name the program with --engine.",
      zh: "请安装 Go 1.25 以上版本（将自动构建），或在别处执行 `CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@v0.39.4`，再用 --engine 指定该程序。",
    },
  },
  WITNESS_OWN_LOG: {
    exit: "usage",
    what: {
      en: "{origin} is the ledger of this very node: it cannot witness itself.",
      zh: "{origin} 是本节点自己的账本，不能为自己作见证。",
    },
    remedy: {
      en: "Add it at a node that somebody else runs.",
      zh: "请在由他人运行的节点上添加。",
    },
  },
  NODE_NOT_BEGUN: {
    exit: "node",
    what: { en: "There is no ledger in {path}.", zh: "{path} 中没有账本。" },
    remedy: {
      en: "Check the directory (`--data`). `cityid init` begins a ledger; `cityid demo` runs a demonstration.",
      zh: "请检查目录（`--data`）。`cityid init` 创建账本；`cityid demo` 运行演示。",
    },
  },
  NODE_DATA_DAMAGED: {
    exit: "node",
    what: { en: "The data are damaged: {cause} {facts}", zh: "数据已损坏：{cause} {facts}" },
    remedy: {
      en: "Run `cityid audit DIR` to see where; restore a backup. The damaged data are left as they are.",
      zh: "请执行 `cityid audit 目录` 查看损坏位置，并恢复备份。损坏的数据保持原样。",
    },
  },
  NODE_FAULT: {
    exit: "node",
    what: { en: "The node cannot go on: {cause} {facts}", zh: "节点无法继续：{cause} {facts}" },
    remedy: {
      en: "docs/errors.md says what {cause} means and what to do.",
      zh: "{cause} 的含义和处理办法见 docs/errors.md。",
    },
  },
  PARENT_SILENT: {
    exit: "unavailable",
    what: {
      en: "The parent's node does not answer at {url}.",
      zh: "上级账本的节点 {url} 没有应答。",
    },
    remedy: {
      en: "Run it again when that node is back, or with another of the parent's nodes: --parent. What was verified is kept.",
      zh: "请待该节点恢复后再次执行，或用 --parent 指定上级账本的其他节点。已核验的内容会保留。",
    },
  },
  PARENT_CHECKPOINT: {
    exit: "forged",
    what: {
      en: "The checkpoint of the parent ledger is not to be believed ({why}).",
      zh: "上级账本的检查点不可采信（{why}）。",
    },
    remedy: {
      en: "Check the address and --parent-policy; a wrong key means that somebody else answers. Run it again: what was verified is kept.",
      zh: "请核对地址和 --parent-policy；密钥不符说明应答者另有其人。再次执行即可继续，已核验的内容会保留。",
    },
  },
  PARENT_LOG: {
    exit: "forged",
    what: {
      en: "What the parent's node serves is not the log that its checkpoint is of ({why}).",
      zh: "上级节点提供的内容与其检查点所指的日志不符（{why}）。",
    },
    remedy: {
      en: "Nothing of it was taken. Run it again, at another copy of the log if it stays so; `cityid audit` says more.",
      zh: "未采用其中任何内容。请再次执行；若仍如此，请改用该日志的其他副本，并用 `cityid audit` 查明。",
    },
  },
  PARENT_REPLAY: {
    exit: "forged",
    what: {
      en: "The parent's log holds an entry that the rules could not have made ({cause}).",
      zh: "上级账本的日志含有规则不允许的条目（{cause}）。",
    },
    remedy: {
      en: "Audit it with `cityid audit`, and ask its operators.",
      zh: "请用 `cityid audit` 审计，并联系其运营方。",
    },
  },
  PARENT_REFUSED: {
    exit: "refused",
    what: {
      en: "The parent ledger refused the delegation: {cause} {facts}",
      zh: "上级账本拒绝了委托：{cause} {facts}",
    },
    remedy: {
      en: "`docs/errors.md` says what {cause} means. Where several keys must agree, `cityid delegate` with the file `policy` of the data directory asks for their votes.",
      zh: "{cause} 的含义见 docs/errors.md。需要多把密钥同意时，请用 `cityid delegate` 和数据目录中的 `policy` 文件征求同意。",
    },
  },
  PARENT_DELEGATION: {
    exit: "refused",
    what: {
      en: "The parent ledger does not delegate {subject} to {want}, but to {got}.",
      zh: "上级账本未将 {subject} 委托给 {want}（现为 {got}）。",
    },
    remedy: {
      en: "Look with `cityid show`; end the other delegation first, or give the name that it has: --origin.",
      zh: "请用 `cityid show` 查看；先收回另一委托，或用 --origin 给出其名称。",
    },
  },
  PARENT_LOG_KEY: {
    exit: "refused",
    what: {
      en: "The parent ledger vouches for the log of {subject} under the key {want}; the key in this data directory is {got}. Nothing was changed.",
      zh: "上级账本为 {subject} 的日志认可的密钥是 {want}，此数据目录中的密钥是 {got}。未做任何更改。",
    },
    remedy: {
      en: "Use the data directory with that key, or bring `keys/log.key` back from its backup. Where it is lost or not yours, take the delegation back: `cityid delegate {subject} end`, and run this again.",
      zh: "请使用存有该密钥的数据目录，或从备份恢复 `keys/log.key`。若密钥已丢失或不属于您，请先收回委托（`cityid delegate {subject} end`），再执行本命令。",
    },
  },
  PARENT_AHEAD: {
    exit: "refused",
    what: {
      en: "The parent ledger has {want} entries of this ledger, and this data directory holds {got}.",
      zh: "上级账本已锚定此账本的 {want} 条，而此数据目录中只有 {got} 条。",
    },
    remedy: {
      en: "Bring back the newest data directory, or its backup. Where that is lost, take the delegation back with `cityid delegate` and begin anew.",
      zh: "请恢复最新的数据目录或其备份；若已丢失，请用 `cityid delegate` 收回委托后重新建立。",
    },
  },
  IMPORT_ROWS: {
    exit: "rows",
    what: {
      en: "{bad} of {rows} rows cannot be imported. Nothing was signed.",
      zh: "{rows} 行中有 {bad} 行无法导入。未签署任何内容。",
    },
    remedy: {
      en: "Mend the rows above, or leave them out with `--skip-bad`.",
      zh: "请改正上列各行，或用 `--skip-bad` 跳过它们。",
    },
  },
  IMPORT_HEADING: {
    exit: "rows",
    what: {
      en: "{path} does not begin with the heading of this table. Nothing was signed.",
      zh: "{path} 的首行不是该表的表头。未签署任何内容。",
    },
    remedy: {
      en: "Check that it is the right file. The heading is: {want}",
      zh: "请确认选对了文件。表头应为：{want}",
    },
  },
  IMPORT_LINE: {
    exit: "rows",
    what: {
      en: "{path}, line {line}: {why} ({cause}). Nothing was signed.",
      zh: "{path} 第 {line} 行有误：{why}（{cause}）。未签署任何内容。",
    },
    remedy: {
      en: "Mend the line, or leave such lines out with `--skip-bad`.",
      zh: "请改正该行，或用 `--skip-bad` 跳过此类行。",
    },
  },
  IMPORT_EMPTY: {
    exit: "rows",
    what: {
      en: "{path} has no row, and no feature, to import.",
      zh: "{path} 中没有可导入的行或要素（Feature）。",
    },
    remedy: { en: "Check that it is the right file.", zh: "请确认选对了文件。" },
  },
  IMPORT_COLUMNS: {
    exit: "rows",
    what: {
      en: "No column of {path} gives {want}. Its columns: {got}.",
      zh: "{path} 中没有表示{want}的列。现有列：{got}。",
    },
    remedy: {
      en: "Say which column it is: `--map {example}`.",
      zh: "请指明是哪一列：`--map {example}`。",
    },
  },
  IMPORT_CHANGED: {
    exit: "usage",
    what: {
      en: "{path} is not what it was when its import was signed.",
      zh: "{path} 与签署导入时的内容不一致。",
    },
    remedy: {
      en: "Put the signed file back to finish that import, or begin a new one: remove {state}.",
      zh: "请放回签署时的文件以完成该次导入；或删除 {state} 以开始新的导入。",
    },
  },
  IMPORT_REFUSED: {
    exit: "refused",
    what: {
      en: "The ledger refused part {part} of {chunks} ({cause}): {why}",
      zh: "账本拒绝了第 {part} 部分（共 {chunks} 部分，{cause}）：{why}",
    },
    remedy: {
      en: "What was taken can be voided: `cityid void {manifest}`.",
      zh: "已写入的部分可以撤回：`cityid void {manifest}`。",
    },
  },
  DEVICES_REFUSED: {
    exit: "refused",
    what: {
      en: "The ledger refused {refused} of {rows} changes of keys; the others stand.",
      zh: "账本拒绝了 {rows} 项密钥更改中的 {refused} 项；其余已生效。",
    },
    remedy: {
      en: "Look at the rows above, and run the same command again: what was done is left alone.",
      zh: "请核对上列各行后再次执行同一命令：已完成的不会重复。",
    },
  },
};

/** Every code of this area, for the documents' test. */
export const CLI_PROBLEM_CODES: readonly CliProblemCode[] = Object.keys(
  PROBLEMS,
) as CliProblemCode[];

/** Whether a fault has words of its own here. */
export function isCliProblemCode(code: string): code is CliProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** A fact that is words is said in both languages. */
export type CliFacts = { readonly [name: string]: unknown };

function isText(fact: unknown): fact is Text {
  return typeof fact === "object" && fact !== null && "en" in fact && "zh" in fact;
}

/** What the command line objects to. */
export class CliProblem extends Error {
  override readonly name = "CliProblem";
  readonly code: CliProblemCode;
  readonly facts: CliFacts;
  readonly exit: keyof typeof EXIT;
  constructor(code: CliProblemCode, facts: CliFacts = {}, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
    this.facts = facts;
    this.exit = PROBLEMS[code].exit;
  }

  /** What, and what to do about it, in the language of the run. */
  in(language: Language): { readonly what: string; readonly remedy: string } {
    const { what, remedy } = PROBLEMS[this.code];
    const facts = Object.fromEntries(
      Object.entries(this.facts).map(([name, fact]) => [
        name,
        isText(fact) ? fact[language] : fact,
      ]),
    );
    return { what: fill(what[language], facts), remedy: fill(remedy[language], facts) };
  }
}
