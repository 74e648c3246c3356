import type { Language } from "./text.ts";

/** Names by language, as a record or a node's answer has them; one that is committed to has no value. */
type AnyNames = { readonly [language: string]: object | undefined };

/** The name in a language, else in Chinese, English, or whatever there is. */
export function nameIn(names: AnyNames | undefined, language: Language): string | undefined {
  return allNamesIn(names, language)[0];
}

/** All names that are public, that in the language first. */
export function allNamesIn(names: AnyNames = {}, language: Language): readonly string[] {
  const ordered = [names[language], names.zh, names.en, ...Object.values(names)];
  const values = ordered.flatMap((name) =>
    name !== undefined && "value" in name && typeof name.value === "string" ? [name.value] : [],
  );
  return [...new Set(values)];
}
