import type { CitySeeded } from "./city/seed.ts";
import type { Seeded } from "./seed.ts";

/** What a demonstration says in the terminal, in the language of the person before it. */
export type DemoMessages = {
  readonly building: string;
  readonly opened: (entries: number, seconds: string) => string;
  readonly made: (seeded: Seeded) => string;
  readonly ready: (url: string, seconds: string) => readonly string[];
  readonly restarted: (starts: number, because: string) => string;
  readonly stopping: string;
  /** Of the second node, which Haikou runs. */
  readonly city: {
    readonly building: string;
    readonly made: (seeded: CitySeeded) => string;
    readonly ready: (url: string, seconds: string) => string;
    readonly restarted: (starts: number, because: string) => string;
  };
  readonly paused: (seconds: string) => string;
};

const zh: DemoMessages = {
  building: "新建演示账本：密钥在本机生成，不从互联网取任何东西",
  opened: (entries, seconds) => `打开已有账本：${entries} 条，用时 ${seconds} 秒`,
  made: ({ what, count, milliseconds }) =>
    line(
      {
        gazette: "行政区划登记（GB/T 2260）",
        classes: "登记物的类别，由两家机构决定",
        cities: "石家庄、海口申请并获发标识",
        departments: "石家庄为两个部门发放标识",
        things: "一次签名导入路灯",
        readings: "发布道路气象数据集，实测值来自西雅图（2012 年逐日，NOAA）",
      }[what],
      count,
      milliseconds,
    ),
  ready: (url, seconds) => [
    `就绪，用时 ${seconds} 秒`,
    "",
    "这是演示：标识不是正式标识，所有密钥都存放在本机硬盘上。",
    `请打开 ${url}/tour`,
    "按 Ctrl+C 停止；再次启动会打开同一份数据。",
  ],
  restarted: (starts, because) => `节点进程结束（${because}），第 ${starts} 次启动`,
  stopping: "正在停止：已收下的先写完",
  city: {
    building: "海口建立自己的账本：独立的进程、密钥和数据",
    made: ({ what, count, milliseconds }) =>
      line(
        {
          departments: "海口在自己的账本登记的部门",
          things: "一次签名导入海口账本的路灯",
        }[what],
        count,
        milliseconds,
      ),
    ready: (url, seconds) => `海口的账本就绪：${url}（${seconds} 秒），检查点每分钟锚定一次`,
    restarted: (starts, because) => `海口的节点进程结束（${because}），第 ${starts} 次启动`,
  },
  paused: (seconds) => `节点已按导览的要求强行终止，${seconds} 秒后再启动`,
};

const en: DemoMessages = {
  building: "a new demonstration ledger: keys are made here, nothing is fetched from the internet",
  opened: (entries, seconds) => `opened the ledger that was here: ${entries} entries, ${seconds} s`,
  made: ({ what, count, milliseconds }) =>
    line(
      {
        gazette: "divisions in the gazette (GB/T 2260)",
        classes: "classes of things, decided by two institutes",
        cities: "Shijiazhuang and Haikou applied and were issued",
        departments: "departments that Shijiazhuang registered",
        things: "lamps, imported with one signature",
        readings:
          "days of road weather published as a dataset: real readings, of Seattle in 2012 (NOAA)",
      }[what],
      count,
      milliseconds,
    ),
  ready: (url, seconds) => [
    `ready after ${seconds} s`,
    "",
    "This is a demonstration: its codes are not official, and everybody's keys lie on this disk.",
    `Open ${url}/tour`,
    "Ctrl+C stops it; started again, it opens the same data.",
  ],
  restarted: (starts, because) => `the node ended (${because}); start number ${starts}`,
  stopping: "stopping: what was taken is finished first",
  city: {
    building: "Haikou begins a ledger of its own: another process, its own keys and data",
    made: ({ what, count, milliseconds }) =>
      line(
        {
          departments: "department that Haikou registered in its own ledger",
          things: "lamps, imported into Haikou's ledger with one signature",
        }[what],
        count,
        milliseconds,
      ),
    ready: (url, seconds) =>
      `Haikou's ledger is ready: ${url} (${seconds} s); its checkpoints are anchored every minute`,
    restarted: (starts, because) => `Haikou's node ended (${because}); start number ${starts}`,
  },
  paused: (seconds) => `the node was killed, as the tour asked; it starts again in ${seconds} s`,
};

function line(what: string, count: number, milliseconds: number): string {
  const grouped = String(count).replace(/\B(?=(?:\d{3})+$)/g, " ");
  return `${grouped.padStart(7)}  ${what}  (${(milliseconds / 1000).toFixed(1)} s)`;
}

export function demoMessages(language: "zh" | "en"): DemoMessages {
  return language === "zh" ? zh : en;
}

/** The language that a terminal asks for: Chinese where the locale is Chinese. */
export function languageOf(env: { readonly [name: string]: string | undefined }): "zh" | "en" {
  const locale = env.CITYID_LANG ?? env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? "";
  return locale.toLowerCase().startsWith("zh") ? "zh" : "en";
}
