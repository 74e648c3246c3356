import {
  type Code,
  type CodeRecord,
  checkCharacter,
  type EffectiveStatus,
  present,
  utf8,
} from "../../core/index.ts";
import type { Version } from "../../ledger/index.ts";
import { jsonObject } from "../http/cbor-json.ts";
import type { ByteText } from "../http/json-bytes.ts";
import { decodeValue } from "../state.ts";
import type { BlockTimes } from "./block-times.ts";
import type { SharedStatuses } from "./effective.ts";
import { placeText } from "./place-text.ts";
import { STATUS_FIELDS, statusParts } from "./status-parts.ts";

/** The fields of a record that something else in the answer is made of. */
const FIELDS = [...STATUS_FIELDS, utf8("geometry")];
const GEOMETRY = STATUS_FIELDS.length;

/**
 * The body of a plain `GET /v1/codes/<code>`, without decoding the record and encoding it again: most of what a read would
 * otherwise cost. `RecordViews.answer` says the same as an object.
 */
export function recordText(
  code: Code,
  { index, value }: Version,
  statuses: SharedStatuses,
  times: BlockTimes,
): { readonly body: ByteText; readonly effective: EffectiveStatus } {
  const { text, fields } = jsonObject(value, FIELDS);
  const decode = (): CodeRecord => present(decodeValue<CodeRecord>(value), "a record");
  const { status, because } = statuses(statusParts(code, fields), decode);
  // What is added to the record is ASCII, where a character is a byte.
  const body =
    `{"code":"${code}","check":"${checkCharacter(code)}","effective":{"status":"${status}","because":"${because}"},"index":${index},` +
    `"recorded":"${times.textOf(index)}",${placeText(fields[GEOMETRY])}"record":${text}}`;
  return { body, effective: { status, because } };
}
