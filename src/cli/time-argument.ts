import { Option } from "commander";
import { CliProblem } from "./problem.ts";
import type { Say } from "./text.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** `--since`: of operations. Times are shown in Beijing's, so that it is said where a day begins. */
export function sinceOption(say: Say): Option {
  const en = "since this time, or this day of UTC (from 08:00 in Beijing)";
  return new Option("--since <time>", say({ en, zh: "自此时间或 UTC 日期（北京时间 8:00）起" }));
}

/** `--until`: up to there, and not the moment itself. */
export function untilOption(say: Say): Option {
  const en = "before this time, or this day of UTC (08:00 in Beijing)";
  return new Option("--until <time>", say({ en, zh: "至此时间或 UTC 日期（北京时间 8:00）前" }));
}

/** A day (its beginning in UTC) or a time with its zone, as RFC 3339 in UTC. */
export function parseTime(text: string, name: string): string {
  if (!isTime(text)) {
    const example = "2026-11-22T14:05:00+08:00";
    throw new CliProblem("CLI_ARGUMENT", {
      name,
      got: text,
      want: { en: "a time", zh: "时间" },
      example,
    });
  }
  return new Date(text).toISOString();
}

/** Whether `parseTime` takes it. */
export function isTime(text: string): boolean {
  const hasDay = isDay(text) || (TIME.test(text) && isDay(text.slice(0, "2026-11-22".length)));
  return hasDay && !Number.isNaN(Date.parse(text));
}

/** Whether there is such a day: February 30 would be read as one of March. */
export function isDay(text: string): boolean {
  const time = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && today(new Date(time)) === text;
}

/** A calendar day, as statements carry it. */
export function parseDay(text: string, name: string): string {
  if (isDay(text)) return text;
  throw new CliProblem("CLI_ARGUMENT", {
    name,
    got: text,
    want: { en: "a day", zh: "日期" },
    example: "2026-11-22",
  });
}

/** The day in UTC, which statements that begin now carry. */
export function today(now: Date): string {
  return now.toISOString().slice(0, 10);
}

/** Unix seconds of a day or a time. */
export function parseSeconds(text: string, name: string): number {
  return Math.floor(Date.parse(parseTime(text, name)) / 1000);
}
