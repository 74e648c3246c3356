import {
  type CborKeyedMap,
  type Code,
  coseKey,
  decodeCbor,
  fromHex,
  hex,
  type KeySpec,
  type Keys,
  keyIdentifier,
  MAX_LABEL_BYTES,
  parseCode,
  utf8,
} from "../../core/index.ts";
import type { Row, RowProblem } from "../import/row.ts";
import { isDay } from "../time-argument.ts";

/** What is to be done with the key of one device. */
export type DeviceChange = {
  readonly line: number;
  readonly code: Code;
  readonly add?: KeySpec;
  readonly close?: NonNullable<Keys["close"]>[number];
};

export type ReadDevice =
  | { readonly ok: true; readonly change: DeviceChange }
  | { readonly ok: false; readonly problems: readonly RowProblem[] };

const ACTIONS = ["enrol", "replace", "close"];
const RAW_BYTES = 32;
const KID_BYTES = 8;
const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Reads a row `code, action, key, kid, label, until, since`; what an action does not need may be empty. */
export function readDevice(row: Row): ReadDevice {
  const problems: RowProblem[] = row.broken === undefined ? [] : [row.broken];
  const cell = (name: string): string | undefined => row.cells.get(name);
  const wrong = (code: RowProblem["code"], column: string): undefined => {
    const value = cell(column);
    problems.push({ code, column, ...(value !== undefined && { value: value.slice(0, 64) }) });
    return undefined;
  };
  const must = (column: string): string => cell(column) ?? wrong("ROW_MISSING", column) ?? "";
  const parsed = parseCode(must("code"));
  if (!parsed.ok && cell("code") !== undefined) wrong("ROW_CODE", "code");
  const action = cell("action") ?? "enrol";
  if (!ACTIONS.includes(action)) wrong("ROW_ACTION", "action");
  const add = action === "close" ? undefined : readKey();
  const close = action === "enrol" ? undefined : readClosing();
  if (problems.length > 0 || !parsed.ok) return { ok: false, problems };
  const change = {
    line: row.line,
    code: parsed.value,
    ...(add && { add }),
    ...(close && { close }),
  };
  return { ok: true, change };

  function readKey(): KeySpec | undefined {
    const text = must("key");
    const key = publicKey(text);
    if (key === undefined && text !== "") wrong("ROW_KEY", "key");
    const label = cell("label") ?? "device";
    if (utf8(label).length > MAX_LABEL_BYTES) wrong("ROW_SHAPE", "label");
    const until = seconds("until");
    const scope = until === undefined ? {} : { scope: { until } };
    return key && { key, uses: ["data"], label, ...scope };
  }

  function readClosing(): DeviceChange["close"] {
    const text = must("kid");
    const kid = fromHex(text);
    if (kid?.length !== KID_BYTES && text !== "") wrong("ROW_KID", "kid");
    const since = seconds("since");
    const why =
      since === undefined ? { why: "retired" as const } : { why: "compromised" as const, since };
    return kid && { kid, ...why };
  }

  function seconds(column: string): number | undefined {
    const text = cell(column);
    if (text === undefined) return undefined;
    const isTime = isDay(text) || (ZONED.test(text) && isDay(text.slice(0, "2026-11-22".length)));
    return isTime ? Math.floor(Date.parse(text) / 1000) : wrong("ROW_TIME", column);
  }
}

/** 32 bytes of Ed25519, or a COSE_Key as `key show` prints it; in hex. */
function publicKey(text: string): CborKeyedMap | undefined {
  const bytes = fromHex(text.toLowerCase());
  if (bytes?.length === RAW_BYTES) return coseKey({ kind: "ed25519", bytes });
  const decoded = bytes === undefined ? undefined : decodeCbor(bytes);
  return decoded?.ok && decoded.value instanceof Map ? decoded.value : undefined;
}

export function kidOf({ key }: KeySpec): string {
  return hex(keyIdentifier(key));
}
