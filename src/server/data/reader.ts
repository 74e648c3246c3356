import {
  type AccessAction,
  type Code,
  err,
  type OpenDataset,
  ok,
  openDataset,
  parseCode,
  type Result,
  referredCode,
} from "../../core/index.ts";
import { type DatasetLog, type EntityView, entityView } from "../../data/index.ts";
import type { Asker, Judged } from "../access/index.ts";
import type { Incoming } from "../http/incoming.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import { isKeptHere } from "./kept.ts";

/** Who asks: a key that signed, or whose token it is, and under which grant; `undefined` is anybody. */
export type Reader = Asker | undefined;

/** A dataset that its reader may see something of. */
export type SeenDataset = {
  readonly code: Code;
  readonly dataset: OpenDataset;
  readonly log: DatasetLog;
  readonly view: EntityView;
  readonly judged: Judged;
  /** To be told of what was given of it: what is read under a grant is noted. */
  readonly note: (what: string, count: number) => void;
};

/** Says who asks, once for each request: a nonce is spent. What is signed wrongly is refused, not taken for anybody. */
export function readerOf(
  { access }: Pick<Services, "access">,
  c: Incoming,
  body: Uint8Array = new Uint8Array(0),
): Result<Reader, AnyRefusal> {
  return access.asker(c, body);
}

/** The datasets of this node that a reader may see, in the order of their codes. */
export async function seenDatasets(
  services: Services,
  reader: Reader,
): Promise<readonly SeenDataset[]> {
  const logs = services.datasets?.all() ?? [];
  const found = await Promise.all(logs.map((log) => seenLog(services, log, reader)));
  return found
    .flatMap((each) => (each.ok ? (each.value ?? []) : []))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** What anybody may see of datasets that were asked for in this second. */
const SEEN = new WeakMap<Services["access"], Map<string, SeenDataset>>();
const MAX_SEEN = 256;

/**
 * The same for whoever asks without a name: judged once a second, or a block, for all of them.
 *
 * @returns as `seenDataset`
 */
async function seenByAnybody(
  services: Services,
  text: string,
  action: AccessAction,
): Promise<Result<SeenDataset, AnyRefusal>> {
  const { access } = services;
  const all = SEEN.get(access) ?? new Map<string, SeenDataset>();
  SEEN.set(access, all);
  const name = `${action} ${text}`;
  const known = all.get(name);
  if (known !== undefined && access.holdsStill(known.judged)) return ok(known);
  const seen = await judgedDataset(services, text, undefined, action);
  all.delete(name);
  // What the ledger above gave, no block of this one ends.
  if (!seen.ok || seen.value.judged.view.ledger === "above") return seen;
  if (all.size >= MAX_SEEN) all.clear();
  all.set(name, seen.value);
  return seen;
}

/** @returns the dataset, else `CODE_…` of the text, `HTTP_BUSY` while reading cannot be noted, `DATA_LOG_UNKNOWN` also where it is there and the reader may not know */
export function seenDataset(
  services: Services,
  text: string,
  reader: Reader,
  action: AccessAction = "read",
): Promise<Result<SeenDataset, AnyRefusal>> {
  const isAnybody = reader?.signer === undefined && reader?.grant === undefined;
  return isAnybody
    ? seenByAnybody(services, text, action)
    : judgedDataset(services, text, reader, action);
}

async function judgedDataset(
  services: Services,
  text: string,
  reader: Reader,
  action: AccessAction,
): Promise<Result<SeenDataset, AnyRefusal>> {
  const code = parseCode(text);
  if (!code.ok) return code;
  // What is nobody's here is not looked up: anybody may name it, and what is remembered has its end.
  if (!isKeptHere(services.datasets, code.value))
    return err({ code: "DATA_LOG_UNKNOWN", dataset: code.value });
  const dataset = openDataset(services.state.remembered, code.value);
  const log = dataset.ok ? services.datasets?.find(dataset.value.reference) : undefined;
  const found = log && (await seenLog(services, log, reader, action));
  if (found?.ok === false) return found;
  return found?.value ? ok(found.value) : err({ code: "DATA_LOG_UNKNOWN", dataset: code.value });
}

/** What is not granted is not there: every surface of entities asks here and nowhere else. */
async function seenLog(
  services: Services,
  log: DatasetLog,
  reader: Reader,
  action: AccessAction = "read",
): Promise<Result<SeenDataset | undefined, AnyRefusal>> {
  const { state, access } = services;
  const code = referredCode(log.reference);
  const dataset = openDataset(state.remembered, code);
  if (!dataset.ok || dataset.value.reference !== log.reference) return ok(undefined);
  if (dataset.value.value.log.origin !== log.origin) return ok(undefined);
  const judged = await access.judge(reader, dataset.value, action);
  // That reading cannot be noted now is told; whoever has no view hears nothing.
  if (!judged.ok) return judged.error.code === "HTTP_BUSY" ? judged : ok(undefined);
  const { view } = judged.value;
  const note: SeenDataset["note"] = (what, count) => access.note(view, what, count);
  const seen = { view: entityView(view), judged: access.judgedNow(view) };
  return ok({ code, dataset: dataset.value, log, ...seen, note });
}
