import type { Language } from "../app/preferences.ts";

/** Names in JSON, and as a verifier reads them. */
type Statements = {
  readonly [language: string]: { readonly value: string } | { readonly commit: unknown };
};

/** The name in this language, else in another; `undefined` when all are kept back. */
export function nameOf(names: Statements, language: Language): string | undefined {
  const order = [language, ...Object.keys(names).filter((tag) => tag !== "zh-Latn")];
  for (const tag of order) {
    const statement = names[tag];
    if (statement && "value" in statement) return statement.value;
  }
  return undefined;
}

/** The same for names that are plain text: of members, classes, the gazette. */
export function plainNameOf(
  names: { readonly [language: string]: string },
  language: Language,
): string {
  return names[language] ?? names.zh ?? Object.values(names)[0] ?? "";
}
