import { text } from "../plain/text.ts";

/** What the page says, in Chinese and English. */
export const WORDS = {
  title: text("上报", "Report"),
  about: text("关于 {code}", "About {code}"),
  aboutPlate: text("关于 {code} · 铭牌 {serial}", "About {code} · Plate {serial}"),
  noKey: text(
    "此手机尚未登记。请用部门提供的邀请二维码打开本页。",
    "This phone is not enrolled. Open this page by the invitation of your office.",
  ),
  invited: text("部门邀请您上报：{label}", "Your office invites you to report: {label}"),
  enrol: text("在此手机上生成密钥并申请登记", "Make a key on this phone and ask to be enrolled"),
  asked: text(
    "已申请。请把密钥编号 {kid} 报给部门核对；登记前的上报会在此手机上等候。",
    "Asked. Tell your office the key number {kid}; reports wait on this phone until it has enrolled the key.",
  ),
  key: text("密钥编号", "Key number"),
  what: text("上报什么", "What you report"),
  matter: text("情况", "Something is the matter"),
  installed: text("铭牌已安装在此", "The plate was installed here"),
  moved: text("铭牌已移到此处", "The plate was moved here"),
  replaced: text("此铭牌替换了旧的", "This plate replaces the old one"),
  missing: text("铭牌丢失", "The plate is missing"),
  unscanned: text(
    "登记安装、移位或更换须先扫描铭牌。",
    "To install, move or replace a plate, scan it first.",
  ),
  scan: text("扫描铭牌", "Scan the plate"),
  text: text("说明", "What is the matter"),
  number: text("数值（可不填）", "A number, if any"),
  photo: text("照片（可不填）", "A photo, if any"),
  photoNeeded: text("铭牌在现场的照片", "A photo of the plate in place"),
  place: text("附上所在位置", "Add my place"),
  placeNeeded: text("会附上所在位置和照片。", "Your place and the photo go along."),
  send: text("签名并提交", "Sign and send"),
  empty: text("请填写说明、数值或照片。", "Write something, give a number or take a photo."),
  noPhoto: text("请拍一张铭牌的照片。", "Take a photo of the plate."),
  picture: text("这不是可用的照片（JPEG、PNG、WebP）。", "That is no picture that can be taken."),
  noPlace: text("得不到位置；可不附位置提交。", "No place could be had; send without it."),
  noPlateHere: text(
    "得不到位置，无法登记铭牌。请允许本页使用位置。",
    "No place could be had, and a plate needs one. Allow this page to use it.",
  ),
  noBase: text("节点未应答，请联网后重试。", "The node does not answer; try again with a network."),
  notTaken: text(
    "邀请已失效，请向部门索取新的邀请。",
    "The invitation is not good any more. Ask your office for another one.",
  ),
  notKept: text(
    "未能保存在此手机上，尚未提交。",
    "It could not be kept on this phone, and was not sent.",
  ),
  locating: text("正在获取位置…", "Looking for your place…"),
  kept: text(
    "已签名并保存在此手机上；下面写明是否已送达。",
    "Signed and kept on this phone. Below it says when it has been received.",
  ),
  queue: text("此手机上的上报", "Reports on this phone"),
  times: text("时间为北京时间。", "Times are Beijing time."),
  waiting: text("等候发送", "waiting"),
  sent: text("已收下，第 {outcome} 条", "received as entry {outcome}"),
  refused: text("被拒绝（{outcome}）", "refused ({outcome})"),
  expired: text("逾期七天，未能送达", "older than seven days, not delivered"),
  receipt: text("保存回执", "Save the receipt"),
  none: text("尚无", "none yet"),
  language: text("English", "中文"),
  skip: text("跳到正文", "Skip to the content"),
} as const;

export type Word = keyof typeof WORDS;
