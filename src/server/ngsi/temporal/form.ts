import { ok, type Result } from "../../../core/index.ts";
import type { EntityQuery } from "../../../data/index.ts";
import type { AnyRefusal } from "../../problem/problem.ts";
import { readForm } from "../query.ts";
import type { Ask } from "../request.ts";
import type { Form } from "../write-entity.ts";
import { type Aggregation, readAggregation } from "./aggregate.ts";
import { readSpan, type Span, wrong } from "./span.ts";

const PROPERTIES = ["observedAt", "createdAt", "modifiedAt", "deletedAt"] as const;

/** Which instances are asked for, and how they are told. */
export type TemporalForm = Span & {
  readonly property: (typeof PROPERTIES)[number];
  /** The newest of each attribute, where so many are wanted. */
  readonly lastN: number | undefined;
  readonly style: "instances" | "values" | "aggregated";
  readonly aggregation: Aggregation | undefined;
  /** Only while the entity was in one of these. */
  readonly scopes?: EntityQuery["scopes"];
  readonly form: Form;
};

const STYLES: { readonly [word: string]: TemporalForm["style"] } = {
  temporalValues: "values",
  aggregatedValues: "aggregated",
};
const WORDS = {
  options: ["sysAttrs", "count", "audit", "normalized", ...Object.keys(STYLES)],
  formats: ["normalized", ...Object.keys(STYLES)],
};
const MAX_LAST = 100_000;

/** Reads how what was so is told (GS CIM 009 §4.5.6 to §4.5.9, §4.11, §4.5.19). */
export function readTemporalForm({
  asked,
  context,
}: Pick<Ask, "asked" | "context">): Result<TemporalForm, AnyRefusal> {
  const form = readForm(asked, context, WORDS);
  if (!form.ok) return form;
  const named = asked("timeproperty") ?? "observedAt";
  const property = PROPERTIES.find((each) => each === named);
  if (property === undefined) return wrong("timeproperty", named, PROPERTIES.join(" | "));
  const span = readSpan(asked);
  if (!span.ok) return span;
  const count = asked("lastN");
  const lastN = count === undefined ? undefined : Number(/^\d{1,6}$/.test(count) ? count : 0);
  if (lastN !== undefined && (lastN < 1 || lastN > MAX_LAST)) {
    return wrong("lastN", count ?? "", `1 … ${MAX_LAST}`);
  }
  const options = (asked("options") ?? "").split(",");
  const word = asked("format") ?? options.find((each) => Object.hasOwn(STYLES, each)) ?? "";
  const style = STYLES[word] ?? "instances";
  const aggregation = style === "aggregated" ? readAggregation(asked) : ok(undefined);
  if (!aggregation.ok) return aggregation;
  return ok({
    ...{ property, ...span.value, lastN, style, aggregation: aggregation.value },
    form: { ...form.value, style: "normalized" },
  });
}
