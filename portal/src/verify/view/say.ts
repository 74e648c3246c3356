import { language } from "../../app/settings.ts";
import { say, text } from "../../plain/text.ts";
import { nameOf } from "../../ui/names.ts";
import { BEIJING_HOURS, formatTime } from "../../ui/time.ts";
import type { ShownRecord } from "../check/code.ts";

/** How long, in the largest unit that says enough. */
export function duration(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? LAST_UNIT;
  const count = Math.max(1, Math.floor(seconds / length));
  return say(count === 1 ? unit.one : unit.many, { count });
}

type Unit = { readonly one: ReturnType<typeof text>; readonly many: ReturnType<typeof text> };

const unit = (zh: string, en: string): Unit => ({
  one: text(`{count} ${zh}`, `{count} ${en}`),
  many: text(`{count} ${zh}`, `{count} ${en}s`),
});

const LAST_UNIT: readonly [Unit, number] = [unit("秒", "second"), 1];
const UNITS: readonly (readonly [Unit, number])[] = [
  [unit("天", "day"), 86_400],
  [unit("小时", "hour"), 3600],
  [unit("分钟", "minute"), 60],
  LAST_UNIT,
];

/** `2026-11-22 14:05`, Beijing time. */
export function moment(milliseconds: number): string {
  return formatTime(milliseconds, BEIJING_HOURS);
}

/** What it is called, where a record is shown; else its code. */
export function called(record: ShownRecord | undefined, otherwise: string): string {
  return (record && nameOf(record.names, language.get())) ?? otherwise;
}
