import type { SealEnded, SealReason, SealUnsure, SealWrong } from "../../verify/seal/index.ts";
import { fill, type Text } from "../text.ts";

type Row = readonly [zh: string, en: string];
type Words<T extends { readonly code: string }> = Readonly<
  Record<Extract<T["code"], `SEAL_${string}`>, Row>
>;

/** What a citizen is told, by why a seal is not found to be genuine and current. */
const ROWS: Words<SealWrong> & Words<SealEnded> & Words<SealUnsure> = {
  SEAL_TEXT_LENGTH: ["内容过长，不是签章", "This is too long to be a seal"],
  SEAL_SCHEME: ["这不是铭牌的网址，请勿打开", "This is no address of a plate; do not open it"],
  SEAL_NONE: ["其中没有签章", "There is no seal in it"],
  SEAL_LONG: ["数字过多，不是签章", "It has more digits than a seal"],
  SEAL_DIGITS_LENGTH: ["数字有缺失或多余", "Digits are missing, or there are too many"],
  SEAL_DIGITS_VALUE: ["数字有误", "The digits are wrong"],
  SEAL_SIZE: ["内容过长，不是签章", "This is too long to be a seal"],
  SEAL_HEADER: ["这不是签章", "This was not made as a seal"],
  SEAL_CLAIM: ["这不是签章", "This was not made as a seal"],
  SEAL_SWAPPED: [
    "网址写的是 {got}，签章却属于 {subject}：签章被挪用",
    "The address names {got}, and the seal is that of {subject}: it was taken from another plate",
  ],
  SEAL_NEVER_ISSUED: ["{subject} 从未签发：铭牌系伪造", "{subject} was never issued: a forgery"],
  SEAL_OLD_GENERATION: [
    "这是 {subject} 第 {generation} 代的铭牌，现为第 {present} 代",
    "This plate is of generation {generation} of {subject}, which was issued anew since ({present})",
  ],
  SEAL_FOREIGN: ["签章属于另一账本的 {subject}", "The seal is for {subject} of another ledger"],
  SEAL_BORN: [
    "签章不属于现在的 {subject}：旧铭牌，或另一账本的铭牌",
    "The seal is not for the present {subject}: an old plate, or one of another ledger",
  ],
  SEAL_KEY_UNKNOWN: [
    "签章的密钥 {kid} 不属于 {subject} 及其任何上级",
    "The key {kid} that sealed it is nobody's who answers for {subject}",
  ],
  SEAL_KEY_USE: ["{holder} 的密钥 {kid} 不能用于签章", "The key {kid} of {holder} makes no seals"],
  SEAL_KEY_SCOPE: ["密钥 {kid} 的范围不包括此编码", "The key {kid} may not seal this code"],
  SEAL_KEY_NEARER: [
    "应由 {nearer} 签章，而非 {holder}",
    "It was for {nearer} to seal it, not for {holder}",
  ],
  SEAL_KEY_TIME: ["签章时密钥 {kid} 无效", "The key {kid} was not in force when it sealed"],
  SEAL_SIGNATURE: ["签名有误：铭牌系伪造", "The signature is wrong: a forgery"],
  SEAL_UNLOGGED: [
    "密钥 {kid} 已停用，序号 {serial} 不在任何已登记的批次中",
    "The key {kid} is closed, and serial {serial} stands in no batch that was logged",
  ],
  SEAL_NOT_IN_BATCH: [
    "序号 {serial} 登记的是另一枚签章：铭牌系伪造",
    "Another seal was logged with serial {serial}: a forgery",
  ],
  SEAL_BATCH_LATE: [
    "批次登记时密钥 {kid} 可能已泄露",
    "When its batch was logged, others may have had the key {kid}",
  ],
  SEAL_EXPIRED: ["签章真实，但已过期", "Genuine, but it has expired"],
  SEAL_WITHDRAWN: ["签章真实，但已被撤销", "Genuine, but the owner withdrew it"],
  SEAL_SUSPENDED: ["签章真实，但 {because} 已暂停", "Genuine, but {because} is suspended"],
  SEAL_RETIRED: [
    "签章真实，但 {because} 已注销（接替者：{successors}）",
    "Genuine, but {because} has retired (successors: {successors})",
  ],
  SEAL_VOID: ["签章真实，但 {because} 的登记已撤回", "Genuine, but {because} was taken back"],
  SEAL_NOT_SHOWN: ["缺少证明：{key}", "Nobody shows what stands under {key}"],
  SEAL_STATUS_NOT_SHOWN: ["{subject} 的状态未得到证明", "The status of {subject} is not shown"],
  SEAL_NEARER_SINCE: [
    "{nearer} 现有自己的签章密钥，何时起有尚不清楚",
    "{nearer} has keys for seals now, and it is not shown since when",
  ],
  SEAL_NO_PATH: [
    "密钥 {kid} 已停用，缺少序号 {serial} 的批次证明",
    "The key {kid} is closed, and there is no path of serial {serial} into a batch",
  ],
  SEAL_PATH: [
    "序号 {serial} 的批次证明不成立",
    "The path of serial {serial} into its batch does not hold",
  ],
  SEAL_EARLY: ["签章时间在将来：请核对时钟", "It was sealed in the future: set the clock"],
  SEAL_NO_STATUS: [
    "缺少密钥 {kid} 的撤销名单",
    "The list of withdrawn seals of key {kid} is not at hand",
  ],
  SEAL_OLD: [
    "依据已过 {ageSeconds} 秒，超过 {maxSeconds} 秒",
    "What is known is {ageSeconds} seconds old, more than {maxSeconds}",
  ],
};

const NO_SEAL: Row = ["内容有误，不是签章", "It is malformed, and no seal"];

/** Why, in words. What is wrong below the seal (CBOR, COSE, a code) is all the same to who scans. */
export function sealWords(reason: SealReason): Text {
  const [zh, en] = Object.hasOwn(ROWS, reason.code)
    ? ROWS[reason.code as keyof typeof ROWS]
    : NO_SEAL;
  return { zh: fill(zh, { ...reason }), en: fill(en, { ...reason }) };
}
