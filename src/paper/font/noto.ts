import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openTrueType, type TrueType } from "./true-type.ts";

// The fonts that come with the program, from npm and under the OFL. docs/adr/0042.

const FILES = {
  /** Chinese of GB 18030 level 2 and extension A, pinyin, Greek and Russian. */
  regular: "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
  bold: "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
  /** Codes and hashes; and the letters of Europe and Vietnam that the Chinese font lacks. */
  mono: "@expo-google-fonts/noto-sans-mono/400Regular/NotoSansMono_400Regular.ttf",
} as const;

export type FontName = keyof typeof FILES;

const require = createRequire(import.meta.url);
const opened = new Map<FontName, TrueType>();

/** A font, read once in the life of the process. */
export function loadFont(name: FontName): TrueType {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const font = openTrueType(readFileSync(require.resolve(FILES[name])));
  opened.set(name, font);
  return font;
}
