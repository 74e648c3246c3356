import { language, type ThemeChoice, themeChoice } from "./settings.ts";

export type Mode = "light" | "dark";

export const SYSTEM_DARK = "(prefers-color-scheme: dark)";

export function modeOf(choice: ThemeChoice): Mode {
  if (choice !== "system") return choice;
  return matchMedia(SYSTEM_DARK).matches ? "dark" : "light";
}

/** Tells the document its language and mode: style sheets, screen readers and line breaking depend on them. */
export function dressDocument(): void {
  document.documentElement.lang = language.get() === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.theme = modeOf(themeChoice.get());
}
