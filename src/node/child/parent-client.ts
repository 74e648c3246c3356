import { fetchBounded } from "../../audit/index.ts";
import { type Client, type ClientOptions, createClient } from "../../sdk/index.ts";

/** Of one answer, body included: a bundle of the log may have 16 MB. */
const PATIENCE_MILLISECONDS = 60_000;

/**
 * Asks a parent of which nothing is believed yet. One that says nothing, or breaks off in the midst of an answer, is asked again,
 * and given up in the end.
 */
export function parentClient(
  options: Pick<ClientOptions, "url" | "signal" | "timeoutMilliseconds" | "attempts">,
): Client {
  return createClient({
    timeoutMilliseconds: PATIENCE_MILLISECONDS,
    ...options,
    fetch: fetchBounded,
  });
}
