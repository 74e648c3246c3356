import { readStored, writeStored } from "../../app/preferences.ts";
import { type Enrolled, keys } from "../../report/store.ts";

const NAME = "cityid.tour.enrolled";

/** What is remembered beside the key: in which ledger it was enrolled, and what was signed with it without a network. */
type Kept = { readonly ledger: string; readonly kid: string; readonly offline: readonly string[] };

export function keepEnrolled(kept: Kept): void {
  writeStored(NAME, JSON.stringify(kept));
}

/** The key of this browser that a department enrolled in this very ledger. @param ledger hash of its first entry */
export async function findEnrolled(
  dataset: string,
  ledger: string,
): Promise<{ readonly key: Enrolled; readonly offline: readonly string[] } | undefined> {
  const kept = parse(readStored(NAME));
  if (kept?.ledger !== ledger) return undefined;
  const key = (await keys()).find((each) => each.dataset === dataset && each.kid === kept.kid);
  return key && { key, offline: kept.offline };
}

function parse(text: string | null): Kept | undefined {
  if (text === null) return undefined;
  try {
    const { ledger, kid, offline } = JSON.parse(text) as { [name in keyof Kept]?: unknown };
    if (typeof ledger !== "string" || typeof kid !== "string" || !Array.isArray(offline)) {
      return undefined;
    }
    return { ledger, kid, offline: offline.filter((each) => typeof each === "string") };
  } catch {
    return undefined;
  }
}
