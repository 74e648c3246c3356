import { ApiProblem, type Client, createClient } from "cityid/sdk";
import { isReceipt } from "./receipt.ts";
import { keepReport, type Report, reports } from "./store.ts";

/** What waits longer than the node would take it. */
const WEEK_MILLISECONDS = 7 * 24 * 3600 * 1000;

const own = createClient({ url: location.origin, attempts: 1 });

let sending: Promise<void> | undefined;

/** Sends what waits, one after the other; told after each. One at a time, however many ask. */
export function sendWaiting(changed: () => Promise<void>, client: Client = own): Promise<void> {
  // In airplane mode nothing is tried.
  if (!navigator.onLine) return Promise.resolve();
  sending ??= sendAll(changed, client).finally(() => {
    sending = undefined;
  });
  return sending;
}

async function sendAll(changed: () => Promise<void>, client: Client): Promise<void> {
  for (const report of await reports()) {
    if (report.state !== "waiting") continue;
    const next = await sendOne(report, client);
    if (next === undefined) continue;
    await keepReport(next);
    await changed();
  }
}

/** @returns what became of it; `undefined` where it goes on waiting */
async function sendOne(report: Report, client: Client): Promise<Report | undefined> {
  const { signed, ...rest } = report;
  if (signed === undefined) return undefined;
  if (Date.now() - report.made > WEEK_MILLISECONDS) return { ...rest, state: "expired" };
  try {
    const { index, receipt } = await client.sendEntry(report.dataset, signed);
    const kept = { entry: signed.entry, receipt };
    const { log } = await client.dataset(report.dataset);
    // What the log has not signed for is sent again: it stands there once.
    if (!(await isReceipt(kept, log.vkeys))) return undefined;
    return { ...rest, state: "sent", outcome: String(index), receipt: kept };
  } catch (problem) {
    // A key that the office has not enrolled yet, and whatever passes by itself, is asked about again.
    const isFinal = problem instanceof ApiProblem && problem.status < 500 && !isPassing(problem);
    return isFinal ? { ...rest, state: "refused", outcome: problem.code } : undefined;
  }
}

/** A key is enrolled, a suspension lifted, and what was made by a clock that is fast is of the past one day. */
const PASSING: ReadonlySet<string> = new Set(["AUTH_KEY_UNKNOWN", "STATE_SUSPENDED", "DATA_TIME"]);

function isPassing({ code, status }: ApiProblem): boolean {
  return status === 429 || PASSING.has(code);
}
