import en from "antd/es/locale/en_US";
import type { LanguagePack } from "../index.ts";
import { shell } from "./shell.ts";
import { tour } from "./tour.ts";
import { ui } from "./ui.ts";

export const pack: LanguagePack = { messages: { shell, ui, tour }, antd: en };
