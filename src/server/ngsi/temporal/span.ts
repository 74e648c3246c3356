import { err, ok, type Result } from "../../../core/index.ts";
import { isDay } from "../../../table/index.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import type { Asked } from "../query.ts";

/** Unix milliseconds; the beginning counts, the end does not. */
export type Span = { readonly from: number; readonly to: number };

/** Reads `timerel`, `timeAt` and `endTimeAt` (GS CIM 009 §4.11). */
export function readSpan(asked: Asked): Result<Span, AnyRefusal> {
  const relation = asked("timerel");
  const [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (relation === undefined) {
    const lost = asked("timeAt") ?? asked("endTimeAt");
    return lost === undefined ? ok({ from, to }) : wrong("timerel", "", "a relation beside timeAt");
  }
  const at = timeOf(asked("timeAt"));
  if (at === undefined) return wrong("timeAt", asked("timeAt") ?? "", "a time of RFC 3339 in UTC");
  if (relation === "before") return ok({ from, to: at });
  if (relation === "after") return ok({ from: at, to });
  if (relation !== "between") return wrong("timerel", relation, "before | after | between");
  const end = timeOf(asked("endTimeAt"));
  if (end !== undefined && end >= at) return ok({ from: at, to: end });
  return wrong(
    "endTimeAt",
    asked("endTimeAt") ?? "",
    "a time of RFC 3339 in UTC, not before timeAt",
  );
}

function timeOf(text: string | undefined): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text ?? "")) return undefined;
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) || !isDay(text ?? "") ? undefined : time;
}

export function wrong(name: string, got: string, want: string): Result<never, AnyRefusal> {
  return err({ code: "HTTP_PARAMETER", name, got: got.slice(0, 64), want });
}
