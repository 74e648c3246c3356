/**
 * Titles and remedies of problems in Chinese, by their English sentence. A sentence that is changed there has no Chinese
 * words any more, which a test tells. Nothing here names a fact of one refusal: the command line has words that do.
 */
export const PROBLEM_ZH: { readonly [english: string]: string } = {
  "The bytes are no deterministic CBOR": "字节不是确定性编码的 CBOR",
  "Encode by RFC 8949 §4.2.1; `offset` says where it shows.":
    "请按 RFC 8949 §4.2.1 编码；`offset` 指明出错的位置。",

  // Entries of datasets.
  "The entry is for another dataset": "此条目属于另一数据集",
  "Sign it with the origin of this dataset's log as audience.":
    "请以本数据集日志的名称（origin）作为受众重新签名。",
  "There are more or fewer observations than the entry says": "观测的条数与条目所述不符",
  "Send exactly those that were signed.": "请原样发送签名时的全部观测。",
  "This is no entry of a dataset": "这不是数据集的条目",
  "Correct `field`: docs/spec/sharing.md says what an entry holds.":
    "请更正 `field`；条目的内容见 docs/spec/sharing.md。",
  "A fact is not in order": "有一项事实不合规定",
  "Correct the fact at `observation` and `fact` as `want` says, and sign anew.":
    "请按 `want` 更正 `observation`、`fact` 所指的事实，并重新签名。",
  "The facts are too large": "事实过大",
  "Sign them in several entries.": "请分成几个条目签名。",
  "The ledger knows no dataset with a log under this code": "账本中此编码没有带日志的数据集",
  "Check the code; its owner describes the dataset first (`cityid dataset create`).":
    "请检查编码；数据集须先由所有者登记（`cityid dataset create`）。",
  "The scan of a plate is not in order": "铭牌的扫码登记不合规定",
  "Make `field` what `want` says; docs/spec/sharing.md has the form.":
    "请按 `want` 更正 `field`；格式见 docs/spec/sharing.md。",
  "The code of the plate is neither the source's nor the dataset owner's":
    "铭牌的编码既不归来源、也不归数据集所有者管",
  "Send it to a dataset of the office that is responsible, as that office or one above it.":
    "请提交到其负责单位的数据集，以该单位或其上级的身份签署。",
  "The seal is for another generation of the code": "签章属于此编码的另一代",
  "Scan the plate of the code as it is now; print one where there is none.":
    "请扫描此编码现在的铭牌；没有时请重新制作。",
  "The facts are not those that were signed": "事实与签名时的不符",
  "Send the facts with the salts that the entry was made of.":
    "请连同制作条目时所用的盐值一并发送事实。",
  "The source has nothing to do with the owner of this dataset": "来源与数据集所有者没有隶属关系",
  "Name a source at, below or above the owner.": "来源须为所有者本身，或在其上级、下级之中。",
  "The entry was signed too long ago, or in the future": "条目的签署时间过早或在将来",
  "Set the clock of the device; entries wait seven days at most.":
    "请校准设备时钟；条目最多可等待七天。",

  // Requests and grants.
  "A grant answers this request already": "该申请已由有效授权答复",
  "Revoke that grant first, or wait for another request.": "请先撤销该授权，或等待新的申请。",
  "It would be over before it begins": "截止时间已过，授权尚未开始便已结束",
  "Choose a later `until`.": "请选择更晚的 `until`。",
  "Too many grants of this dataset to the same code are in force":
    "此数据集对同一编码的有效授权过多",
  "Revoke one of them first.": "请先撤销其中一项。",
  "The dataset has another log by now": "数据集现在的日志已经改变",
  "Look at the dataset, and name the log `want`.": "请查看该数据集，改用 `want` 所指的日志。",
  "This very operation was taken before": "该操作此前已被接受",
  "Look it up under its `id`, or sign anew.": "请按 `id` 查询；如需再办，请重新签署。",
  "The request is about something else, or of somebody else": "该申请的对象或申请方不符",
  "Answer a request for this dataset by whoever holds the code now.":
    "请答复针对该数据集、由现持有者提出的申请。",
  "There is no such request": "没有这份申请",
  "Check its id.": "请核对编号。",
  "The grant was revoked already": "该授权已被撤销",
  "There is nothing left to do.": "无须再办。",
  "The dataset has no such grant": "该数据集没有这项授权",
  "Check its id, and whose it is.": "请核对编号及其所属。",
  "A grant cannot give more than was asked for": "授权不得超出申请的范围",
  "Narrow `field` to what the request says.": "请把 `field` 缩小到申请的范围之内。",

  // Ledgers of cities.
  "An import entry of a child ledger is malformed": "下级账本的导入条目格式有误",
  "Make block 0 anew from the parent ledger.": "请由上级账本重新生成第 0 个区块。",
  "The import of a child ledger is out of order": "下级账本的导入顺序有误",
  "The import is not the one that the genesis commits to": "导入的内容与创世条目所承诺的不符",
  "Take all import entries of this ledger, in their order.": "请按顺序取用本账本的全部导入条目。",
  "Somebody above has a part of the subtree suspended": "其中一部分已被上级暂停",
  "Let who suspended it resume it, or end the delegation; then begin anew.":
    "请由暂停方恢复，或结束委托，然后重新开始。",
  "An imported value does not fit": "导入的值不符",

  // How codes are written.
  "This is no AIDC message of a code": "这不是载有编码的 AIDC 报文",
  "Scan it again; it begins with the header of format 06 and the identifier 25S.":
    "请重新扫描；报文以格式 06 的头部和标识符 25S 开始。",
  "A code has upper case only": "编码只用大写字母",
  "Use `canonical`.": "请改用 `canonical`。",
  "A character that no code has": "含有编码中不会出现的字符",
  "Correct it at `position`; `canonical`, where given, is the right spelling.":
    "请更正 `position` 处的字符；如给出 `canonical`，即为正确写法。",
  "The check character does not match": "校验字符不符",
  "A character was misread: look again at the code and at what follows `*`.":
    "有字符抄录有误：请再看一遍编码和 `*` 后面的字符。",
  "One letter or digit follows `*`": "`*` 后应为一个字母或数字",
  "Leave out what follows, or type the one check character.":
    "请去掉后面的内容，或只输入一个校验字符。",
  "The country is not three digits": "国家代码不是三位数字",
  "Write it as ISO 3166-1 numeric: 156.": "请用 ISO 3166-1 数字代码，中国为 156。",
  "This is no did:web of a code": "这不是编码的 did:web",
  "Write did:web:<host>:<code with : for />.": "请写作 did:web:<主机>:<编码，斜线改为冒号>。",
  "This is no division": "这不是行政区划",
  "Write its GB/T 2260 code without the trailing 00 pairs.":
    "请用 GB/T 2260 代码，省略末尾成对的 00。",
  "The division has another spelling": "该行政区划另有规范写法",
  "A part of the code is empty": "编码中有一节是空的",
  "This is no GB/T 2260 code": "这不是 GB/T 2260 代码",
  "Write six digits.": "请写六位数字。",
  "This is no host": "这不是主机名",
  "Write a DNS name or IPv4 address in lower case, with a port where needed.":
    "请用小写书写域名或 IPv4 地址，必要时加端口。",
  "A hyphen cannot stand there": "连字符的位置不对",
  "The code is too long": "编码过长",
  "A code has at most `max` characters.": "编码最多 `max` 个字符。",
  "Too many parts between dots": "点分隔的节数过多",
  "A part of the code is too long": "编码中有一节过长",
  "Too many slashes": "斜线过多",
  "A code has a root, a class and an item.": "编码只分主体、类别、个体三段。",
  "This is no canonical code": "这不是规范写法的编码",
  "That is too long for a code": "输入过长，不是编码",
  "Type the code alone.": "请只输入编码。",
  "A UIC has digits only": "UIC 只有数字",
  "Correct it at `position`.": "请更正 `position` 处的字符。",
  "The UIC names no division": "UIC 所指的行政区划不存在",
  "Check its first six digits.": "请检查前六位数字。",
  "A UIC has 21 digits": "UIC 为 21 位数字",
  "Write all of them, leading zeros included.": "请写全，包括开头的零。",
  "This is no URN of a code": "这不是编码的 URN",
  "Write urn:ngsi-ld:<Type>:<code>.": "请写作 urn:ngsi-ld:<类型>:<编码>。",
  "The type in the URN is not one": "URN 中的类型不合规定",
  "Begin it with a letter; letters and digits follow.": "类型以字母开头，其后为字母和数字。",

  // Envelopes.
  "The key is for another algorithm": "密钥属于另一种算法",
  "Put the algorithm of the key into the header.": "请在头部写明密钥的算法。",
  "This is no DER signature": "这不是 DER 格式的签名",
  "Pass on what the authenticator returned.": "请原样转交验证器返回的内容。",
  "A key is not one that can be used here": "有密钥不能在此使用",
  "Send the public part of an Ed25519 or P-256 key as a COSE_Key, and nothing else.":
    "请只发送 Ed25519 或 P-256 密钥的公钥部分，格式为 COSE_Key。",
  "This is no COSE_Sign1 of ours": "这不是本系统的 COSE_Sign1",
  "Encode the envelope as docs/spec/operations.md has it; the sdk and the command line do.":
    "请按 docs/spec/operations.md 编码签名封装；SDK 和命令行会自动处理。",
  "The signature is not right": "签名不正确",
  "Sign the Sig_structure of exactly these bytes with the key that `kid` names.":
    "请用 `kid` 所指的密钥，对这些字节的 Sig_structure 签名。",
  "What the passkey signed does not fit": "通行密钥所签的内容不符",
  "Sign the challenge of this operation on the site where the passkey was made.":
    "请在创建该通行密钥的网站上，为此操作的质询签名。",
  "This was signed for another ledger": "此操作是为另一账本签署的",
  "Sign it for the ledger that `want` names.": "请为 `want` 所指的账本重新签署。",
  "A field is over its limit": "有字段超过上限",
  "Keep the field `path` within what `want` says.": "请使字段 `path` 不超过 `want` 所示的上限。",
  "A field is missing": "缺少字段",
  "Add the field `path`.": "请补上字段 `path`。",
  "A field has the wrong form": "有字段格式不对",
  "Write the field `path` as `want` says.": "请按 `want` 填写字段 `path`。",
  "A field that does not belong there": "有不应出现的字段",
  "Leave out the field `path`.": "请去掉字段 `path`。",
  "A header of the envelope is wrong": "签名封装的头部有误",
  "Write the header as `want` says.": "请按 `want` 填写头部。",
  "It was signed too long ago, or in the future": "签署时间过早或在将来",
  "Set the clock of the signing machine right, and sign again.":
    "请校准签名设备的时钟，再重新签署。",
  "This is neither an operation nor a chunk": "这既不是操作，也不是分块",
  "Send a tagged COSE_Sign1, or the entry of a chunk.": "请发送带标签的 COSE_Sign1，或分块的条目。",
  "The operation is too large": "操作过大",
  "Split it; bulk goes into a manifest with chunks.": "请拆分；大批内容请用清单分块提交。",

  // Who may sign.
  "Somebody else must sign this": "此事应由他方签署",
  "Sign it for the issuer that `want` names.": "请以 `want` 所指的签署方签署。",
  "The key is not for this class": "此密钥不适用于该类别",
  "The key is for certain classes, and did not sign for all that stands below":
    "此密钥只用于某些类别，且当时并非由它签署其下的全部登记",
  "Use a key whose scope has the class.": "请改用范围包括该类别的密钥。",
  "Use the key that registered it, or one whose scope names no classes.":
    "请改用当时登记的密钥，或不限类别的密钥。",
  "The key is closed": "此密钥已停用",
  "Use an open key.": "请改用有效的密钥。",
  "The key is for another part of the tree": "此密钥只用于其他范围",
  "Use a key whose scope covers `subject`.": "请改用范围包括 `subject` 的密钥。",
  "The issuer has no such key": "签署方名下没有这个密钥",
  "Register the key first, or sign with one that the ledger shows.":
    "请先登记此密钥，或改用账本中已登记的密钥。",
  "The key has expired": "此密钥的有效期已过",
  "Use another key, or register this one anew under a new scope.":
    "请改用其他密钥，或以新的范围重新登记此密钥。",
  "The key is not for this": "此密钥没有所需的用途",
  "Use a key with the use that `want` names.": "请改用具有 `want` 所示用途的密钥。",
  "A key cannot give more than it has": "密钥不能授予超出自身的权限",
  "Narrow the new key, or sign with a wider one.": "请缩小新密钥的权限，或用权限更大的密钥签署。",
  "The signer is no active member": "签署方不是现任成员机构",
  "Sign as an active member of the consortium.": "请以联盟现任成员机构的身份签署。",
  "This needs several votes": "此事须经多方表决",
  "Propose it; `threshold` of `electorate` must agree.":
    "请先提请表决；须由 `electorate` 中的 `threshold` 方同意。",
  "Sign exactly these bytes with the key that `kid` names.":
    "请用 `kid` 所指的密钥，对这些字节原样签名。",
  "Passkey and plain key were mixed up": "混用了通行密钥与普通密钥",
  "A passkey signs as one, other keys never do.":
    "通行密钥须以通行密钥的方式签名，其他密钥则不得如此。",

  // Records.
  "The code was issued before": "此编码以前签发过",
  "Name the last control operation of the retired record in `after`.":
    "请在 `after` 中指明已注销记录的最后一次管理操作。",
  "The record does not hold this number": "该记录没有这个编号",
  "Read the record for the numbers it holds.": "请查看该记录现有的编号。",
  "Another record holds this number": "此编号已被另一记录使用",
  "Find it by the number, and remove it there first.": "请按编号查到该记录，先在原处移除。",
  "A checkpoint of this ledger was anchored before": "该账本已锚定过检查点",
  "Prove that this one grew out of it, or say why its log begins anew.":
    "请附上自上次检查点的一致性证明；账本确须重建时请说明原因。",
  "The last checkpoint is too fresh": "上一检查点锚定未久",
  "Wait a minute, and anchor the newest one.": "请稍候一分钟，再锚定最新的检查点。",
  "No checkpoint of this ledger was anchored yet": "该账本尚未锚定过检查点",
  "Anchor the first one with the hash of entry 0, signed by those who govern.":
    "请由治理方签署，连同条目 0 的哈希锚定第一个检查点。",
  "This is a checkpoint of another log": "该检查点属于另一日志",
  "Anchor a checkpoint of the log that the delegation names.": "请锚定委托所指日志的检查点。",
  "The class is not registered": "该类别尚未登记",
  "Register the class first.": "请先登记类别。",
  "The decision is closed": "决议已结束",
  "Read the decision; propose anew where that makes sense.": "请查看决议；如仍需要，请重新提出。",
  "The decision is open already": "此事已经提请表决",
  "Endorse it instead.": "请改为赞成该决议。",
  "The decision has expired": "决议已过期",
  "Propose it anew.": "请重新提出。",
  "Others must decide this by now": "此事现已改由他方决定",
  "Propose it anew: keys were given to somebody nearer.": "更近的上级已取得密钥，请重新提出。",
  "There is no such decision": "没有这项决议",
  "The keys are not those of the log": "密钥不属于该日志",
  "Name the log's origin, other than that of this ledger, and keys that bear it.":
    "请填写日志自己的名称（origin，不得与本账本相同），以及以该名称命名的密钥。",
  "The code lives in another ledger": "此编码属于另一账本",
  "Send this to the ledger that `origin` names, at `url`.":
    "请提交给 `origin` 所指的账本，地址为 `url`。",
  "The code is delegated already": "此编码已经委托",
  "Change the delegation, or end it first.": "请更改委托，或先结束委托。",
  "A ledger cannot delegate to itself": "账本不能委托给自己",
  "Name the log of the other ledger.": "请填写另一账本的日志。",
  "The policy does not name the log": "信任策略没有列出该日志",
  "Add a `log` line whose key bears the name of the origin.":
    "请加入 `log` 行，其密钥以日志名称（origin）命名。",
  "The code exists already": "此编码已经登记",
  "Read its record; update it instead.": "请查看其记录；需要更改时请用更新。",
  "The record would be over a limit": "记录将超过上限",
  "Remove something of the field first.": "请先移除该字段中的一部分。",
  "The record has too many open keys": "记录的有效密钥过多",
  "Close keys that are not used.": "请停用不再使用的密钥。",
  "The key is, or was, registered there": "该处已有或有过这个密钥",
  "Make a new key: a closed one never returns.": "请生成新密钥；停用的密钥不能恢复。",
  "The key is not open": "此密钥不在有效状态",
  "Read the keys of the holder.": "请查看持有者的密钥。",
  "Such a record cannot stand there": "该处不能登记这种记录",
  "Choose a kind that its parent takes.": "请选择其上级允许的种类。",
  "The consortium has too many members": "联盟的成员机构过多",
  "Let a member leave first.": "请先让一个成员机构退出。",
  "Fewer members have a key for it than must agree": "持有相应密钥的成员机构少于所需同意数",
  "Lower the threshold first, or add members.": "请先降低所需数，或增加成员机构。",
  "A new member lacks something": "新成员机构的资料不全",
  "Give what `missing` names.": "请补充 `missing` 所列的内容。",
  "The member has left already": "该成员机构已经退出",
  "The items belong to different issuers": "各项属于不同的签发方",
  "Register them in one operation for each issuer.": "请按签发方分开登记。",
  "This needs no decision": "此事无须表决",
  "Submit the operation itself.": "请直接提交操作。",
  "It would change nothing": "此操作不会改变任何内容",
  "Leave it out.": "请去掉此项。",
  "The code is no dataset": "此编码不是数据集",
  "Register a code of the kind `dataset` for it.": "请为它登记种类为 `dataset` 的编码。",
  "No log is known for this code": "此编码没有已知的日志",
  "Delegate it, or describe the dataset, first.": "请先办理委托，或先登记数据集。",
  "No recovery is under way": "没有正在进行的恢复",
  "Start one first.": "请先开始恢复。",
  "It is not suspended by this signer": "此编码并非由该签署方暂停",
  "Who suspended it, or an ancestor of it, must resume it.": "须由暂停方或其上级恢复。",
  "The policy does not name the ledger's own log": "信任策略没有列出本账本的日志",
  "Add a `log` line with the vkey of this log, or name no log.":
    "请加入带有本日志 vkey 的 `log` 行，或不列任何日志。",
  "Another change came first": "有人先一步作了更改",
  "Read it again, look at what changed, and sign the change anew on top of it.":
    "请重新读取，查看变更，再在其基础上重新签署。",
  "A recovery is under way already": "恢复已在进行",
  "Finish or cancel it first.": "请先完成或取消它。",
  "The recovery cannot finish yet": "恢复的等待期未满",
  "Wait until the delay is over.": "请在期满后再办。",
  "The recovery cannot be cancelled while an ancestor has the record suspended":
    "记录被上级暂停期间不能取消恢复",
  "Ask who suspended it.": "请询问暂停方。",
  "Something of this registration was changed since": "此次登记的部分内容此后已被更改",
  "Retire the records one by one.": "请逐条注销。",
  "There is no such registration": "没有这次登记",
  "The registration was taken back already": "此次登记已经撤回",
  "This registration was made before": "此次登记已经办过",
  "Read its records; sign anew to register others.": "请查看其记录；要登记其他内容请重新签署。",
  "The code is retired": "此编码已注销",
  "Use its successor.": "请使用其后继编码。",
  "The batches of this key leave too many gaps": "此密钥各批次之间的间断过多",
  "Log the batches that lie between, or go on with a new key.":
    "请先登记其间的批次，或改用新密钥。",
  "Serials of this batch stand in another one": "本批的序号与另一批重复",
  "Make seals with serials that were not used yet.": "请用尚未使用的序号制作签章。",
  "It makes no seals for this record": "此密钥不能为该记录制作签章",
  "Name a key with the use `seal` that is the record's own, and no passkey.":
    "请使用该记录自己的、用途为 `seal` 的密钥；通行密钥不能制作签章。",
  "A key cannot be compromised from a time to come": "密钥泄露的起始时间不能在将来",
  "Say since when the key is compromised.": "请写明密钥自何时起泄露。",
  "Predecessors and successors do not fit": "前身与后继不相配",
  "Name them as `want` says.": "请按 `want` 填写。",
  "The records do not belong to one authority": "各记录不归同一主管方",
  "Let the authority of each decide.": "请由各自的主管方决定。",
  "A successor has no record": "有后继编码尚未登记",
  "Register the successor first.": "请先登记后继编码。",
  "The code is suspended": "此编码已被暂停",
  "Who suspended it must resume it first.": "须先由暂停方恢复。",
  "It is suspended by this signer already": "该签署方已经暂停了此编码",
  "Fewer keys would be left than must agree": "剩余的密钥将少于所需同意数",
  "Add keys first, or lower the threshold.": "请先增加密钥，或降低所需数。",
  "There is no such record": "没有这条记录",
  "Check the code.": "请检查编码。",
  "Rules change one version at a time": "规则每次只升级一个版本",
  "Name the version that `want` says.": "请填写 `want` 所示的版本。",
  "The height is no longer to come": "该区块高度已经过去",
  "Name a later one, and leave the operators time.": "请选择更晚的高度，并为各运营方留出时间。",
  "Too many votes would change at once": "同时变更的票数过多",
  "Let the next change come in a later block.": "请在之后的区块中再作变更。",
  "The ledger has too many validators": "账本的验证节点过多",
  "Let one leave first.": "请先让一个验证节点退出。",
  "No validator would be left to vote": "账本将没有任何有表决权的验证节点",
  "Add one that votes first.": "请先增加一个有表决权的验证节点。",
  "A new validator lacks something": "新验证节点的资料不全",
  "Another validator has this key": "此密钥已属于另一验证节点",
  "Make keys of its own for each.": "请为每个验证节点单独生成密钥。",
  "The validator has left already": "该验证节点已经退出",
  "A statement cannot begin in the future": "内容的起始日期不能在将来",
  "State it on the day that it begins.": "请到起始当日再签署。",
  "The registration of this code was taken back": "此编码的登记已被撤回",
  "Register the code anew.": "请重新登记。",
  "This vote was cast already": "已经投过票",
  "The first vote stands.": "以首次投票为准。",
  "The decision has taken too many votes": "决议的投票次数过多",

  // Seals.
  "A claim of the seal is missing or malformed": "签章缺少声明，或声明格式有误",
  "Scan the plate again, or ask its owner for the digits as they were made.":
    "请重新扫描铭牌，或向负责单位索取原始数字。",
  "No bytes have so many digits": "数字的位数不对",
  "The digits stand for no bytes": "这些数字不能还原为字节",
  "A header of the seal is missing or malformed": "签章缺少头部，或头部格式有误",
  "No seal has so many digits": "数字过多，不是签章",
  "There is no seal in it": "其中没有签章",
  "Give the whole address: its last segment is 200 digits or more.":
    "请给出完整地址：最后一段至少有 200 位数字。",
  "This is no address of a plate": "这不是铭牌的地址",
  "Do not open it: a plate's address begins with https.": "请勿打开：铭牌的地址以 https 开头。",
  "No seal is so long": "字节过多，不是签章",
  "The text is too long for a seal": "文本过长，不是签章",

  // Applications and the gazette.
  "The application has no key that governs": "申请中没有管理密钥",
  "Give at least one key the use `govern`.": "请至少给一个密钥 `govern` 用途。",
  "The code is held already": "此编码已有持有者",
  "Read its record.": "请查看其记录。",
  "The application is signed for another code": "申请是为另一编码签署的",
  "Let `iss` be the code that is asked for.": "`iss` 应为所申请的编码。",
  "The application is not signed with a key of its own": "申请不是用其中所列的密钥签署的",
  "Sign it with a key that stands in it.": "请用申请中所列的密钥签署。",
  "Only divisions apply to the members": "只有行政区划才向成员机构申请",
  "Ask the holder of the parent to register it.": "请由上级编码的持有者登记。",
  "This application was admitted before": "此申请已经受理",
  "Read the decision about it.": "请查看有关决议。",
  "The signature of the applicant is not right": "申请方的签名不正确",
  "Let the applicant sign it again.": "请申请方重新签署。",
  "The division has ended": "该行政区划已撤销或变更",
  "Apply for the code of its successor.": "请申请其后继区划的编码。",
  "Too many facts about one division": "一个区划的信息过多",
  "Put facts together.": "请合并信息。",
  "Facts about a division overlap": "同一区划的信息时间重叠",
  "Let each begin where the one before ends.": "请使前后时间衔接。",
  "A fact ends before it begins": "有信息的结束早于开始",
  "Correct its dates.": "请更正日期。",
  "The gazette does not list this division": "行政区划名录中没有该区划",
  "Have a member record its facts first.": "请先由成员机构录入。",

  // Bulk.
  "The manifest has no such chunk": "清单中没有这个分块",
  "Send chunks 0 to `chunks` − 1.": "请发送第 0 至 `chunks` − 1 个分块。",
  "This chunk was taken before": "此分块此前已被接受",
  "Go on with the next one.": "请继续发送下一个。",
  "The chunks hold another number of items than the manifest says": "各分块的项数与清单所述不符",
  "Make the manifest again from the same items.": "请由同样的各项重新生成清单。",
  "An item does not fit what the manifest does": "有一项与清单的操作不符",
  "Put registrations, updates and status changes into manifests of their own.":
    "请把登记、更新和状态变更分别列入各自的清单。",
  "The key of the manifest is closed as compromised": "清单的密钥已因泄露而停用",
  "Sign a new manifest with a sound key.": "请用安全的密钥签署新清单。",
  "There is no such manifest": "没有这份清单",
  "Submit the manifest before its chunks.": "请先提交清单，再提交分块。",
  "The manifest was taken back": "该清单已被撤回",
  "Sign a new one.": "请签署新清单。",
  "Somebody nearer must decide about an item": "有一项须由更近的上级决定",
  "Leave the item to the holder that is named.": "请把该项交由所指的持有者办理。",
  "An item does not stand below the manifest's code": "有一项不在清单的编码之下",
  "Put it into a manifest of its own place.": "请列入其所属编码的清单。",
  "Only things change their status in bulk": "只有设施可以批量变更状态",
  "Send the operation for this record alone.": "请为该记录单独提交操作。",
  "This manifest was submitted before": "该清单此前已提交",
  "Send the chunks that are missing.": "请发送尚缺的分块。",

  // Proofs, checkpoints, policies.
  "A proof does not hold": "证明不成立",
  "Fetch it again; if it stays so, do not trust who served it.":
    "请重新获取；如仍如此，请勿采信其提供方。",
  "The chunk does not belong to its manifest": "该分块不属于此清单",
  "Send the chunk with the path that leads to the manifest's root.":
    "请连同通向清单根哈希的路径一并发送分块。",
  "A signed note is not in order": "已签名的文本（signed note）不合规定",
  "A trust policy is not in order": "信任策略不合规定",
  "Write it as c2sp.org/tlog-policy has it; `line` says where.":
    "请按 c2sp.org/tlog-policy 书写；`line` 指明出错的行。",
  "The policy lets the node witness itself": "信任策略让节点自己为自己作证",
  "Leave `witness` out: a witness is run by somebody else, with a key of their own.":
    "请去掉 `witness`：见证方须由他人运行，并有自己的密钥。",
  "This is no path of a tile": "这不是瓦片的路径",
  "Write it as c2sp.org/tlog-tiles has it.": "请按 c2sp.org/tlog-tiles 书写。",

  // The request itself.
  "There is nothing here": "此处没有内容",
  "Look at /docs for what there is.": "现有的接口见 /docs。",
  "This path does not take that method": "此路径不接受该方法",
  "Use one of the methods in `allow`.": "请改用 `allow` 中的方法。",
  "This cannot be read as a request of HTTP": "无法作为 HTTP 请求读取",
  "Write what is not ASCII in an address as the %XX of its UTF-8; a client does so where it is asked to (`curl --data-urlencode`).":
    "地址中的非 ASCII 字符须写作其 UTF-8 的 %XX 形式；客户端可代为转换（如 `curl --data-urlencode`）。",
  "The address is too long": "地址过长",
  "Ask for less in one request.": "请减少一次请求的内容。",
  "A parameter of the query is wrong": "查询参数有误",
  "Correct the parameter `name` as `want` says.": "请按 `want` 更正参数 `name`。",
  "That is no cursor of this list": "这不是此列表的游标",
  "Use `next` of the page before as it is, or begin again without a cursor.":
    "请原样使用上一页的 `next`，或不带游标从头开始。",
  "The body has a type that this path does not take": "此路径不接受该类型的正文",
  "Send it with the Content-Type that `want` names.": "请以 `want` 所示的 Content-Type 发送。",
  "The body broke off": "正文中断",
  "Send it again, whole. Nothing was taken.": "请完整地重新发送；未接收任何内容。",
  "The body is too large": "正文过大",
  "Send it in parts of at most `max` bytes.": "请分次发送，每次最多 `max` 字节。",
  "The body cannot be read": "无法读取正文",
  "Send what `want` says.": "请按 `want` 发送。",
  "A field of the body is wrong": "正文中有字段有误",
  "Correct the field `name` as `want` says.": "请按 `want` 更正字段 `name`。",
  "Too many items in one request": "一次请求的项数过多",
  "Send at most `max` items at a time.": "请每次最多发送 `max` 项。",
  "Too many requests": "请求过于频繁",
  "Wait `retryAfter` seconds.": "请等待 `retryAfter` 秒。",
  "The node is busy; nothing was taken": "节点繁忙，未接收任何内容",
  "Send it again after `retryAfter` seconds.": "请在 `retryAfter` 秒后重新发送。",
  "The validators decide nothing at the moment; what they were sent may still be taken":
    "验证节点暂时无法达成一致；已发送的内容仍可能被收入账本",
  "Send the same bytes again after `retryAfter` seconds, and sign nothing anew: whoever asks again gets the receipt. Reads go on.":
    "请在 `retryAfter` 秒后重发同一内容，勿重新签署：再次发送即可取得回执。仍可查询。",
  "The ledger takes no writes at the moment": "账本暂不接受写入",
  "Its operator finds the fault in the log of the node; reads go on.":
    "原因见节点的日志，请通知运营方；仍可查询。",
  "The clock of the node jumped, or the node lay still for long; it takes no writes":
    "节点的时钟发生跳变或停机过久，暂不接受写入",
  "Only its operator can go on: set the clock right and start the node again, with `cityid start --confirm-clock` where the time is true. Reads go on.":
    "只有运营方能处理：校准时钟后重新启动；时间无误时用 `cityid start --confirm-clock`。仍可查询。",
  "The node was restored from a backup and takes no writes yet": "节点由备份恢复，暂不接受写入",
  "It goes on when all its witnesses have shown that they saw nothing newer; without them its operator makes sure, then `cityid start --confirm-restored`. Reads go on.":
    "所有见证方都表明未见过更新的状态后，节点自行恢复写入；没有见证方时，由运营方确认后执行 `cityid start --confirm-restored`。仍可查询。",
  "There is no room for more": "空间已满",
  "Try another member's node, or later.": "请改用其他成员机构的节点，或稍后再试。",
  "The node failed": "节点出错了",
  "Tell the operator the `incident`; its cause is in the log of the node.":
    "请把 `incident` 告知运营方；原因见节点的日志。",

  // Signed requests and tokens.
  "This needs a signed request": "此处须对请求签名",
  "Sign the request as docs/spec/http.md §6 says, and send it once.":
    "请按 docs/spec/http.md §6 对请求签名，且只发送一次。",
  "A field of the signature is wrong": "签名中有字段有误",
  "The signature does not cover enough": "签名涵盖的内容不足",
  "Cover at least @method, @target-uri and, with a body, content-digest.":
    "至少须涵盖 @method、@target-uri；有正文时还须涵盖 content-digest。",
  "The signature is not fresh": "签名时间与现在相差过大",
  "Set the clock of this machine right, and sign again.": "请校准本机时钟，再重新签名。",
  "The node started after this was signed": "签名早于节点的启动时间",
  "The signature has no usable nonce": "签名没有可用的 nonce",
  "Put fresh random text into `nonce`.": "请在 `nonce` 中填入新的随机文本。",
  "This signed request was here before": "此签名请求此前已收到",
  "Sign each request anew, with a fresh nonce.": "请用新的 nonce 为每个请求重新签名。",
  "Content-Digest is not that of the body": "Content-Digest 与正文不符",
  "Compute it over the bytes that are sent.": "请对实际发送的字节计算。",
  "The key cannot sign here": "此密钥不能在此签名",
  "Use an open key that this ledger shows, named as `<code>#<generation>/<kid>` or `member/<ID>/<kid>`.":
    "请用本账本中有效的密钥，写作 `<编码>#<代>/<kid>` 或 `member/<ID>/<kid>`。",
  "Leave `alg` out, or name that of the key.": "请去掉 `alg`，或填写密钥的算法。",
  "Sign the request as it is sent: method, whole URL, digest of the body.":
    "请按实际发送的请求签名：方法、完整 URL、正文摘要。",
  "This token is not, or no longer, good": "此令牌无效或已失效",
  "Ask for a new one at POST /v1/tokens.": "请用 POST /v1/tokens 申请新令牌。",
  "This token reads under one grant, and does nothing else": "此令牌仅限某项授权之下的读取",
  "Sign the request, or ask for a token without `grant`.":
    "请直接对请求签名，或申请不带 `grant` 的令牌。",
  "A token cannot last that long": "令牌的有效期不合规定",
  "Ask for `min` to `max` seconds.": "请申请 `min` 至 `max` 秒。",
  "The signer may not do this": "签署方无权进行此操作",
  "Use a key of whom `want` names.": "请用 `want` 所指一方的密钥。",

  // Where codes lead.
  "No such code was ever issued here": "此编码从未在此签发",
  "Check the spelling; `proof` proves the absence.": "请检查写法；`proof` 可证明其从未签发。",
  "A division of the gazette, to which no code was issued": "名录中的行政区划，尚未签发编码",
  "See its facts in `gazette`; it can apply for the code.":
    "其信息见 `gazette`；该区划可申请编码。",
  "This code is retired": "此编码已注销",
  "Go to its successors, or ask with `at` for a day when it was in use.":
    "请改用其后继编码，或用 `at` 查询它仍在使用的某一天。",
  "This code was taken back: it was registered by mistake": "此编码的登记有误，已被撤回",
  "Ask who registered it for the right code.": "请向登记者询问正确的编码。",
  "This code is suspended: nobody is led to its links, and its keys do not count":
    "此编码已被暂停：不再转到它的链接，其密钥也不计入",
  "Read its record or its page; ask again when it is resumed.":
    "请查看其记录或页面；恢复之后再试。",
  "The code has no link of this type": "此编码没有这种链接",
  "Use one of the types in `known`.": "请改用 `known` 中的类型。",
  "No chain of proofs leads here": "没有通向此处的证明链",
  "Leave out `chain` where the ledger has no parent; else ask again when it is anchored there.":
    "账本没有上级时请去掉 `chain`；有上级时请待其锚定后再试。",
  "The code lives in another ledger, and the code above it that was delegated does not count: it is suspended or has ended":
    "此编码属于另一账本，而其上受委托的编码已被暂停或已终止，故不计入",
  "Read the record of the code that decides (`because`) here; ask again when it is resumed.":
    "请在此查看起决定作用的编码（`because`）的记录；待其解除暂停后再查询。",
  "The code lives in another ledger, at an address that this node does not ask":
    "此编码属于另一账本，本节点不访问其地址",
  "Ask the node at `url` yourself. The operator of this one can name networks of its own with `--follow-network`.":
    "请直接访问 `url` 的节点；本节点的运营方可用 `--follow-network` 指明自有网络。",
  "The code lives in another ledger, whose node did not answer in time":
    "此编码属于另一账本，其节点未及时应答",
  "Try again later, or ask the node at `url` yourself.": "请稍后再试，或直接访问 `url` 的节点。",
  "The code lives in another ledger, whose node gave an answer that is none":
    "此编码属于另一账本，其节点的应答无法使用",
  "Ask the node at `url` yourself; its operator finds out what is wrong there.":
    "请直接访问 `url` 的节点；原因由其运营方查明。",
  "What the node of another ledger answered is not proved by its delegation; it was not passed on":
    "另一账本的节点所答未能按委托关系核验，因此没有转发",
  "Trust nothing that the node at `url` says of this code until `cityid verify` takes its proof.":
    "在 `cityid verify` 通过其证明之前，请勿采信 `url` 的节点关于此编码的说法。",
  "Nothing here has this number": "没有查到这个编号",
  "Check scheme and value; `city` narrows to one division.":
    "请检查编号及其类型；`city` 可限定在一个行政区划内。",

  // Inbox, openings, seals, enrolment.
  "There is no such application in this inbox": "此收件箱中没有这份申请",
  "Ask the node that it was sent to; applications are erased in time.":
    "请向当初提交的节点查询；申请会按期删除。",
  "The application names no such evidence, or it has not arrived":
    "申请未列出此材料，或材料尚未送达",
  "Use a `commit` of the application; send the file first.":
    "请使用申请中的 `commit`，并先上传材料。",
  "The application is not signed by one of its own keys": "申请不是用其中所列的密钥签署的",
  "Evidence comes encrypted": "材料须加密后上传",
  "Encrypt it to the member's recipient in the age format.":
    "请以 age 格式加密给该成员机构的接收公钥。",
  "These bytes are not what the commitment was made of": "这些字节不是该承诺的原文",
  "Send the bytes whose SHA-256 is the commitment.": "请发送 SHA-256 等于该承诺的字节。",
  "These bytes are no opening": "这些字节不是承诺的原文",
  "Send the deterministic CBOR of [salt, code, field, value].":
    "请发送依次由盐值、编码、字段、值组成的数组，以确定性 CBOR 编码。",
  "The record holds no such commitment": "记录中没有这项承诺",
  "Put the commitment into the record first.": "请先把承诺写入记录。",
  "This node keeps no such opening": "本节点没有保存这项承诺的原文",
  "Ask the holder of the record.": "请询问记录的持有者。",
  "These are not the seals of the batch": "这些不是该批次的签章",
  "Send the leaf hashes of all its seals, in the order of their serials.":
    "请按序号顺序发送全部签章的叶哈希。",
  "The invitation or the request is not in order": "邀请或申请不合规定",
  "Correct `field` as `want` says, or ask the office for a new invitation.":
    "请按 `want` 更正 `field`，或向该单位索取新的邀请。",
  "The invitation has expired": "邀请已过期",
  "Ask the office for a new one.": "请向该单位索取新的邀请。",
  "Nothing of this dataset was granted to whoever asks": "此数据集未向请求方授权",
  "Ask its owner: `cityid request`.": "请向其所有者申请：`cityid request`。",
  "The grant does not count here, or no more": "该授权在此不适用或已失效",
  "Look at it at GET /v1/grants/<id>, and ask its owner anew.":
    "请用 GET /v1/grants/<id> 查看该授权，并向所有者重新申请。",
  "The grant does not allow to do this": "该授权不包括此操作",
  "Ask the owner of the dataset for a grant with this action.":
    "请向数据集所有者申请包括此操作的授权。",

  // NGSI-LD.
  "The data is not as NGSI-LD has it": "数据不符合 NGSI-LD",
  "Correct what stands at `path`, as `want` says.": "请按 `want` 更正 `path` 处的内容。",
  "The query asks for everything": "查询范围过宽",
  "Give at least one of type, attrs, q and georel.": "请至少给出 type、attrs、q、georel 之一。",
  "There is no such entity, attribute or subscription": "没有这个实体、属性或订阅",
  "Look at the list.": "请查看列表。",
  "This operation has no such parameter, or no such word for it":
    "此操作没有这个参数，或参数没有这个取值",
  "Leave the parameter `name` out, or give it as `want` says.":
    "请去掉参数 `name`，或按 `want` 给出。",
  "There is no such form of the answer": "没有这种格式的应答",
  "Accept what `want` names.": "请在 Accept 中接受 `want` 所示的格式。",
  "It is there already": "已经存在",
  "Update it, or choose another id.": "请改为更新，或另选 id。",
  "There is no such dataset for this reader": "没有此读取者可见的这个数据集",
  "Name in NGSILD-Tenant the code of a dataset of this node that you may see.":
    "请在 NGSILD-Tenant 中填写本节点上您可见的数据集的编码。",
  "Nothing is sent to that address": "不向该地址发送通知",
  "Name an address of the public internet by https or mqtts; the operator can allow networks of its own with `--notify-network`.":
    "请填写公网的 https 或 mqtts 地址；运营方可用 `--notify-network` 允许自有网络。",
  "This node does not offer that part of NGSI-LD": "本节点不提供 NGSI-LD 的这一部分",
  "Ask the node of each dataset itself: none asks others in its place.":
    "请直接访问各数据集的节点；节点之间不代为查询。",
  "The context cannot be read": "无法读取 @context",
  "Give contexts of JSON-LD 1.1 or their addresses, in a Link field or in `@context`, not in both.":
    "请给出 JSON-LD 1.1 的 context 或其地址，写在 Link 字段或 `@context` 之一，不可两处都写。",
  "The context behind `url` cannot be had": "无法取得 `url` 处的 context",
  "Ask the operator to allow its host (CITYID_CONTEXT_HOSTS), or send the context itself.":
    "请由运营方允许其主机（CITYID_CONTEXT_HOSTS），或直接发送 context 的内容。",

  // Logs of datasets.
  "This node does not keep the log of that dataset": "本节点不保存该数据集的日志",
  "Ask the node that the dataset names in `log.url`.": "请访问该数据集 `log.url` 所指的节点。",
  "The log was brought back from a backup, and takes nothing yet": "日志由备份恢复，尚不接受写入",
  "Its node's operator says that nobody has seen a newer state: cityid start --confirm-restored.":
    "请由节点运营方确认无人见过更新的状态：cityid start --confirm-restored。",
  "There is no such entry": "没有这个条目",
  "Look at the list of entries.": "请查看条目列表。",
  "There is no such file in this entry": "此条目中没有这个文件",
  "Ask for one that its facts name and that was not erased.": "请查询事实中列出且未被删除的文件。",
  "The observation shows no fact of that name": "该观测没有可见的同名事实",
  "Ask for facts that it has and that were not erased.": "请查询该观测具有且未被删除的事实。",
  "The dataset is strict, and what was said does not fit": "数据集只收规定的内容，所提交的不符",
  "Make `name` of `observation` what `want` says, or ask the owner to add it to the dictionary.":
    "请按 `want` 更正 `observation` 的 `name`，或请所有者将其写入字典。",
  "The place lies outside the area of the dataset's owner": "位置不在数据集所有者的辖区内",
  "Correct the place of `observation`, or send it to whoever is responsible there.":
    "请更正 `observation` 的位置，或提交给当地的负责单位。",
  "So many scans of this code's plates are kept already": "此编码的铭牌扫码登记已达上限",
  "Let the owner erase those that are of no use any more.": "请所有者删除不再有用的登记。",
  "A file that the facts name was not sent": "事实中列出的文件没有发送",
  "Send it in the same request.": "请在同一请求中发送。",
  "A file was sent that no fact names": "发送了事实中没有列出的文件",
  "Send only files whose SHA-256 stands in the facts that were signed.":
    "请只发送其 SHA-256 列于已签名事实中的文件。",
  "Too many files in one entry": "一个条目的文件过多",
  "Send at most `max`.": "最多发送 `max` 个。",
  "A file is too large": "文件过大",
  "Send a smaller picture, of at most `max` bytes.": "请发送较小的图片，最多 `max` 字节。",
  "A file is not of the type that its fact says": "文件与事实所述的类型不符",
  "Send JPEG, PNG or WebP, and name its type in the fact.":
    "请发送 JPEG、PNG 或 WebP，并在事实中写明类型。",

  // Witnesses.
  "This is no request to cosign a checkpoint": "这不是联署检查点的请求",
  "Write it as c2sp.org/tlog-witness has it; `part` and `line` say where.":
    "请按 c2sp.org/tlog-witness 书写；`part` 和 `line` 指明出错的位置。",
  "This witness was not told of the log": "本见证方未登记该日志",
  "Ask its operator: `cityid witness add` with the policy of the ledger.":
    "请由其运营方登记：`cityid witness add`，附账本的信任策略。",
  "No key that the witness knows of this log signed the checkpoint":
    "检查点没有本见证方所知的该日志密钥的签名",
  "Sign it with the log's key; after a rotation tell the operator of the witness.":
    "请用日志的密钥签名；更换密钥后请告知见证方的运营方。",
  "The old size is beyond the checkpoint": "原大小超过了检查点的大小",
  "Begin the proof at the size of an earlier checkpoint.": "请从较早检查点的大小开始证明。",
  "The witness is at another size": "见证方所见的大小不同",
  "Send it again with a proof from the size in the answer.":
    "请附上自应答所示大小起的证明，重新发送。",
  "The witness cosigned another root of this size": "见证方已为同一大小联署过另一个根哈希",
  "Find out who else writes this log: its key signed two branches.":
    "请查明还有谁在写此日志：其密钥签署了两个分支。",
  "The log did not grow from what the witness saw": "日志并非由见证方所见的状态增长而来",
  "Send the consistency proof from the old size; if it is right, the log has two branches.":
    "请发送自原大小起的一致性证明；若证明无误，则日志有两个分支。",
  "The witness cannot read what it remembers of this log": "见证方无法读取它所保存的该日志状态",
  "Its operator looks after the disk; until then it cosigns nothing of this log.":
    "请由其运营方检查磁盘；在此之前不为该日志联署。",
};
