import type { Client } from "cityid/sdk";
import { useCallback, useEffect, useState } from "react";
import { sendWaiting } from "../../report/queue.ts";
import { type Report, reports } from "../../report/store.ts";

/** How often what waits is tried again: an office may enrol the key at any time. */
const AGAIN_MILLISECONDS = 5000;

/** Reports that this browser keeps for a dataset, the newest first. What waits is sent as soon as there is a network. */
export function useReports(
  dataset: string,
  client: Client,
  isOnline: boolean,
): { readonly all: readonly Report[]; readonly refresh: () => Promise<void> } {
  const [all, setAll] = useState<readonly Report[]>([]);
  const show = useCallback(async () => {
    const own = (await reports()).filter((each) => each.dataset === dataset);
    setAll(own.sort((a, b) => b.made - a.made));
  }, [dataset]);
  const refresh = useCallback(async () => {
    await show();
    await sendWaiting(show, client);
  }, [show, client]);
  useEffect(() => {
    void (isOnline ? refresh() : show());
    const timer = setInterval(() => void refresh(), AGAIN_MILLISECONDS);
    return () => clearInterval(timer);
  }, [refresh, show, isOnline]);
  return { all, refresh };
}
