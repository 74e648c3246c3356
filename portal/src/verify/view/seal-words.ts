import type { SealEnded, SealReason, SealUnsure, SealWrong } from "cityid/verify/seal";
import type { State } from "../../plain/dom.ts";
import { type Text, text } from "../../plain/text.ts";

/** What the screen says of a seal: a word for it, a sentence, and what to do. */
export type Said = { readonly state: State; readonly title: Text; readonly sentence: Text };

type Codes<T extends { readonly code: string }> = Extract<T["code"], `SEAL_${string}`>;
type Rows = Readonly<Record<Codes<SealWrong> | Codes<SealEnded> | Codes<SealUnsure>, Said>>;

const said = (state: State, title: Text, zh: string, en: string): Said => ({
  state,
  title,
  sentence: text(zh, en),
});

const FORGED = text("伪造：签章不成立", "Forged: the seal does not hold");
const NO_SEAL = text("这不是签章", "This is not a seal");
const DAMAGED = text("签章不完整", "The seal is incomplete");
const UNENTITLED = text("签章无效", "The seal is not valid");
const UNKNOWN = text("无法判断", "Cannot tell");
/** Whoever signed is known; what the plate is worth now is not. */
const SIGNED = text("由{signer}签章，现状不明", "Signed by {signer}, status unknown");

const damaged = said(
  "stop",
  DAMAGED,
  "二维码里的数字有缺失或改动，无法当作签章。请重新扫描；若仍如此，不要相信这块铭牌。",
  "Digits are missing from the symbol, or were changed. Scan it again; if it stays so, do not trust this plate.",
);
const notMade = said(
  "stop",
  NO_SEAL,
  "二维码里的数字不是按签章的格式写的，不要相信这块铭牌。",
  "The digits in the symbol were not made as a seal. Do not trust this plate.",
);

/** The seal is in order: what nothing else is said of. */
export const GENUINE: Said = said(
  "active",
  text("真实有效", "Genuine and current"),
  "{code} 的铭牌由{signer}签章，目前有效。",
  "The plate of {code} was sealed by {signer} and is in force.",
);

/** It was so when it was last looked at; nobody was asked now. */
export const GENUINE_THEN: Said = said(
  "attention",
  text("签章真实；离线，以{age}前为准", "Genuine, as of {age} ago"),
  "{code} 的铭牌由{signer}签章。现在无法联网，此后是否被撤销，离线无法判断。",
  "The plate of {code} was sealed by {signer}. Whether it was withdrawn since cannot be told off line.",
);

/** The seal is in order, and the address beside it leads elsewhere. */
export const GENUINE_ELSEWHERE: Said = said(
  "attention",
  text("签章真实，但网址可疑", "Genuine seal, unfamiliar address"),
  "签章由{signer}作出，但铭牌上的网址指向 {host}，不是本账本的网站。不要打开它，除非您认识这个网站。",
  "{signer} made the seal, but the address on the plate leads to {host}, not to this ledger. Do not open it unless you know that site.",
);

export const SEAL_WORDS: Rows = {
  SEAL_TEXT_LENGTH: notMade,
  SEAL_SCHEME: said(
    "stop",
    text("不要打开", "Do not open it"),
    "二维码里不是铭牌的网址。",
    "What the symbol holds is no address of a plate.",
  ),
  SEAL_NONE: said("stop", NO_SEAL, "其中没有签章。", "There is no seal in it."),
  SEAL_LONG: damaged,
  SEAL_DIGITS_LENGTH: damaged,
  SEAL_DIGITS_VALUE: damaged,
  SEAL_SIZE: notMade,
  SEAL_HEADER: notMade,
  SEAL_CLAIM: notMade,
  SEAL_SWAPPED: said(
    "stop",
    text("伪造：编码与签章不符", "Forged: code and seal disagree"),
    "铭牌写的是 {got}，签章却属于 {subject}：签章是从别处挪来的。",
    "The plate says {got}, and the seal is that of {subject}: it was taken from another plate.",
  ),
  SEAL_NEVER_ISSUED: said(
    "stop",
    text("伪造：从未签发", "Forged: never issued"),
    "账本证明 {subject} 从未签发，这样的铭牌不应存在。",
    "The ledger proves that {subject} was never issued. There should be no such plate.",
  ),
  SEAL_OLD_GENERATION: said(
    "stop",
    text("旧铭牌，已不作数", "An old plate that no longer counts"),
    "{subject} 后来签发给了别的对象；这块铭牌属于从前的那一个。",
    "{subject} was issued anew since, for something else. This plate belongs to the former.",
  ),
  SEAL_FOREIGN: said(
    "stop",
    UNENTITLED,
    "这枚签章是为另一个账本的 {subject} 作的，不是这里的。",
    "This seal was made for {subject} of another ledger, not of this one.",
  ),
  SEAL_BORN: said(
    "stop",
    UNENTITLED,
    "签章不属于现在的 {subject}：是旧铭牌，或属于另一个账本。",
    "The seal is not for the present {subject}: an old plate, or one of another ledger.",
  ),
  SEAL_KEY_UNKNOWN: said(
    "stop",
    FORGED,
    "签章的钥匙不属于 {subject} 的主管单位，也不属于其任何上级。",
    "The key that made it belongs to nobody who is responsible for {subject}.",
  ),
  SEAL_KEY_USE: said(
    "stop",
    UNENTITLED,
    "作签章的钥匙只许用于别的事，不许签铭牌。",
    "The key that made it is for other work, not for plates.",
  ),
  SEAL_KEY_SCOPE: said(
    "stop",
    UNENTITLED,
    "作签章的钥匙不管这个地方、这类对象或这段时间。",
    "The key that made it is not for this place, this kind of thing or this time.",
  ),
  SEAL_KEY_NEARER: said(
    "stop",
    UNENTITLED,
    "应由 {nearer} 签章，签章的却是 {holder}。",
    "It was for {nearer} to seal it, not for {holder}.",
  ),
  SEAL_KEY_TIME: said(
    "stop",
    UNENTITLED,
    "作签章时，钥匙尚未启用或已经停用。",
    "When it was sealed, the key was not yet in use, or no longer.",
  ),
  SEAL_SIGNATURE: said(
    "stop",
    text("伪造：签名有误", "Forged: the signature is wrong"),
    "签章不是主管单位的钥匙作的，或者作好之后被改过。",
    "The seal was not made by the owner's key, or was changed since.",
  ),
  SEAL_UNLOGGED: said(
    "stop",
    UNENTITLED,
    "作签章的钥匙已停用，而这枚签章从未登记：任何得到钥匙的人都能作出来。",
    "The key that made it is closed, and this seal was never logged: anybody who got hold of the key could have made it.",
  ),
  SEAL_NOT_IN_BATCH: said(
    "stop",
    FORGED,
    "这个序号登记的是另一枚签章。",
    "Another seal was logged under its serial number.",
  ),
  SEAL_BATCH_LATE: said(
    "stop",
    UNENTITLED,
    "登记这批签章时，钥匙可能已落入他人之手。",
    "When its batch was logged, others may already have had the key.",
  ),
  SEAL_EXPIRED: said(
    "ended",
    text("签章真实，但已过期", "Genuine, but expired"),
    "铭牌由{signer}签章，有效期到 {exp}。",
    "{signer} sealed this plate, until {exp}.",
  ),
  SEAL_WITHDRAWN: said(
    "stop",
    text("签章真实，但已撤销", "Genuine, but withdrawn"),
    "{signer}撤销了这块铭牌：它可能丢失、损坏或被更换。",
    "{signer} withdrew this plate: it may have been lost, damaged or replaced.",
  ),
  SEAL_SUSPENDED: said(
    "attention",
    text("签章真实，但已暂停", "Genuine, but suspended"),
    "铭牌由{signer}签章，但 {because} 目前暂停使用。",
    "{signer} sealed this plate, but {because} is suspended.",
  ),
  SEAL_RETIRED: said(
    "ended",
    text("签章真实，但已注销", "Genuine, but retired"),
    "铭牌由{signer}签章，但 {because} 已经注销。",
    "{signer} sealed this plate, but {because} has retired.",
  ),
  SEAL_VOID: said(
    "ended",
    text("签章真实，但登记已撤回", "Genuine, but taken back"),
    "铭牌由{signer}签章，但 {because} 的登记已经撤回。",
    "{signer} sealed this plate, but the registration of {because} was taken back.",
  ),
  SEAL_NOT_SHOWN: said(
    "unknown",
    UNKNOWN,
    "手头的证明不足以判断这块铭牌。",
    "What is at hand does not tell about this plate.",
  ),
  SEAL_STATUS_NOT_SHOWN: said(
    "unknown",
    SIGNED,
    "{subject} 目前是否有效，没有证明。",
    "Nothing at hand proves whether {subject} is in force.",
  ),
  SEAL_NEARER_SINCE: said(
    "unknown",
    UNKNOWN,
    "{nearer} 现在有自己的钥匙；作签章时是否已有，不清楚。",
    "{nearer} has keys of its own now. Whether it had when this was sealed is not known.",
  ),
  SEAL_NO_PATH: said(
    "unknown",
    UNKNOWN,
    "作签章的钥匙已停用，还需要这批铭牌的登记证明。",
    "The key that made it is closed. The proof that this plate was logged before is missing.",
  ),
  SEAL_PATH: said(
    "unknown",
    UNKNOWN,
    "作签章的钥匙已停用，而节点给出的登记证明不成立。",
    "The key that made it is closed, and the proof that this plate was logged does not hold.",
  ),
  SEAL_EARLY: said(
    "unknown",
    UNKNOWN,
    "签章的时间在将来：请核对手机的时钟。",
    "It was sealed in the future: check the clock of this phone.",
  ),
  SEAL_NO_STATUS: said(
    "unknown",
    SIGNED,
    "手头没有撤销名单，这块铭牌是否被撤销，无法判断。",
    "The list of withdrawn plates is not at hand, so whether this one is on it cannot be told.",
  ),
  SEAL_OLD: said(
    "unknown",
    SIGNED,
    "手头的证明已有{age}之久，此后的变化无法判断。",
    "What is at hand is {age} old. What changed since cannot be told.",
  ),
};

/** Off line, of a plate that was never looked at before. */
export const SIGNED_OFFLINE: Said = said(
  "unknown",
  SIGNED,
  "签名正确，但离线无法判断 {code} 是否有效、铭牌是否被撤销。",
  "The signature is right. Whether {code} is in force, and the plate not withdrawn, cannot be told off line.",
);

export const UNKNOWN_OFFLINE: Said = said(
  "unknown",
  text("离线无法判断", "Cannot tell off line"),
  "这台手机上还没有这家单位的证明。联网后再核验一次。",
  "This phone has no proofs of this office yet. Check again when you are on line.",
);

/** Another node has the proofs: that of the ledger which the code was delegated to. */
export const OTHER_LEDGER: Said = said(
  "unknown",
  text("由另一个账本负责", "Another ledger answers for it"),
  "{code} 登记在主管城市自己的账本里，那里的节点才有这块铭牌的证明。请到那里核验。",
  "{code} is kept in a ledger of its city's own, whose node has the proofs of this plate. Check it there.",
);

/** The same of a code without a seal. */
export const CODE_OF_OTHER_LEDGER: Said = said(
  "unknown",
  text("由另一个账本负责", "Another ledger answers for it"),
  "{code} 登记在主管城市自己的账本里，由那里的节点证明。请到那里核验。",
  "{code} is kept in a ledger of its city's own, whose node proves it. Check it there.",
);

/** What the node answers is not signed by whom this browser believes. */
export const REFUSED_PROOFS: Said = said(
  "attention",
  text("节点的证明不可信", "The proofs of this node do not hold"),
  "节点给出的证明不是您的浏览器所信任的账本签的，因此对这块铭牌什么也不能说明。",
  "What the node answered was not signed by the ledger that this browser trusts, so it says nothing about this plate.",
);

const MALFORMED: Said = notMade;

/** What is wrong below the seal (CBOR, COSE, the spelling of a code) is all the same to who scans. */
export function sealWords({ code }: SealReason): Said {
  return Object.hasOwn(SEAL_WORDS, code) ? SEAL_WORDS[code as keyof Rows] : MALFORMED;
}
