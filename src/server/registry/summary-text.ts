import { type Code, type CodeRecord, checkCharacter, present, utf8 } from "../../core/index.ts";
import { jsonObject } from "../http/cbor-json.ts";
import type { ByteText } from "../http/json-bytes.ts";
import { decodeValue } from "../state.ts";
import type { SharedStatuses } from "./effective.ts";
import { placeText } from "./place-text.ts";
import { STATUS_FIELDS, statusParts } from "./status-parts.ts";

/** The fields of a record that a line of a list is made of. */
const FIELDS = [...STATUS_FIELDS, ...["kind", "class", "names", "children", "geometry"].map(utf8)];

/** A code in a list, out of the bytes of its record: a page has hundreds of them, and decoding each would cost most of the answer. */
export function summaryText(code: Code, value: Uint8Array, statuses: SharedStatuses): ByteText {
  const { fields } = jsonObject(value, FIELDS);
  const [kind, ofClass, names, children, geometry] = fields.slice(STATUS_FIELDS.length);
  const decode = (): CodeRecord => present(decodeValue<CodeRecord>(value), "a record");
  const { status, because } = statuses(statusParts(code, fields), decode);
  const count = /"count":(\d+)/.exec(present(children, "children"))?.[1];
  return (
    `{"code":"${code}","check":"${checkCharacter(code)}","kind":${kind},` +
    `${ofClass === undefined ? "" : `"class":${ofClass},`}"names":${names},` +
    `"effective":{"status":"${status}","because":"${because}"},${placeText(geometry)}"children":${count}}`
  );
}
