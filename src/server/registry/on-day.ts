import {
  ancestorsOf,
  type CodeRecord,
  codeKey,
  type EffectiveStatus,
  effectiveStatus,
  endedKey,
  type IsoDate,
  isoDate,
  type MapKey,
  registrationKey,
  type ValueReader,
} from "../../core/index.ts";
import type { LedgerReader } from "../../ledger/index.ts";
import { decodeValue } from "../state.ts";
import { type Breaks, createBreaks } from "./breaks.ts";
import type { ChainReader } from "./chain.ts";

/** A day that is asked about, and how much of the log may be used to answer. */
export type Moment = {
  readonly at: IsoDate;
  /** Entries below this index are known. */
  readonly knownSize: number;
};

/**
 * The effective status on a day: what was retired later was in use, and an ancestor is of the generation of that day. What was taken
 * back counts as taken back on every day, for it should not have been issued; a suspension as it is known.
 */
export async function effectiveOn(
  reader: ChainReader,
  record: CodeRecord,
  moment: Moment,
): Promise<EffectiveStatus> {
  const values = await valuesOn(reader, record, moment);
  return effectiveStatus(values, beforeItsEnd(reader, record, moment.at));
}

/** What stands above a record, itself and the registrations of them all as a moment has them. */
export async function valuesOn(
  reader: ChainReader,
  record: CodeRecord,
  moment: Moment,
): Promise<ValueReader> {
  const { ledger } = reader;
  const { knownSize } = moment;
  const pause = createBreaks();
  const values = new Map<string, unknown>();
  for (const code of [record.code, ...ancestorsOf(record.code)]) {
    const newest = await knownValue(ledger, codeKey(code), knownSize, pause);
    if (newest === undefined) continue;
    const then = await generationOn(reader, newest, moment, pause);
    values.set(codeKey(code), beforeItsEnd(reader, then, moment.at));
    if (then.registration === undefined) continue;
    const key = registrationKey(then.registration);
    values.set(key, await knownValue(ledger, key, knownSize, pause));
  }
  // What the key says of its value's type stands in no type here.
  return { get: <T>(key: MapKey<T>) => values.get(key) as T | undefined };
}

/** A value as the first `knownSize` entries have it. There may be a version a block: others have their turn meanwhile. */
async function knownValue<T>(
  ledger: LedgerReader,
  key: MapKey<T>,
  knownSize: number,
  pause: Breaks,
): Promise<T | undefined> {
  for (const { index, value } of ledger.versions(key)) {
    if (index < knownSize) return decodeValue<T>(value);
    await pause();
  }
  return undefined;
}

/** Of a code that was issued anew, the record that was in use on a day; one that was taken back never was. */
export async function generationOn(
  { ledger, state }: ChainReader,
  newest: CodeRecord,
  { at, knownSize }: Moment,
  pause: Breaks,
): Promise<CodeRecord> {
  let then = newest;
  for (let generation = newest.generation - 1; generation > 0; generation -= 1) {
    const before = state.get(endedKey(`${newest.code}#${generation}`));
    if (before === undefined) break;
    if (await isVoid(ledger, before, knownSize, pause)) continue;
    const end = endOf(ledger, before);
    if (end === undefined || at >= end) break;
    then = before;
  }
  return then;
}

async function isVoid(
  ledger: LedgerReader,
  { registration }: CodeRecord,
  knownSize: number,
  pause: Breaks,
): Promise<boolean> {
  if (registration === undefined) return false;
  const known = await knownValue(ledger, registrationKey(registration), knownSize, pause);
  return known?.void === true;
}

function beforeItsEnd({ ledger }: ChainReader, record: CodeRecord, at: IsoDate): CodeRecord {
  if (record.status !== "retired") return record;
  const end = endOf(ledger, record);
  return end !== undefined && at < end ? { ...record, status: "active" } : record;
}

/** The day on which a retired record ended: nobody controls it any more, so that was its last change. */
function endOf(
  ledger: LedgerReader,
  { control }: Pick<CodeRecord, "control">,
): IsoDate | undefined {
  const index = ledger.indexOf(control);
  const block = index === undefined ? undefined : ledger.blockOf(index);
  return block && isoDate(block.timeMilliseconds);
}
