import {
  type AccessScope,
  type Apply,
  type Geometry,
  hex,
  type KeySpec,
  type Names,
  type Operation,
  type Statement,
  UNITS_PER_DEGREE,
} from "../core/index.ts";

/** Languages in which an operation can be told. */
export type DescribeLanguage = "en" | "zh";

type PolicyChange = Extract<Operation, { op: "param"; name: "policy" }>;

type Words = { readonly en: string; readonly zh: string };

/**
 * What an operation will do, in words for whoever signs it: the first line says it whole, the others give what is in it.
 * Long lists are cut, and say so.
 */
export function describeOperation(op: Operation | Apply, language: DescribeLanguage): string[] {
  return tell(op).map((line) => line[language]);
}

const SHOWN = 5;

function tell(op: Operation | Apply): Words[] {
  switch (op.op) {
    case "apply":
      return [
        {
          en: `Apply for the code ${op.code}, for ${nameOf(op.names)}.`,
          zh: `为“${nameOf(op.names)}”申请编码 ${op.code}。`,
        },
        ...op.keys.map(tellKey),
        ...op.evidence.map(({ title }) => both(`+ ${title}`)),
      ];
    case "admit":
      return [
        {
          en: "Bring an application into the ledger. This is no vote for it.",
          zh: "将一份申请录入账本。这不代表表决赞成。",
        },
      ];
    case "propose":
      return [
        {
          en: "Propose the following, and approve it:",
          zh: "提出以下事项，并表示赞成：",
        },
        ...tell(op.inner),
      ];
    case "endorse":
      return [tellVote(op.decision, op.vote), ...(op.reason ? [tellReason(op.reason)] : [])];
    case "gazette":
      return [
        {
          en: `Record facts about ${op.items.length} divisions in the gazette.`,
          zh: `在地名录中记录 ${op.items.length} 个行政区划的信息。`,
        },
        ...few(op.items, ({ code, add, replace }) =>
          both(`${code}  ${(replace ?? add ?? []).map(factText).join("; ")}`),
        ),
      ];
    case "classes":
      return [
        {
          en: `Set ${op.items.length} classes of things.`,
          zh: `登记 ${op.items.length} 个事物类别。`,
        },
        ...few(op.items, (item) => both(`${item.class}  ${Object.values(item.names).join(" / ")}`)),
      ];
    case "register":
      return [
        {
          en: `Issue ${op.items.length === 1 ? "one code" : `${op.items.length} codes`}.`,
          zh: `签发 ${op.items.length} 个编码。`,
        },
        ...few(op.items, (item) => both(`${item.code}  ${nameOf(item.names)}`)),
        ...op.items.flatMap(({ keys }) => keys ?? []).map(tellKey),
      ];
    case "manifest":
      return [tellManifest(op.what, op.count, op.under)];
    case "void":
      return [
        {
          en: `Take back the registration ${short(op.registration)}: all its codes become void.`,
          zh: `撤回登记 ${short(op.registration)}：其全部编码作废。`,
        },
        tellReason(op.reason),
      ];
    case "update":
      return [
        { en: `Change the record of ${op.code}.`, zh: `更改 ${op.code} 的记录。` },
        ...tellFields(op),
      ];
    case "keys":
      return [
        { en: `Change the keys of ${op.code}.`, zh: `更改 ${op.code} 的密钥。` },
        ...(op.add ?? []).map(tellKey),
        ...(op.close ?? []).map(({ kid, why }) => tellClosing(kid, why)),
        ...(op.relabel ?? []).map(({ kid, label }) => both(`${hex(kid)}: “${label}”`)),
        ...(op.threshold === undefined ? [] : [tellThreshold(op.threshold)]),
      ];
    case "recover":
      return tellRecovery(op);
    case "status":
      return [tellStatus(op.do, op.code), tellReason(op.reason)];
    case "succeed":
      return [tellSuccession(op)];
    case "delegate":
      return tellDelegation(op);
    case "anchor":
      return [
        {
          en: `Anchor the checkpoints of ${op.items.length} logs.`,
          zh: `锚定 ${op.items.length} 个日志的检查点。`,
        },
        ...few(op.items, tellAnchor),
      ];
    case "dataset":
      return [tellDataset(op), both(op.log.origin), ...op.log.vkeys.map(both)];
    case "request":
      return [
        {
          en: `${op.code} asks for access to the dataset ${op.dataset}:`,
          zh: `${op.code} 申请使用数据集 ${op.dataset}：`,
        },
        both(op.purpose),
        ...tellScope(op),
        both(op.log),
      ];
    case "grant":
      return [tellGrant(op), ...tellScope(op), both(op.log)];
    case "revoke":
      return [
        {
          en: `Revoke the grant ${hex(op.grant)} of the dataset ${op.code}. It cannot be brought back.`,
          zh: `撤销数据集 ${op.code} 的授权 ${hex(op.grant)}，不可恢复。`,
        },
        tellReason(op.reason),
      ];
    case "seals":
      return [tellSeals(op)];
    case "unseal":
      return [tellUnsealing(op), tellReason(op.reason)];
    case "member":
      return [
        "leave" in op
          ? { en: `Member ${op.id} leaves the consortium.`, zh: `成员 ${op.id} 退出联盟。` }
          : { en: `Set member ${op.id} of the consortium.`, zh: `登记联盟成员 ${op.id}。` },
        ...("names" in op && op.names ? [both(Object.values(op.names).join(" / "))] : []),
        ...("keys" in op ? (op.keys ?? []) : []).map(tellKey),
      ];
    case "validator":
      return tellValidator(op);
    case "param":
      if (op.name === "policy") return tellPolicies(op.value);
      return [
        {
          en: `Set the parameter ${op.name} to ${JSON.stringify(op.value)}.`,
          zh: `将参数 ${op.name} 设为 ${JSON.stringify(op.value)}。`,
        },
      ];
  }
}

/** Line by line, as a policy is read and compared. */
function tellPolicies({ now, next }: PolicyChange["value"]): Words[] {
  const lines = (text: string) => text.trimEnd().split("\n").map(visible).map(both);
  return [
    {
      en: "Set the trust policy, who vouches for the log:",
      zh: "设定信任策略（由谁为日志作证）：",
    },
    ...lines(now),
    ...(next === undefined ? [] : [{ en: "and next:", zh: "随后为：" }, ...lines(next)]),
  ];
}

/** A policy is judged when it is decided: what is proposed may hold characters that nobody sees, or that turn text round. */
function visible(line: string): string {
  return line.replace(/\p{C}/gu, "�");
}

function both(text: string): Words {
  return { en: text, zh: text };
}

function few<T>(items: readonly T[], line: (item: T) => Words): Words[] {
  const shown = items.slice(0, SHOWN).map(line);
  const rest = items.length - shown.length;
  return rest === 0 ? shown : [...shown, { en: `… and ${rest} more`, zh: `……另有 ${rest} 项` }];
}

/** The Chinese name, or the first one there is; a name that is not public is not known here. */
function nameOf(names: Names): string {
  const name: Statement<string> | undefined = names.zh ?? Object.values(names)[0];
  return name !== undefined && "value" in name ? name.value : "—";
}

function short(hash: Uint8Array): string {
  const text = hex(hash);
  return `${text.slice(0, 8)}…${text.slice(-4)}`;
}

function tellKey({ key, uses, label, scope }: KeySpec): Words {
  const where = [
    ...(scope?.under === undefined ? [] : [scope.under]),
    ...(scope?.classes ?? []),
    ...(scope?.until === undefined ? [] : [`→ ${formatMoment(scope.until)}`]),
  ].join(", ");
  const what = `“${label}” (${uses.join(", ")})${where === "" ? "" : ` [${where}]`}`;
  const kind = key.get(1) === 2 ? "P-256" : "Ed25519";
  return { en: `Key ${what}, ${kind}`, zh: `密钥 ${what}，${kind}` };
}

function tellVote(decision: Uint8Array, vote: "approve" | "reject"): Words {
  return vote === "approve"
    ? { en: `Approve the decision ${short(decision)}.`, zh: `赞成决议 ${short(decision)}。` }
    : { en: `Reject the decision ${short(decision)}.`, zh: `反对决议 ${short(decision)}。` };
}

function tellReason(reason: string): Words {
  return { en: `Reason: ${reason}`, zh: `理由：${reason}` };
}

function factText(fact: {
  readonly names: { readonly [l: string]: string };
  readonly from: string;
  readonly to?: string;
}): string {
  return `${fact.names.zh ?? Object.values(fact.names)[0] ?? "—"} ${fact.from}–${fact.to ?? ""}`;
}

function tellManifest(what: "register" | "update" | "status", count: number, under: string): Words {
  switch (what) {
    case "register":
      return {
        en: `Issue ${count} codes below ${under}.`,
        zh: `在 ${under} 之下签发 ${count} 个编码。`,
      };
    case "update":
      return {
        en: `Change ${count} records below ${under}.`,
        zh: `更改 ${under} 之下的 ${count} 条记录。`,
      };
    case "status":
      return {
        en: `Change the status of ${count} codes below ${under}.`,
        zh: `更改 ${under} 之下 ${count} 个编码的状态。`,
      };
  }
}

function tellFields(op: Extract<Operation, { op: "update" }>): Words[] {
  const names = Object.entries(op.names ?? {}).map(([lang, name]) =>
    both(`names.${lang} = ${statementText(name)}`),
  );
  const attributes = Object.entries(op.attributes ?? {}).map(([name, value]) =>
    both(`${name} = ${statementText(value)}`),
  );
  return [
    ...names,
    ...attributes,
    ...(op.stage === undefined ? [] : [both(`stage = ${statementText(op.stage)}`)]),
    ...(op.geometry === undefined ? [] : [both(`geometry = ${geometryText(op.geometry)}`)]),
    ...(op.links ?? []).map(({ rel, href }) => both(`${rel} → ${href}`)),
    ...(op.aliases?.add ?? []).map(({ scheme, value }) => both(`+ ${scheme} ${value}`)),
    ...(op.aliases?.remove ?? []).map(({ scheme, value }) => both(`− ${scheme} ${value}`)),
    ...(op.evidence ?? []).map(({ title }) => both(`+ ${title}`)),
  ];
}

function statementText(statement: Statement<unknown>): string {
  const value = "value" in statement ? JSON.stringify(statement.value) : short(statement.commit);
  return `${value} (${statement.validFrom})`;
}

function geometryText(statement: Statement<Geometry>): string {
  if (!("value" in statement)) return statementText(statement);
  const [[kind, shape] = ["", ""]] = Object.entries(statement.value);
  const degrees =
    kind === "point"
      ? (shape as readonly number[]).map((n) => n / UNITS_PER_DEGREE).join(", ")
      : "";
  return `${kind} ${degrees} (${statement.validFrom})`;
}

function tellClosing(kid: Uint8Array, why: "retired" | "compromised"): Words {
  return why === "retired"
    ? { en: `Close the key ${hex(kid)}: retired.`, zh: `停用密钥 ${hex(kid)}：退役。` }
    : { en: `Close the key ${hex(kid)}: compromised.`, zh: `停用密钥 ${hex(kid)}：已泄露。` };
}

function tellThreshold(threshold: number): Words {
  return {
    en: `From now on ${threshold} govern keys must agree.`,
    zh: `此后须有 ${threshold} 个管理密钥同意。`,
  };
}

function tellRecovery(op: Extract<Operation, { op: "recover" }>): Words[] {
  switch (op.do) {
    case "start":
      return [
        {
          en: `Begin to recover ${op.code} with new keys; all others close when it is finished.`,
          zh: `开始以新密钥恢复对 ${op.code} 的控制；完成后其他密钥全部停用。`,
        },
        ...op.keys.map(tellKey),
      ];
    case "finish":
      return [
        {
          en: `Finish the recovery of ${op.code}: all keys but the new ones close.`,
          zh: `完成对 ${op.code} 的恢复：新密钥以外的密钥全部停用。`,
        },
      ];
    case "cancel":
      return [{ en: `Cancel the recovery of ${op.code}.`, zh: `取消对 ${op.code} 的恢复。` }];
  }
}

function tellStatus(what: "suspend" | "resume" | "retire", code: string): Words {
  switch (what) {
    case "suspend":
      return {
        en: `Suspend ${code}, and with it everything below.`,
        zh: `暂停 ${code} 及其下级的全部编码。`,
      };
    case "resume":
      return { en: `Lift the suspension of ${code}.`, zh: `解除对 ${code} 的暂停。` };
    case "retire":
      return { en: `Retire ${code} for good.`, zh: `永久注销 ${code}。` };
  }
}

const SUCCESSIONS: { readonly [type in "merge" | "split" | "rename" | "transfer"]: Words } = {
  merge: { en: "merges into", zh: "并入" },
  split: { en: "is split into", zh: "拆分为" },
  rename: { en: "is renamed to", zh: "更名为" },
  transfer: { en: "passes to", zh: "移交给" },
};

function tellDelegation(op: Extract<Operation, { op: "delegate" }>): Words[] {
  const { code } = op;
  if (op.do === "end") {
    const back = {
      en: `End the delegation of ${code}: what is below it goes on here from what was frozen.`,
      zh: `终止 ${code} 的委托：其下记录自冻结时起在本账本继续。`,
    };
    return [back, tellReason(op.reason)];
  }
  if (op.do === "change") {
    const changed = { en: `Change the delegation of ${code}.`, zh: `更改 ${code} 的委托。` };
    return [changed, ...[op.url, op.policy].flatMap((text) => (text ? [both(text)] : []))];
  }
  const begun = {
    en: `Let all codes below ${code} live in the ledger ${op.origin}; here they are frozen.`,
    zh: `将 ${code} 之下的全部编码委托给账本 ${op.origin}；此处予以冻结。`,
  };
  return [begun, both(op.url), both(op.policy)];
}

function tellAnchor(item: Extract<Operation, { op: "anchor" }>["items"][number]): Words {
  const [origin = "", size = ""] = item.checkpoint.split("\n");
  return both(`${item.code}  ${origin}  ${size}`);
}

function tellDataset({ code, title }: Extract<Operation, { op: "dataset" }>): Words {
  const names = Object.values(title).join(" / ");
  return {
    en: `Describe the dataset ${code} (${names}), whose entries stand in this log:`,
    zh: `说明数据集 ${code}（${names}），其条目载于以下日志：`,
  };
}

function tellGrant(op: Extract<Operation, { op: "grant" }>): Words {
  return "request" in op
    ? {
        en: `Grant access to the dataset ${op.code}, as the request ${hex(op.request)} asks, within these bounds:`,
        zh: `就申请 ${hex(op.request)} 授权使用数据集 ${op.code}，范围如下：`,
      }
    : {
        en: `Open the dataset ${op.code} to EVERYBODY, within these bounds:`,
        zh: `将数据集 ${op.code} 向所有人开放，范围如下：`,
      };
}

const ACTIONS = {
  read: { en: "read", zh: "查询" },
  subscribe: { en: "subscribe", zh: "订阅" },
  export: { en: "export", zh: "导出" },
} as const;

/** Every bound of a scope, and where there is none: whoever signs sees how far it reaches. */
function tellScope({ actions, attributes, area, time, until }: AccessScope): Words[] {
  const named = attributes?.join(", ");
  const box = area?.map((each) => each / UNITS_PER_DEGREE).join(", ");
  const moment = (seconds: number | undefined) =>
    seconds === undefined ? "…" : formatMoment(seconds);
  const span = time && `${moment(time.since)} – ${moment(time.before)}`;
  const end = until === undefined ? undefined : moment(until);
  return [
    {
      en: `actions: ${actions.map((each) => ACTIONS[each].en).join(", ")}`,
      zh: `操作：${actions.map((each) => ACTIONS[each].zh).join("、")}`,
    },
    { en: `attributes: ${named ?? "all"}`, zh: `属性：${named ?? "全部"}` },
    { en: `area: ${box ?? "everywhere"}`, zh: `区域：${box ?? "不限"}` },
    { en: `observed: ${span ?? "at any time"}`, zh: `观测时间：${span ?? "不限"}` },
    { en: `until: ${end ?? "it is revoked"}`, zh: `有效期至：${end ?? "撤销为止"}` },
  ];
}

/** A moment beyond what the calendar of the platform knows is written as its seconds. */
function formatMoment(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(".000", "");
}

function tellSeals({ code, first, count }: Extract<Operation, { op: "seals" }>): Words {
  const last = first + count - 1;
  return {
    en: `Log ${count} seals of ${code}, serials ${first} to ${last}.`,
    zh: `登记 ${code} 的 ${count} 枚签章，序号 ${first} 至 ${last}。`,
  };
}

function tellValidator(op: Extract<Operation, { op: "validator" }>): Words[] {
  const { id } = op;
  if ("leave" in op) {
    return [{ en: `Validator ${id} leaves the ledger.`, zh: `验证节点 ${id} 退出账本。` }];
  }
  const { key, peer, address, url, cosigner, power } = op;
  const votes = power === 0 ? { en: " without a vote", zh: "（无表决权）" } : { en: "", zh: "" };
  return [
    {
      en: `Set validator ${id} of the ledger${votes.en}.`,
      zh: `登记账本的验证节点 ${id}${votes.zh}。`,
    },
    ...labelled({ en: "votes with key", zh: "投票密钥" }, key && hex(key)),
    ...labelled({ en: "known to its peers as", zh: "对等节点标识" }, peer && hex(peer)),
    ...labelled({ en: "reached by them at", zh: "对等连接地址" }, address),
    ...labelled({ en: "its node", zh: "节点地址" }, url),
    ...labelled({ en: "cosigns as", zh: "共签公钥" }, cosigner),
  ];
}

function labelled(label: Words, text: string | undefined): Words[] {
  return text === undefined ? [] : [{ en: `${label.en}: ${text}`, zh: `${label.zh}：${text}` }];
}

function tellUnsealing({ code, kid, serials }: Extract<Operation, { op: "unseal" }>): Words {
  const some = serials.slice(0, 8).join(", ");
  const list = serials.length > 8 ? `${some}, …` : some;
  return {
    en: `Withdraw ${serials.length} seals of ${code}, key ${hex(kid)}: ${list}.`,
    zh: `撤销 ${code} 密钥 ${hex(kid)} 的 ${serials.length} 枚签章：${list}。`,
  };
}

function tellSuccession(op: Extract<Operation, { op: "succeed" }>): Words {
  const [from, to] = [op.from, op.to].map((codes) => codes.map(({ code }) => code).join(", "));
  const verb = SUCCESSIONS[op.type];
  return {
    en: `${from} ${verb.en} ${to} on ${op.date} (${op.source}).`,
    zh: `${from} 于 ${op.date} ${verb.zh} ${to}（${op.source}）。`,
  };
}
