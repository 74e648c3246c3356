import { fromHex, type GazetteFact, type GazetteItem } from "../../core/index.ts";
import { everyItem, type GazetteJson, signOperation } from "../../sdk/index.ts";
import { group } from "../progress.ts";
import { Refused } from "../refused.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf, openSigner } from "../signing.ts";

/** What an import of facts would do to the gazette. */
type Sorted = {
  readonly items: readonly GazetteItem[];
  /** Codes of which the gazette says the same already. */
  readonly same: readonly string[];
  /** Codes of which it says something else: only a decision of the members replaces that. */
  readonly other: readonly string[];
};

/** Brings facts about divisions into the gazette: one member's signature for each 256 codes, asked for once. */
export async function importGazette(
  run: Run,
  items: readonly GazetteItem[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<void> {
  const sorted = sortFacts(items, await presentGazette(run));
  tellSorted(run, sorted);
  if (dryRun || sorted.items.length === 0) return tellDone(run, sorted, 0);
  const identity = await identityOf(run);
  const { origin: aud } = await run.client.node();
  const { gazetteOperations } = await import("../../node/index.ts");
  const operations = gazetteOperations(sorted.items);
  await confirmSigning(run, words(run, sorted.items.length, operations.length), identity, aud);
  const signer = await openSigner(run, identity);
  const bar = run.progress(run.say({ en: "Recording", zh: "正在记录" }), sorted.items.length);
  let done = 0;
  for (const operation of operations) {
    const iatSeconds = Math.floor(run.now().getTime() / 1000);
    const { bytes } = await signOperation({
      iss: identity.holder,
      aud,
      iatSeconds,
      signer,
      operation,
    });
    const outcome = await run.client.submit(bytes);
    if (outcome.status === "refused") throw new Refused(outcome);
    done += operation.items.length;
    bar.to(done);
  }
  bar.end();
  tellDone(run, sorted, operations.length);
}

async function presentGazette(run: Run): Promise<ReadonlyMap<string, GazetteJson>> {
  const present = new Map<string, GazetteJson>();
  for await (const item of everyItem((paging) => run.client.gazette({}, paging))) {
    present.set(item.code, item);
  }
  return present;
}

/** New codes, and codes whose facts go on where the gazette's end, can be added; a repeated import adds nothing. */
function sortFacts(
  wanted: readonly GazetteItem[],
  present: ReadonlyMap<string, GazetteJson>,
): Sorted {
  const items: GazetteItem[] = [];
  const same: string[] = [];
  const other: string[] = [];
  for (const { code, add: facts = [] } of wanted) {
    const known = present.get(code);
    const shared = known === undefined ? 0 : sharedFacts(known.facts, facts);
    if (shared === undefined) other.push(code);
    else if (shared === facts.length) same.push(code);
    else {
      const prev = known === undefined ? undefined : fromHex(known.op);
      items.push({ code, add: facts.slice(shared), ...(prev === undefined ? {} : { prev }) });
    }
  }
  return { items, same, other };
}

/** How many facts both begin with; `undefined` where the gazette says something that the file does not. */
function sharedFacts(known: readonly unknown[], facts: readonly GazetteFact[]): number | undefined {
  const agrees = known.every((fact, i) => i < facts.length && sameFact(fact, facts[i]));
  return agrees ? known.length : undefined;
}

function sameFact(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${name}:${canonical(inner)}`).join()}}`;
}

function words(run: Run, codes: number, operations: number): string[] {
  return [
    run.say({
      en: `Record facts about ${group(codes)} divisions in the gazette, in ${operations} operations.`,
      zh: `在地名录中记录 ${group(codes)} 个行政区划的信息，共 ${operations} 个操作。`,
    }),
  ];
}

function tellSorted(run: Run, { items, same, other }: Sorted): void {
  run.note(
    run.say({
      en: `${group(items.length)} codes have something new, ${group(same.length)} are as they are, of ${group(other.length)} the gazette says something else.`,
      zh: `${group(items.length)} 个代码有新信息，${group(same.length)} 个无变化，${group(other.length)} 个与地名录现有内容不同。`,
    }),
  );
  if (other.length === 0) return;
  run.note(`  ${other.slice(0, 10).join(" ")}${other.length > 10 ? " …" : ""}`);
  run.note(
    run.say({
      en: "  Left as they are: what stands in the gazette is changed by a decision of the members (`cityid propose`).",
      zh: "  以上保持不变：更改地名录已有内容须由成员决议（`cityid propose`）。",
    }),
  );
}

function tellDone(run: Run, { items, same, other }: Sorted, operations: number): void {
  const counts = { new: items.length, same: same.length, other: other.length, operations };
  run.result(counts, () => [
    operations === 0
      ? run.say({ en: "Nothing was signed.", zh: "未签署任何内容。" })
      : `${run.paint.good("✔")} ${run.say({ en: `Recorded ${group(items.length)} codes.`, zh: `已记录 ${group(items.length)} 个代码。` })}`,
  ]);
}
