/**
 * What `/docs` says in Chinese, by the English sentence of the description. A sentence that is changed there has no
 * Chinese words any more, which a test tells: so the two cannot drift apart unnoticed.
 */
export const DOCS_ZH: { readonly [english: string]: string } = {
  // What an endpoint is for.
  "Search the records; all parts must hold": "检索记录；所给条件须同时满足",
  "The record of a code": "一个编码的记录",
  "What happened to it, newest first; or all of it, with its proofs":
    "编码的历史，最新的在前；也可取带有证明的全部历史",
  "The codes directly below it; each page proves itself": "直属下级编码；每页自带证明",
  "Its keys, open and closed": "编码名下的密钥，包括有效的和已停用的",
  "Proof of its record, or that it was never issued": "证明其记录属实，或证明它从未签发",
  "Proof of any value of the map, or of its absence": "证明映射中任一键的值，或证明其不存在",
  "Submit signed operations and chunks; answered once they are durable":
    "提交已签名的操作或分块；落盘之后才应答",
  "The log as a list": "以列表方式查看日志",
  "An entry of the log by its leaf hash, with a receipt": "按叶哈希取日志条目及其回执",
  "A live feed of operations and chunks (server-sent events)":
    "操作与分块的实时推送（server-sent events）",
  "What needs, or needed, several votes": "须由多方表决的决议，包括已经结束的",
  "What needs, or needed, several votes: one": "一项决议",
  "What is known of divisions, whether they hold a code or not":
    "行政区划名录：各区划的信息，无论是否已有编码",
  "What is known of divisions, whether they hold a code or not: one": "名录中的一个区划",
  "The register of classes of things": "设施类别登记册",
  "The register of classes of things: one": "一个类别",
  "Bulk operations": "批量操作的清单",
  "Bulk operations: one": "一份批量清单",
  "Members of the consortium": "联盟的成员机构",
  "Members of the consortium: one": "一个成员机构",
  "Validators of the ledger": "账本的验证节点",
  "Validators of the ledger: one": "一个验证节点",
  "Keys of a member, open and closed": "成员机构的密钥，包括有效的和已停用的",
  "What can be taken back by `void`": "一次登记的内容，可用 `void` 撤回",
  "Parameters of the ledger": "账本的参数",
  "How much there is": "各类数量的统计",
  "Hand in an application for a code; it carries its own signature": "提交编码申请；申请自带签名",
  "The inbox, for members": "收件箱，供成员机构查看",
  "An application with its messages, for its applicant and for members":
    "一份申请及往来消息，供申请方和成员机构查看",
  "Erase an application with everything that came with it": "删除一份申请及随附的全部材料",
  "Say something to the other side": "给对方留言",
  "Send a file, encrypted to the member in the age format":
    "上传一份材料，须以 age 格式加密给成员机构",
  "Fetch a file, as ciphertext": "取回一份材料的密文",
  "Give the node what a commitment of a record was made of": "把记录中某项承诺的原文交给节点保存",
  "Read it again, as the holder of the record": "由记录的持有者取回原文",
  "Erase it": "删除原文",
  "What a verdict on a seal rests on: proofs, the status list, the path into its batch":
    "核验一枚签章所需的依据：证明、状态列表、签章在批次中的路径",
  "Plates that were scanned in place: installed, moved, replaced, missing":
    "已在现场扫码登记的铭牌：已安装、已移位、已更换、丢失",
  "Which seals of a key were withdrawn: a Token Status List, or its bits":
    "某个密钥的签章中有哪些已作废：Token Status List，或其中的位图",
  "Give the node the leaf hashes of a batch that was logged, so that it serves paths":
    "把已登记批次的叶哈希交给节点，由它提供各签章的路径",
  "The datasets of this ledger, whoever may read them": "本账本的全部数据集，无论谁有权读取",
  "The same as a catalogue in DCAT-AP 3": "同一列表，以 DCAT-AP 3 目录给出",
  "One dataset in DCAT-AP 3": "一个数据集的 DCAT-AP 3 描述",
  "Who asked for access to what": "谁申请过哪些数据",
  "One request": "一份数据申请",
  "What was granted to whom": "哪些数据授权给了谁",
  "One grant, and whether it is in force": "一项授权，以及它现在是否有效",
  "A live feed of entries, as far as was granted; it ends with the grant":
    "在授权范围内实时推送条目；授权结束即停止",
  "Who read what: to the owner all of it, to others what they read themselves":
    "谁读取过什么：所有者可见全部，其他人只见自己的读取记录",
  "What a dataset is, and which log its entries stand in": "数据集的说明，以及条目所在的日志",
  "Finds or makes the log of a dataset of one's own": "打开自己数据集的日志；尚无时新建",
  "Send a signed entry with its facts and files; the same again stands there once":
    "提交已签名的条目及其事实和文件；重复提交只记一次",
  "Entries as everybody may see them: the office, and when they came":
    "公开可见的条目：只有提交单位和时间",
  "One entry; to the owner all that it says, to others what was granted to them":
    "一个条目；所有者可见全部内容，其他人只见授权范围内的内容",
  "A file from facts up to the ledger": "证明文件：从事实一直证明到账本",
  "Erase facts for good; what is left still verifies": "永久删除事实；其余内容仍可核验",
  "A file that the facts name, as a download": "下载事实中列出的文件",
  "Count, average, least, most and sum of an attribute, by time, place or area":
    "按时间、网格或行政区统计某个属性：个数、平均、最小、最大、合计",
  "A table of all that may be exported, as long as the reader takes it":
    "把允许导出的内容导出为一张表，边读边发，不限长度",
  "The proof of the same table, line by line, for `cityid verify`":
    "同一张表的逐行证明，供 `cityid verify` 核验",
  "Ask an office that invited for the use `data` for a key of one's own":
    "凭邀请向单位申请登记自己的密钥，用途为 `data`",
  "Keys that wait for the office whose key signs": "等待签名密钥所属单位批准的密钥",
  "Turn a key away": "拒绝登记一个密钥",
  "The newest public checkpoint of a dataset's log": "数据集日志最新的公开检查点",
  "Its tiles of hashes; its bundles of entries only signed by the owner":
    "数据集日志的哈希瓦片；条目文件仅在所有者签名请求时提供",
  "A bearer token for clients that cannot sign each request":
    "签发持有者令牌（bearer token），供无法逐次签名的客户端使用",
  "The newest signed checkpoint (c2sp.org/tlog-checkpoint)":
    "最新的已签名检查点（c2sp.org/tlog-checkpoint）",
  "Tiles of hashes and bundles of entries (c2sp.org/tlog-tiles)":
    "哈希瓦片与条目文件（c2sp.org/tlog-tiles）",
  "Have a checkpoint of a log that this node was told of cosigned (c2sp.org/tlog-witness)":
    "请本节点为它所见证的日志联署检查点（c2sp.org/tlog-witness）",
  "The last checkpoint that this node cosigned of a log, by the SHA-256 of its origin in hex":
    "本节点最近一次为某日志联署的检查点；日志以其名称（origin）的 SHA-256（十六进制）指明",
  "Have a checkpoint of this ledger cosigned by this validator, which has committed it itself":
    "请本验证节点联署本账本的检查点；只联署自己已提交的",
  "The last checkpoint that this validator committed and cosigned":
    "本验证节点最近一次提交并联署的检查点",
  "From a number that a thing already had to its code": "由设施的原有编号查到编码",
  "From a UIC (CJ/T 553-2024) to its code": "由城市信息编码 UIC（CJ/T 553-2024）查到编码",
  "What this node is": "本节点的自述",
  "Whether the process answers": "进程是否应答",
  "Whether writes are taken": "是否接受写入",
  "Figures for Prometheus": "供 Prometheus 采集的指标",
  "This description": "本接口说明（供程序读取）",
  "The verifier for browsers: `verify.js`, and `ed25519.js` for those without Ed25519":
    "浏览器用的核验程序：`verify.js`；不支持 Ed25519 的浏览器另用 `ed25519.js`",
  "This description, to read": "本接口说明（供人阅读）",
  "Every code of a problem, with its remedy": "全部错误代码及处理办法",

  // What a parameter says.
  "Inner characters of a name in Chinese, pinyin or English, of an alias or a code":
    "名称（中文、拼音或英文）、原有编号或编码中的任意一段字符",
  "Directly below this code": "只要此编码的直属下级",
  "Anywhere below this code": "只要此编码之下的各级",
  "What it is": "种类",
  "Class of things": "设施类别",
  "As it counts now": "现在的状态（计入上级的影响）",
  "west,south,east,north in degrees": "经纬度范围，依次为西、南、东、北，以度计，用逗号分隔",
  "How many at most": "最多返回多少项",
  "`next` of the page before": "上一页给出的 `next`",
  "What was true on that day": "以该日有效的内容为准",
  "As the ledger knew it then: a log size, or a time in RFC 3339":
    "以账本当时所知为准：日志大小，或 RFC 3339 时间",
  "`1`: with its ancestors, from MA down": "`1`：连同各级上级，自 MA 起",
  "`1`: a code that lives in another ledger is fetched from there, as an array of proofs, and not redirected":
    "`1`：编码属于另一账本时，由本节点代为取回并以证明数组返回，不作重定向",
  "`1`: the whole history in pages that prove themselves": "`1`：分页返回全部历史，每页自带证明",
  "`1`: with the proofs of the ledgers above, as it is for imported records":
    "`1`：附上级各账本的证明；导入的记录总是附带",
  "Position of the first one, instead of a cursor": "从第几项开始，可代替游标",
  "`1`: with the proof of the record, as of the same block": "`1`：附同一区块时该记录的证明",
  "Of an ended generation": "第几代，用于查询已结束的一代",
  "`1`: also all ancestors and registrations that the effective status depends on":
    "`1`：连同决定其实际状态的各级上级和登记",
  "A further map key; up to 16 times": "另加一个映射键；至多 16 个",
  "`1`: of the newest state, cosigned or not": "`1`：取最新状态，无论是否已获联署",
  "A map key: `code/MA.156.1301`": "映射键，例如 `code/MA.156.1301`",
  "`respond-async`: do not wait": "`respond-async`：不等待结果",
  "`newest` unless said": "未指明时为 `newest`（最新的在前）",
  "Index to begin at": "从此序号开始",
  "Only this kind": "只要此种操作",
  "Only by this issuer": "只要此签署方的",
  "Only by this key": "只要此密钥签署的",
  "Block time, RFC 3339": "区块时间不早于此，RFC 3339",
  "Before this block time, RFC 3339": "区块时间早于此，RFC 3339",
  "`1`: block entries too": "`1`：也包括区块条目",
  "Go on after this index": "从此序号之后继续",
  "The same as a parameter": "含义同上，以参数给出",
  "`open`, `executed`, `rejected`, `expired`":
    "`open`（进行中）、`executed`（已执行）、`rejected`（已否决）、`expired`（已过期）",
  "Kind of what is decided": "所表决事项的种类",
  "The code that it is about": "所涉及的编码",
  "What begins with this code: `MA.156.13`": "编码以此开头的区划，例如 `MA.156.13`",
  "Inner characters of any name": "任一名称中的一段字符",
  "Only the facts that held on that day": "只要该日有效的信息",
  "Only in this state": "只要处于此状态的",
  "The key that signed, 16 hexadecimal digits": "签署所用的密钥，16 位十六进制数字",
  "The serial of the seal": "签章的序号",
  "Inner characters of its name, in Chinese, pinyin or English":
    "名称（中文、拼音或英文）中的任意一段字符",
  "`1`: only what everybody may read": "`1`：只要向所有人开放的",
  "That names this code, as the dataset or as who asks": "涉及此编码的，无论作为数据集还是申请方",
  "Which of the two it is": "此编码是哪一方：`dataset` 为数据集，`asking` 为申请方",
  "`1`: grants in force; requests that none of them answers":
    "`1`：有效的授权；尚未得到有效授权答复的申请",
  "Index of the last entry that was seen": "已收到的最后一个条目的序号",
  "Id of the grant to read under, where there are several": "有多项授权时，指明依据哪一项读取",
  "Which observation": "第几条观测",
  "Which facts, with commas between; all that are shown where it is not given":
    "哪些事实，用逗号分隔；不给出时为可见的全部",
  "`1`: without its metadata": "`1`：去除元数据",
  "Which attribute": "哪个属性",
  "`time` unless said": "未指明时为 `time`（按时间）",
  "Of `time`: `P1D` unless said, in the time of Beijing":
    "按 `time` 时的间隔：未指明时为 `P1D`，以北京时间计",
  "Of `cell`: that of H3, 8 unless said": "按 `cell` 时的 H3 分辨率，未指明时为 8",
  "Of `area`: 2 provinces, 4 cities, 6 counties": "按 `area` 时：2 为省级，4 为地级，6 为县级",
  "Observed since, RFC 3339": "观测时间不早于此，RFC 3339",
  "Observed before, RFC 3339": "观测时间早于此，RFC 3339",
  "West, south, east, north in degrees": "经纬度范围，依次为西、南、东、北，以度计",
  "A row for each observation, or for each thing as it is now":
    "每条观测一行，或每个对象按现状一行",
  "Form of the table: `parquet` unless said": "表的格式，未指明时为 `parquet`",
  "West, south, east, north in degrees: places that share a point with it":
    "经纬度范围，依次为西、南、东、北，以度计；与之有公共点的位置",
  "Names of facts, with commas between; all where it is not given":
    "事实的名称，用逗号分隔；不给出时为全部",
  "How many entries of the log it covers; all where it is not given":
    "涵盖日志的前多少个条目；不给出时为全部",
  "Only in this division": "只在此行政区划内查找",

  // What an answer is.
  "A page": "一页",
  Found: "已找到",
  Done: "已完成",
  "It lives in another ledger, which is served there": "编码属于另一账本，由该处提供",
  "A page, or `application/vnd.cityid.history+json`":
    "一页，或 `application/vnd.cityid.history+json`",
  "Presence or absence, proved": "存在或不存在的证明",
  "Durable: one operation's receipt, or what became of each of many":
    "已落盘：单个操作的回执，或多个操作各自的结果",
  "Taken; ask at `Location`": "已受理；请到 `Location` 查询结果",
  Events: "事件流",
  "Not in the log yet": "尚未写入日志",
  "It was here": "此前已收到",
  Received: "已收到",
  Said: "已留言",
  Ciphertext: "密文",
  "DCAT-AP 3": "DCAT-AP 3 目录",
  Bytes: "字节",
  "A table": "一张表",
  "Lines of JSON": "逐行 JSON",
  "A signed note": "已签名的文本（signed note）",
  Issued: "已签发",
  "A cosignature line": "一行联署签名",
  "The size that the witness is at": "见证方目前所见的大小",
  "The size that the validator is at": "验证节点目前所到的大小",
  "To the code": "转到该编码",
  "It does": "正在应答",
  "They are": "接受写入",
  "They are not": "不接受写入",
  Text: "文本",
  "OpenAPI 3.1": "OpenAPI 3.1 文档",
  "A module": "JavaScript 模块",
};
