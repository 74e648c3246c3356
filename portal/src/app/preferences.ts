import { useSyncExternalStore } from "react";
import { inLanguage, language, type Preference } from "./settings.ts";

export * from "./settings.ts";

/** How addresses of pages outside of this one are written in the language of now. */
export function useInLanguage(): (path: string) => string {
  usePreference(language);
  return inLanguage;
}

export function usePreference<V extends string>({ get, subscribe }: Preference<V>): V {
  return useSyncExternalStore(subscribe, get);
}
