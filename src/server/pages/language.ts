import type { Names } from "../../core/index.ts";
import { languages } from "../http/accept.ts";

export type Language = "zh" | "en";

/** A text in both languages. */
export type Words = Readonly<Record<Language, string>>;

/** `?lang=`, else what the browser likes better. */
export function languageOf(request: Request): Language {
  const asked = new URL(request.url).searchParams.get("lang");
  if (isLanguage(asked)) return asked;
  return preferredLanguage(request.headers.get("Accept-Language") ?? undefined);
}

export function isLanguage(text: string | null): text is Language {
  return text === "zh" || text === "en";
}

/** What the browser likes better. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  for (const tag of languages(acceptLanguage)) {
    if (tag.startsWith("zh")) return "zh";
    if (tag.startsWith("en")) return "en";
  }
  return "en";
}

/** A sentence of a list that is written in English, by the Chinese words for its sentences. */
export function translated(
  english: string,
  language: Language,
  chinese: { readonly [english: string]: string },
): string {
  return language === "zh" ? (chinese[english] ?? english) : english;
}

const NOT_PUBLIC: Words = { zh: "（名称不公开）", en: "(name not public)" };

/** A record's name in a language, else in any. */
export function nameIn(names: Names, language: Language, otherwise: string): string {
  const order = [language, ...Object.keys(names).filter((tag) => tag.startsWith(language))];
  for (const tag of [...order, "zh", "en", ...Object.keys(names)]) {
    const statement = Object.hasOwn(names, tag) ? names[tag] : undefined;
    if (statement !== undefined && "value" in statement) return statement.value;
  }
  return Object.keys(names).length > 0 ? NOT_PUBLIC[language] : otherwise;
}

/** The same of names without dates, as members and the gazette have them. */
export function plainNameIn(
  names: { readonly [tag: string]: string },
  language: Language,
  otherwise: string,
): string {
  return names[language] ?? names.zh ?? Object.values(names)[0] ?? otherwise;
}
