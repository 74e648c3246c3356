import { useSyncExternalStore } from "react";
import type { Preference } from "./settings.ts";

export * from "./settings.ts";

export function usePreference<V extends string>({ get, subscribe }: Preference<V>): V {
  return useSyncExternalStore(subscribe, get);
}
