// Without React: `/verify` and `/report` are pages without it.

export type Language = "zh" | "en";
export type ThemeChoice = "system" | "light" | "dark";

/** A choice that outlives the page, where the browser lets us keep one. */
export type Preference<V extends string> = {
  readonly get: () => V;
  readonly set: (value: V) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

export const language: Preference<Language> = preference(
  "cityid.language",
  isLanguage,
  browserLanguage,
  askedLanguage(),
);
export const themeChoice: Preference<ThemeChoice> = preference(
  "cityid.theme",
  isThemeChoice,
  () => "system",
);

function preference<V extends string>(
  name: string,
  isValue: (text: string | null) => text is V,
  otherwise: () => V,
  asked?: V,
): Preference<V> {
  const listeners = new Set<() => void>();
  const stored = readStored(name);
  let current: V = asked ?? (isValue(stored) ? stored : otherwise());
  return {
    get: () => current,
    set: (value) => {
      current = value;
      writeStored(name, value);
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The address of a page of ours: pages without a script keep no choice, so that a choice that is not the browser's goes along.
 *
 * @param path without a query, or with one
 */
export function inLanguage(path: string): string {
  if (language.get() === browserLanguage()) return path;
  return `${path}${path.includes("?") ? "&" : "?"}lang=${language.get()}`;
}

/** A link asks by `?lang=`, as those of pages without a script do; that is the choice from then on. */
function askedLanguage(): Language | undefined {
  const query = new URLSearchParams(location.search);
  const asked = query.get("lang");
  if (!isLanguage(asked)) return undefined;
  writeStored("cityid.language", asked);
  // Else a reload would ask for it again, whatever was chosen since.
  query.delete("lang");
  const others = query.size > 0 ? `?${query}` : "";
  history.replaceState(history.state, "", location.pathname + others + location.hash);
  return asked;
}

/** Chinese first when the browser asks for Chinese first. */
function browserLanguage(): Language {
  const first = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag));
  return first?.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function isLanguage(text: string | null): text is Language {
  return text === "zh" || text === "en";
}

export function isThemeChoice(text: string | null): text is ThemeChoice {
  return text === "system" || text === "light" || text === "dark";
}

/** Storage throws where a browser forbids it; the choice then lasts as long as the page. */
export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function writeStored(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Kept in memory only.
  }
}
