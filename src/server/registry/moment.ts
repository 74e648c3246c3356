import {
  type Code,
  type CodeRecord,
  codeKey,
  err,
  type IsoDate,
  ok,
  present,
  type Result,
} from "../../core/index.ts";
import type { LedgerReader } from "../../ledger/index.ts";
import { readDate, readTime } from "../http/time.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { AppContext } from "../services.ts";
import { foldStatements, type Stated } from "./as-of.ts";
import { type Breaks, createBreaks } from "./breaks.ts";
import { type ChainReader, isImported, walkChain } from "./chain.ts";
import { generationOn, type Moment } from "./on-day.ts";
import { type FoundRecord, foundIn } from "./record-views.ts";

export type { Moment } from "./on-day.ts";

/**
 * Reads `at` (a date) and `known` (a log size, or a time). `undefined` when neither is given: now, as known now.
 *
 * @param today the day that `at` is when only `known` is given
 */
export function readMoment(
  c: AppContext,
  ledger: LedgerReader,
  today: IsoDate,
): Result<Moment | undefined, HttpRefusal> {
  const [at, known] = [c.req.query("at"), c.req.query("known")];
  if (at === undefined && known === undefined) return ok(undefined);
  const date = at === undefined ? ok(today) : readDate("at", at);
  if (!date.ok) return date;
  const size = known === undefined ? ok(ledger.head().size) : readKnown(ledger, known);
  return size.ok ? ok({ at: date.value, knownSize: size.value }) : size;
}

function readKnown(ledger: LedgerReader, text: string): Result<number, HttpRefusal> {
  const { size } = ledger.head();
  if (!/^\d+$/.test(text)) {
    const time = readTime("known", text);
    return time.ok ? ok(sizeAt(ledger, time.value)) : time;
  }
  const known = Number(text);
  if (known >= 1 && known <= size) return ok(known);
  if (known > size) return err({ code: "HTTP_NOT_FOUND", path: `known=${text.slice(0, 20)}` });
  return err({
    code: "HTTP_PARAMETER",
    name: "known",
    got: text.slice(0, 20),
    want: `1 … ${size}`,
  });
}

/** Entries of the log that stood in it at a time: a binary search, for block time never decreases. */
export function sizeAt(ledger: LedgerReader, timeMilliseconds: number): number {
  let [low, high] = [0, ledger.head().size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const block = present(ledger.blockOf(middle), "the block of an entry");
    if (block.timeMilliseconds > timeMilliseconds) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The record of a code as the first `knownSize` entries tell it: of the generation that was in use on the day `at`, with the
 * statements that held then; `undefined` when they tell of none. Others have their turn while a long chain is walked.
 */
export async function recordAt(
  reader: ChainReader,
  code: Code,
  moment: Moment,
): Promise<FoundRecord | undefined> {
  const pause = createBreaks();
  for (const version of reader.ledger.versions(codeKey(code))) {
    await pause();
    if (version.index >= moment.knownSize) continue;
    const newest = foundIn(version);
    const record = await generationOn(reader, newest.record, moment, pause);
    const index = record === newest.record ? newest.index : lastChange(reader, record);
    const stated = await statedAbout(reader, record, pause);
    return { index, record: withStatements(record, stated, moment.at) };
  }
  return undefined;
}

/** The entry that changed a record of an earlier generation last. */
function lastChange({ ledger }: ChainReader, { op, control }: CodeRecord): number {
  return Math.max(ledger.indexOf(op) ?? 0, ledger.indexOf(control) ?? 0);
}

/** What was stated about a record up to this version of it, oldest first. */
async function statedAbout(
  reader: ChainReader,
  record: CodeRecord,
  pause: Breaks,
): Promise<readonly Stated[]> {
  const newestFirst: Stated[] = [];
  for (const { chain, part, index } of walkChain(reader, record, "op")) {
    const isGenesis = chain === "born" && part.kind === "genesis";
    const born = isGenesis && (await bornWith(reader, record.code, index, pause));
    newestFirst.push(born || part.fields);
    await pause();
  }
  if (isImported(reader, record)) newestFirst.push(await bornWith(reader, record.code, 0, pause));
  return newestFirst.reverse();
}

/** What genesis stated stands in the first version of the record. */
async function bornWith(
  { ledger }: ChainReader,
  code: Code,
  index: number,
  pause: Breaks,
): Promise<Stated> {
  for (const version of ledger.versions(codeKey(code))) {
    if (version.index === index) return foundIn(version).record;
    await pause();
  }
  return {};
}

function withStatements(
  { geometry: _, stage: __, ...record }: CodeRecord,
  stated: readonly Stated[],
  at: IsoDate,
): CodeRecord {
  return { ...record, ...foldStatements(stated, at) };
}
