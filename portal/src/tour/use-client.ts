import type { Client } from "cityid/sdk";
import { useMemo } from "react";
import { nodeClient } from "../api/client.ts";

/** A client by the calls of a step, which name the language that is read. */
export function useClient(send: typeof fetch): Client {
  return useMemo(() => nodeClient(send), [send]);
}
