import {
  type CodeRecord,
  type EffectiveStatus,
  effectiveStatus,
  endedKey,
  type IsoDate,
  isoDate,
  type MapKey,
  type Registration,
  registrationKey,
  type ValueReader,
} from "../../core/index.ts";
import type { LedgerReader } from "../../ledger/index.ts";
import { MAX_SCAN } from "../limits.ts";
import { decodeValue } from "../state.ts";
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
export function effectiveOn(
  reader: ChainReader,
  record: CodeRecord,
  moment: Moment,
): EffectiveStatus {
  return effectiveStatus(valuesOn(reader, moment), beforeItsEnd(reader, record, moment.at));
}

/** Values as a moment has them, for what looks at records and registrations. */
export function valuesOn(reader: ChainReader, moment: Moment): ValueReader {
  return {
    get<T>(key: MapKey<T>): T | undefined {
      const value = knownValue<T>(reader.ledger, key, moment.knownSize);
      if (value === undefined || !key.startsWith("code/")) return value;
      // What the key says of its value's type stands in no type here.
      const newest = value as unknown as CodeRecord;
      return beforeItsEnd(reader, generationOn(reader, newest, moment), moment.at) as unknown as T;
    },
  };
}

/** A value as the first `knownSize` entries have it. Beyond what one request may look at, as it is now. */
function knownValue<T>(ledger: LedgerReader, key: string, knownSize: number): T | undefined {
  const latest = ledger.latest(key);
  if (latest === undefined || latest.index < knownSize) return decodeValue<T>(latest?.value);
  let looked = 0;
  for (const { index, value } of ledger.versions(key)) {
    if (index < knownSize) return decodeValue<T>(value);
    looked += 1;
    if (looked >= MAX_SCAN) return decodeValue<T>(latest.value);
  }
  return undefined;
}

/** Of a code that was issued anew, the record that was in use on a day; one that was taken back never was. */
export function generationOn(
  { ledger, state }: ChainReader,
  newest: CodeRecord,
  { at, knownSize }: Moment,
): CodeRecord {
  let then = newest;
  for (let generation = newest.generation - 1; generation > 0; generation -= 1) {
    const before = state.get(endedKey(`${newest.code}#${generation}`));
    if (before === undefined) break;
    if (isVoid(ledger, before, knownSize)) continue;
    const end = endOf(ledger, before);
    if (end === undefined || at >= end) break;
    then = before;
  }
  return then;
}

function isVoid(ledger: LedgerReader, { registration }: CodeRecord, knownSize: number): boolean {
  if (registration === undefined) return false;
  return knownValue<Registration>(ledger, registrationKey(registration), knownSize)?.void === true;
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
