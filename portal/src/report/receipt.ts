import { parsePolicy, verifyReceipt } from "cityid/sdk";
import type { Receipt } from "./store.ts";

/** Whether a log with one of these keys signed that it holds the entry. */
export async function isReceipt(
  { entry, receipt }: Receipt,
  vkeys: readonly string[],
): Promise<boolean> {
  const policy = parsePolicy(`${vkeys.map((vkey) => `log ${vkey}\n`).join("")}quorum none\n`);
  if (!policy.ok) return false;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const options = { policy: policy.value, nowSeconds, maxAgeSeconds: Number.POSITIVE_INFINITY };
  return (await verifyReceipt(receipt, entry, options)).ok;
}
