import { err, ok, type Result } from "../../core/index.ts";
import type { HttpRefusal } from "../problem/refusal.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads a calendar date that exists, `YYYY-MM-DD`. */
export function readDate(name: string, text: string): Result<string, HttpRefusal> {
  const time = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Date.parse turns 2015-02-30 into 2015-03-02: only a date that comes back unchanged exists.
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return ok(text);
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want: "YYYY-MM-DD" });
}

/** Reads an RFC 3339 time; Unix milliseconds. */
export function readTime(name: string, text: string): Result<number, HttpRefusal> {
  const time = TIME.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  if (!Number.isNaN(time)) return ok(time);
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want: "an RFC 3339 time" });
}
