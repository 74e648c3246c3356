import {
  type Code,
  err,
  type OpenDataset,
  ok,
  openDataset,
  parseCode,
  type Result,
  type ValueReader,
} from "../../core/index.ts";
import type { DatasetLog } from "../../data/index.ts";
import type { Incoming } from "../http/incoming.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { unknownCode } from "../registry/unknown.ts";
import type { Services } from "../services.ts";

/** A dataset whose log this node keeps. */
export type Kept = { readonly dataset: OpenDataset; readonly log: DatasetLog };

/** The dataset of a path. @returns `CODE_…`, `STATE_…`, `DATA_NO_LOG`, `DATA_LOG_UNKNOWN` where another node keeps it */
export function keptDataset(
  { state, datasets }: Pick<Services, "state" | "datasets">,
  c: Incoming,
): Result<Kept, AnyRefusal> {
  const code = parseCode(c.req.param("code") ?? "");
  if (!code.ok) return code;
  // What is nobody's here is not remembered: anybody may name it.
  const isHere = isKeptHere(datasets, code.value);
  const dataset = datasetNamed(isHere ? state.remembered : state, code.value);
  if (!dataset.ok) return dataset;
  const { reference, value } = dataset.value;
  const log = datasets?.find(reference);
  return log === undefined || log.origin !== value.log.origin
    ? err({ code: "DATA_LOG_UNKNOWN", dataset: reference })
    : ok({ dataset: dataset.value, log });
}

/** Whether this node keeps the log of some generation of a code. */
export function isKeptHere(datasets: Services["datasets"], code: Code): boolean {
  return datasets?.keeps(code) ?? false;
}

/** The dataset of a path. What was never issued is not there, and proved so. */
export function datasetNamed(state: ValueReader, code: Code): Result<OpenDataset, AnyRefusal> {
  const dataset = openDataset(state, code);
  return dataset.ok || dataset.error.code !== "STATE_UNKNOWN" ? dataset : err(unknownCode(code));
}
