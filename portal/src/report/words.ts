/** What the page says, in Chinese and English. */
export const WORDS = {
  title: { zh: "上报", en: "Report" },
  about: { zh: "关于", en: "About" },
  noKey: {
    zh: "此手机尚未登记。请用部门提供的邀请二维码打开本页。",
    en: "This phone is not enrolled. Open this page by the invitation of your office.",
  },
  invited: { zh: "部门邀请您上报", en: "Your office invites you to report" },
  enrol: {
    zh: "在此手机上生成密钥并申请登记",
    en: "Make a key on this phone and ask to be enrolled",
  },
  asked: {
    zh: "已申请。请把下面的编号报给部门核对；登记前的上报会在此手机上等候。",
    en: "Asked. Tell your office the number below; reports wait on this phone until it has enrolled the key.",
  },
  key: { zh: "密钥编号", en: "Key" },
  text: { zh: "说明", en: "What is the matter" },
  number: { zh: "数值（可不填）", en: "A number, if any" },
  photo: { zh: "照片（可不填）", en: "A photo, if any" },
  place: { zh: "附上所在位置", en: "Add my place" },
  send: { zh: "签名并提交", en: "Sign and send" },
  empty: { zh: "请填写说明、数值或照片。", en: "Write something, give a number or take a photo." },
  picture: {
    zh: "这不是可用的照片（JPEG、PNG、WebP）。",
    en: "That is no picture that can be taken.",
  },
  noPlace: { zh: "得不到位置；可不附位置提交。", en: "No place could be had; send without it." },
  noBase: {
    zh: "节点未应答，请联网后重试。",
    en: "The node does not answer; try again with a network.",
  },
  notTaken: {
    zh: "邀请已失效，请向部门索取新的邀请。",
    en: "The invitation is not good any more. Ask your office for another one.",
  },
  notKept: {
    zh: "未能保存在此手机上，尚未提交。",
    en: "It could not be kept on this phone, and was not sent.",
  },
  queue: { zh: "此手机上的上报", en: "Reports on this phone" },
  waiting: { zh: "等候发送", en: "waiting" },
  sent: { zh: "已收下", en: "received" },
  refused: { zh: "被拒绝", en: "refused" },
  expired: { zh: "逾期七天，未能送达", en: "older than seven days, not delivered" },
  none: { zh: "尚无", en: "none yet" },
  language: { zh: "English", en: "中文" },
} as const;

export type Word = keyof typeof WORDS;
