import { ok, type Result } from "../../../core/index.ts";
import { contentOf, type JsonValue } from "../../../data/index.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import { briefTime } from "../brief-time.ts";
import { type Duration, readDuration } from "../duration.ts";
import type { Asked } from "../query.ts";
import type { Moment } from "./evolution.ts";
import { type Span, wrong } from "./span.ts";

const METHODS = [
  "totalCount",
  "distinctCount",
  "sum",
  "avg",
  "min",
  "max",
  "stddev",
  "sumsq",
] as const;

type Method = (typeof METHODS)[number];

/** How values are summed up (GS CIM 009 §4.5.19). */
export type Aggregation = { readonly methods: readonly Method[]; readonly period: Period };

/** Months by the calendar of UTC; nothing of both: all the time at once. */
type Period = Duration;

export function readAggregation(asked: Asked): Result<Aggregation, AnyRefusal> {
  const text = asked("aggrMethods") ?? "";
  const named = text.split(",");
  const methods = METHODS.filter((each) => named.includes(each));
  if (methods.length === 0 || methods.length < new Set(named).size) {
    return wrong("aggrMethods", text, METHODS.join(" | "));
  }
  const duration = asked("aggrPeriodDuration") ?? "PT0S";
  const period = readDuration(duration);
  return period === undefined
    ? wrong("aggrPeriodDuration", duration, "a duration of ISO 8601, such as PT1H")
    : ok({ methods, period });
}

const DAY = 86_400_000;

type Bucket = { readonly from: number; readonly to: number; readonly values: JsonValue[] };

/** Moments by periods that follow one another from the beginning that was asked for, else from the first moment. */
export function aggregated(
  moments: readonly Moment[],
  { methods, period }: Aggregation,
  { from, to }: Span,
): { readonly [method: string]: unknown } {
  const sorted = [...moments].sort((a, b) => a.time - b.time);
  const [first, last] = [sorted[0]?.time ?? 0, sorted.at(-1)?.time ?? 0];
  const start = Number.isFinite(from) ? from : first;
  const end = Number.isFinite(to) ? to : last;
  const isWhole = period.months === 0 && period.milliseconds === 0;
  const buckets: Bucket[] = [];
  for (const { said, time } of sorted) {
    const value = contentOf(said);
    const current = buckets.at(-1);
    if (current !== undefined && (isWhole || time < current.to)) {
      if (value !== undefined) current.values.push(value);
      continue;
    }
    const [low, high] = bucketOf(time, start, end, period);
    buckets.push({ from: low, to: high, values: value === undefined ? [] : [value] });
  }
  const told = methods.map((method) => {
    const rows = buckets.flatMap(({ values, from: low, to: high }) => {
      const result = summed(method, values);
      return result === undefined ? [] : [[result, briefTime(low), briefTime(high)]];
    });
    return [method, rows] as const;
  });
  return Object.fromEntries(told);
}

function bucketOf(
  time: number,
  start: number,
  end: number,
  { months, milliseconds }: Period,
): readonly [number, number] {
  if (months === 0 && milliseconds === 0) return [start, Math.max(end, time)];
  if (months === 0) {
    const low = start + Math.floor((time - start) / milliseconds) * milliseconds;
    return [low, low + milliseconds];
  }
  // A guess that is never too late, then forward.
  const month = 31 * DAY;
  let n = Math.max(0, Math.floor((time - start) / (months * month + milliseconds)) - 1);
  let low = shifted(start, n, months, milliseconds);
  for (;;) {
    const high = shifted(start, n + 1, months, milliseconds);
    if (time < high) return [low, high];
    n += 1;
    low = high;
  }
}

/** The calendar has no 31st of every month: what would be one is the last day of it. */
function shifted(start: number, n: number, months: number, milliseconds: number): number {
  const date = new Date(start);
  const month = date.getUTCMonth() + n * months;
  const year = date.getUTCFullYear();
  const lastDay = new Date(beginOfDay(year, month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  return beginOfDay(year, month, day) + (((start % DAY) + DAY) % DAY) + n * milliseconds;
}

function beginOfDay(year: number, month: number, day: number): number {
  // `Date.UTC` takes years below 100 for those of the last century.
  return new Date(0).setUTCFullYear(year, month, day);
}

/** `undefined` where a method says nothing of such values, or what it says is beyond all numbers. */
function summed(method: Method, values: readonly JsonValue[]): JsonValue | undefined {
  const result = resultOf(method, values);
  return typeof result !== "number" || Number.isFinite(result) ? result : undefined;
}

function resultOf(method: Method, values: readonly JsonValue[]): JsonValue | undefined {
  if (method === "totalCount") return values.length;
  if (method === "distinctCount") return new Set(values.map((each) => JSON.stringify(each))).size;
  const texts = values.filter((each) => typeof each === "string");
  const numbers = values.flatMap(numberOf);
  if (numbers.length === 0) {
    const sorted = [...texts].sort();
    if (method === "min") return sorted[0];
    return method === "max" ? sorted.at(-1) : undefined;
  }
  const sum = numbers.reduce((all, each) => all + each, 0);
  const average = sum / numbers.length;
  switch (method) {
    case "sum":
      return sum;
    case "avg":
      return average;
    case "min":
      return numbers.reduce((low, each) => Math.min(low, each));
    case "max":
      return numbers.reduce((high, each) => Math.max(high, each));
    case "sumsq":
      return numbers.reduce((all, each) => all + each ** 2, 0);
    case "stddev":
      return Math.sqrt(
        numbers.reduce((all, each) => all + (each - average) ** 2, 0) / numbers.length,
      );
  }
}

/** Truth counts as one; of a list its length. */
function numberOf(value: JsonValue): readonly number[] {
  if (typeof value === "number") return [value];
  if (typeof value === "boolean") return [value ? 1 : 0];
  return Array.isArray(value) ? [value.length] : [];
}
