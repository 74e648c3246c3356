import {
  type Code,
  type CodeRecord,
  checkCharacter,
  type EffectiveStatus,
  present,
} from "../../core/index.ts";
import type { Version } from "../../ledger/index.ts";
import { jsonFields } from "../http/cbor-json.ts";
import { decodeValue } from "../state.ts";
import type { BlockTimes } from "./block-times.ts";
import type { SharedStatuses, StatusParts } from "./effective.ts";
import { placeAt, placeOf } from "./place.ts";

/**
 * The body of a plain `GET /v1/codes/<code>` as text, without decoding the record and encoding it again: most of what a read
 * would otherwise cost. `RecordViews.answer` says the same as an object.
 */
export function recordText(
  code: Code,
  { index, value }: Version,
  statuses: SharedStatuses,
  times: BlockTimes,
): { readonly text: string; readonly effective: EffectiveStatus } {
  const fields = jsonFields(value);
  const decode = (): CodeRecord => present(decodeValue<CodeRecord>(value), "a record");
  const { status, because } = statuses(statusParts(code, fields), decode);
  const place = placeText(fields);
  const text =
    `{"code":"${code}","check":"${checkCharacter(code)}","effective":{"status":"${status}","because":"${because}"},"index":${index},` +
    `"recorded":"${times.textOf(index)}",${place}"record":${objectText(fields)}}`;
  return { text, effective: { status, because } };
}

function objectText(fields: ReadonlyMap<string, string>): string {
  let text = "";
  for (const [name, value] of fields) text += `${text === "" ? "{" : ","}"${name}":${value}`;
  return `${text}}`;
}

function statusParts(code: Code, fields: ReadonlyMap<string, string>): StatusParts {
  const [parent, registration] = [fields.get("parent"), fields.get("registration")];
  return {
    self: `${code}#${fields.get("generation")}`,
    // A member of the union, as the ledger wrote it.
    status: unquoted(present(fields.get("status"), "a status")) as CodeRecord["status"],
    parent: parent && unquoted(parent),
    registration: registration && unquoted(registration),
  };
}

function unquoted(text: string): string {
  return text.slice(1, -1);
}

/** A point in clear, which is what nearly every thing has, spelt as `jsonFields` spells it. */
const POINT = /^\{"value":\{"point":\[(-?\d+),(-?\d+)\]\}/;

function placeText(fields: ReadonlyMap<string, string>): string {
  const geometry = fields.get("geometry");
  if (geometry === undefined) return "";
  const [, longitude, latitude] = POINT.exec(geometry) ?? [];
  const place =
    longitude === undefined || latitude === undefined
      ? placeOf({ geometry: JSON.parse(geometry) })
      : placeAt([Number(longitude), Number(latitude)], "point");
  if (place === undefined) return "";
  return `"place":{"longitude":${place.longitude},"latitude":${place.latitude},"is":"${place.is}"},`;
}
