import {
  ancestorsOf,
  type Code,
  type CodeRecord,
  checkCharacter,
  codeKey,
  type EffectiveStatus,
  hex,
  present,
  referenceTo,
} from "../../core/index.ts";
import type { LedgerReader, Version } from "../../ledger/index.ts";
import { type Json, toJson } from "../http/json.ts";
import type { ByteText } from "../http/json-bytes.ts";
import { type CommittedState, decodeValue } from "../state.ts";
import { createBlockTimes } from "./block-times.ts";
import { createSharedStatuses } from "./effective.ts";
import { placeOf } from "./place.ts";
import { recordText } from "./record-text.ts";
import { summaryText } from "./summary-text.ts";

/** A record as the ledger holds it, with the entry that made this version. */
export type FoundRecord = { readonly record: CodeRecord; readonly index: number };

export type RecordText = {
  readonly body: ByteText;
  readonly index: number;
  readonly effective: EffectiveStatus;
};

/** Records, and how they look in JSON. docs/spec/http.md §3. */
export type RecordViews = {
  find(code: Code): FoundRecord | undefined;
  effective(record: CodeRecord): EffectiveStatus;
  /** The body of `GET /v1/codes/<code>`, without what only some requests ask for. */
  answer(found: FoundRecord): { readonly [field: string]: unknown };
  /** Codes as a list has them, a JSON array; without those that an index knows and the state does not (yet). */
  summaries(codes: readonly string[]): ByteText;
  ancestors(code: Code): readonly Json[];
  /** The answer as text, and what it depends on; `undefined` when there is no such record. */
  text(code: Code): RecordText | undefined;
};

export function createRecordViews(ledger: LedgerReader, state: CommittedState): RecordViews {
  const times = createBlockTimes(ledger);
  const statuses = createSharedStatuses(state);
  const effective = (record: CodeRecord): EffectiveStatus => {
    const { status, parent, registration } = record;
    const self = referenceTo(record);
    const origin = registration && hex(registration);
    return statuses({ self, status, parent, registration: origin }, () => record);
  };

  const summaries = (codes: readonly string[]): ByteText => {
    const texts: ByteText[] = [];
    for (const text of codes) {
      const code = text as Code;
      const value = ledger.value(codeKey(code));
      if (value !== undefined) texts.push(summaryText(code, value, statuses));
    }
    return `[${texts.join(",")}]`;
  };

  return {
    find: (code) => {
      const version = ledger.latest(codeKey(code));
      return version && foundIn(version);
    },
    text: (code) => {
      const version = ledger.latest(codeKey(code));
      if (version === undefined) return undefined;
      const { body, effective } = recordText(code, version, statuses, times);
      return { body, effective, index: version.index };
    },
    effective,
    summaries,
    answer({ record, index }) {
      const place = placeOf(record);
      return {
        code: record.code,
        check: checkCharacter(record.code),
        effective: effective(record),
        index,
        recorded: times.textOf(index),
        ...(place !== undefined && { place }),
        record: toJson(record),
      };
    },
    ancestors: (code) =>
      [...ancestorsOf(code)].reverse().flatMap((ancestor) => {
        const record = state.remembered.get(codeKey(ancestor));
        if (record === undefined) return [];
        const names = toJson(record.names);
        return [{ code: ancestor, names, kind: record.kind, effective: effective(record) }];
      }),
  };
}

export function foundIn({ index, value }: Version): FoundRecord {
  const record = decodeValue<CodeRecord>(value);
  return { record: present(record, "a record"), index };
}
