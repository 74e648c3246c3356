import zh from "antd/es/locale/zh_CN";
import type { LanguagePack } from "../index.ts";
import { shell } from "./shell.ts";
import { tour } from "./tour.ts";
import { ui } from "./ui.ts";

export const pack: LanguagePack = { messages: { shell, ui, tour }, antd: zh };
