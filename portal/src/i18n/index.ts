import type { Locale } from "antd/es/locale";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, language } from "../app/preferences.ts";
import type { Messages } from "./messages.ts";

/** All words of one language: ours and the component library's. */
export type LanguagePack = { readonly messages: Messages; readonly antd: Locale };

const packs: Map<Language, LanguagePack> = new Map();

/** Loads the words of a language; each language is a chunk of its own. */
export async function loadLanguage(name: Language): Promise<LanguagePack> {
  const known = packs.get(name);
  if (known) return known;
  const { pack } = name === "zh" ? await import("./zh/index.ts") : await import("./en/index.ts");
  packs.set(name, pack);
  for (const [namespace, words] of Object.entries(pack.messages)) {
    i18next.addResourceBundle(name, namespace, words);
  }
  return pack;
}

/** The pack of a language that was loaded before. */
export function loadedLanguage(name: Language): LanguagePack {
  const pack = packs.get(name);
  if (!pack) throw new Error(`language ${name} is shown before it was loaded`);
  return pack;
}

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language.get(),
    resources: {},
    partialBundledLanguages: true,
    // React escapes what it prints.
    interpolation: { escapeValue: false },
  });
  await loadLanguage(language.get());
}

export async function switchLanguage(name: Language): Promise<void> {
  await loadLanguage(name);
  language.set(name);
  await i18next.changeLanguage(name);
}
