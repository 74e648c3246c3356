import {
  type Code,
  err,
  type OpenDataset,
  ok,
  openDataset,
  parseCode,
  type Result,
  referredCode,
} from "../../core/index.ts";
import { ALL, type DatasetLog, type View } from "../../data/index.ts";
import { type Signer, speaksFor } from "../identity/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { AppContext, Services } from "../services.ts";

/** Who asks: a key that signed, or whose token it is; `undefined` is anybody. */
export type Reader = Signer | undefined;

/** A dataset that its reader may see something of. */
export type SeenDataset = {
  readonly code: Code;
  readonly dataset: OpenDataset;
  readonly log: DatasetLog;
  readonly view: View;
};

/** Says who asks, once for each request: a nonce is spent. What is signed wrongly is refused, not taken for anybody. */
export function readerOf(
  { authentication }: Pick<Services, "authentication">,
  c: AppContext,
  body: Uint8Array = new Uint8Array(0),
): Result<Reader, AnyRefusal> {
  const isSigned = (c.req.header("Signature") ?? c.req.header("Authorization")) !== undefined;
  return isSigned ? authentication.signer(c, body) : ok(undefined);
}

/**
 * What a reader may see of a dataset; `undefined` is nothing, not even that it is there. Every surface asks here and nowhere
 * else: the owner sees all.
 */
export function viewOf(
  { state }: Pick<Services, "state">,
  { record }: OpenDataset,
  reader: Reader,
): View | undefined {
  return reader !== undefined && speaksFor(state, reader, record.code) ? ALL : undefined;
}

/** The datasets of this node that a reader may see, in the order of their codes. */
export function seenDatasets(services: Services, reader: Reader): readonly SeenDataset[] {
  const logs = services.datasets?.all() ?? [];
  return logs
    .flatMap((log) => seenLog(services, log, reader) ?? [])
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** @returns the dataset, else `CODE_…` of the text, `DATA_LOG_UNKNOWN` also where it is there and the reader may not know */
export function seenDataset(
  services: Services,
  text: string,
  reader: Reader,
): Result<SeenDataset, AnyRefusal> {
  const code = parseCode(text);
  if (!code.ok) return code;
  const dataset = openDataset(services.state, code.value);
  const log = dataset.ok ? services.datasets?.find(dataset.value.reference) : undefined;
  const found = log && seenLog(services, log, reader);
  return found ? ok(found) : err({ code: "DATA_LOG_UNKNOWN", dataset: code.value });
}

function seenLog(services: Services, log: DatasetLog, reader: Reader): SeenDataset | undefined {
  const code = referredCode(log.reference);
  const dataset = openDataset(services.state, code);
  if (!dataset.ok || dataset.value.reference !== log.reference) return undefined;
  if (dataset.value.value.log.origin !== log.origin) return undefined;
  const view = viewOf(services, dataset.value, reader);
  return view && { code, dataset: dataset.value, log, view };
}
