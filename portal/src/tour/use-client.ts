import type { Client } from "cityid/sdk";
import { useMemo } from "react";
import { nodeClient } from "../api/client.ts";
import { language, usePreference } from "../app/preferences.ts";

export function useClient(send: typeof fetch): Client {
  const lang = usePreference(language);
  return useMemo(() => nodeClient(send, lang), [send, lang]);
}
