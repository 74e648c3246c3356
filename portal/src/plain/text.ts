import { language } from "../app/settings.ts";

/** The same in both languages. */
export type Text = { readonly zh: string; readonly en: string };

/** In the language of whoever reads, with `{name}` filled in. */
export function say(text: Text, facts: Readonly<Record<string, unknown>> = {}): string {
  return text[language.get()].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = facts[name];
    return value === undefined ? whole : String(value);
  });
}

export const text = (zh: string, en: string): Text => ({ zh, en });
