import type { Messages } from "../messages.ts";

export const ui: Messages["ui"] = {
  copy: { idle: "复制", copied: "已复制", failed: "浏览器不允许复制" },
  hash: { whole: "显示全部", shorten: "收起" },
  time: { beijing: "北京时间", showUtc: "换成 UTC", showBeijing: "换成北京时间" },
  calls: {
    title: "这一步调用的接口",
    none: "还没有调用。每次调用都会列在这里，复制到终端即可执行。",
    note_other: "共调用公开接口 {{count, number}} 次，每一条复制到终端都能直接执行。",
    older_other: "更早的 {{count, number}} 次不再显示。",
    waiting: "等待应答",
    lost: "没有应答",
    noAnswer: "连接在应答之前断开。",
    answer: "应答",
    bytes_other: "{{count, number}} 字节",
    binary: "二进制或内容过长，不在此显示；执行上面的命令即可取得。",
  },
  problem: {
    remedy: "处理办法：",
    code: "代码：",
    away: "节点没有应答。请查看终端里的节点是否仍在运行。",
    unknown: "本页出现故障。",
  },
  state: {
    active: "有效",
    suspended: "已暂停",
    retired: "已停用",
    void: "已撤销",
    ended: "已终止",
    unknown: "未知",
  },
  check: { passed: "成立", failed: "不成立" },
};
