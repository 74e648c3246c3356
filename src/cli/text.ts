/** The languages that the command line speaks. */
export type Language = "en" | "zh";

/** One thing said in both; written, not translated word by word. */
export type Text = { readonly en: string; readonly zh: string };

/** Puts a text into the language of this run. */
export type Say = (text: Text) => string;

/** `--lang` where it stands on the command line, else the locale of the environment, as POSIX orders it. */
export function chooseLanguage(
  argv: readonly string[],
  env: { readonly [name: string]: string | undefined },
): Language {
  const asked = languageFlag(argv) ?? (env.LC_ALL || env.LC_MESSAGES || env.LANG || "en");
  return /^zh/i.test(asked) ? "zh" : "en";
}

// Read before commander does, because commander's own texts are in that language too.
function languageFlag(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === "--lang" || word.startsWith("--lang="));
  const word = argv[at];
  if (word === undefined) return undefined;
  return word === "--lang" ? argv[at + 1] : word.slice("--lang=".length);
}

/** Fills `{name}` from the facts; a list is joined, an unknown name stays as it is written. */
export function fill(template: string, facts: { readonly [name: string]: unknown }): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name];
    if (fact === undefined) return whole;
    return Array.isArray(fact) ? fact.join(", ") : String(fact);
  });
}
