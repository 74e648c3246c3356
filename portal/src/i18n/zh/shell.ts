import type { Messages } from "../messages.ts";

export const shell: Messages["shell"] = {
  name: "cityid",
  subtitle: "城市标识账本",
  skip: "跳到正文",
  language: "语言",
  theme: { label: "外观", system: "跟随系统", light: "浅色", dark: "深色" },
  api: "接口文档",
  demo: {
    title: "演示环境。",
    text: "这里的编码不是正式编码；私钥就存放在这台电脑的磁盘上：",
  },
  notFound: {
    title: "没有这个页面",
    text: "{{path}} 既不是本站页面，也不是编码。编码以 MA 开头，例如 MA.156.1301。",
    tour: "前往导览",
  },
  failed: {
    title: "页面无法显示",
    text: "页面的一部分没有加载成功，可能是节点暂时不可用。已写入账本的内容不受影响。",
    retry: "重新加载",
  },
  loading: "正在加载",
};
