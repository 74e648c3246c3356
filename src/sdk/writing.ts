import { concat, hashLeaf, hex } from "../core/index.ts";
import type { Base64, Hex } from "./json.ts";
import { ApiProblem } from "./problem.ts";
import type { EntryAnswer, Outcome } from "./shapes.ts";
import type { Transport } from "./transport.ts";

/** Takes operations and chunks to the node. All of it may be done twice: a repeated item is answered with its receipt. */
export type Writing = {
  /** Resolves once the item is durable, or refused. @throws ApiProblem for any other problem, NodeUnreachable */
  submit(item: Uint8Array): Promise<Outcome>;
  /** Any number of items, in as few requests as the limits allow; outcomes in the order of the items. */
  submitMany(
    items: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    options?: SubmitOptions,
  ): AsyncGenerator<Outcome, void, undefined>;
  /** Hands an item over without waiting for it to be durable. @returns its hash, for `receipt` */
  submitLater(item: Uint8Array): Promise<Hex>;
  /** Waits until the entry with this hash is in the log, or refused. */
  receipt(hash: Hex, options?: { readonly signal?: AbortSignal }): Promise<Outcome>;
};

export type SubmitOptions = {
  /**
   * Requests under way at once; 1 unless said. More only for items that do not build on each other, as the chunks of a
   * manifest: the node may take requests in another order than they were sent.
   */
  readonly concurrency?: number;
  readonly maxItems?: number;
  readonly maxBytes?: number;
};

/** http.md, Limits. */
const MAX_ITEMS_PER_REQUEST = 1000;
const MAX_BYTES_PER_REQUEST = 16 * 1024 * 1024;

export function createWriting(transport: Transport): Writing {
  const sendMany = (items: readonly Uint8Array[]) => submitBatch(transport, items);
  return {
    submit: (item) => submitOne(transport, item),
    submitMany: (items, options = {}) =>
      inOrder(batches(items, options), sendMany, options.concurrency ?? 1),
    submitLater: async (item) => {
      await transport.send("POST", "/v1/operations", {
        body: item,
        type: "application/cose",
        headers: { prefer: "respond-async" },
        idempotent: true,
      });
      return hex(hashLeaf(item));
    },
    receipt: (hash, options = {}) => awaitReceipt(transport, hash, options.signal),
  };
}

async function submitOne(transport: Transport, item: Uint8Array): Promise<Outcome> {
  const call = { body: item, type: "application/cose", idempotent: true };
  const response = await refusalAsValue(transport.send("POST", "/v1/operations", call));
  return response instanceof Response ? ((await response.json()) as Outcome) : response;
}

async function refusalAsValue(sent: Promise<Response>): Promise<Response | Outcome> {
  return sent.catch((cause: unknown) => {
    if (!(cause instanceof ApiProblem) || (cause.status !== 422 && cause.status !== 409))
      throw cause;
    const { code, title, facts, remedy } = cause;
    return { status: "refused", code, title, facts, remedy };
  });
}

type BatchAnswer = {
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[];
  /** What paths are made of, each hash once: neighbours share most of theirs. */
  readonly hashes: readonly Base64[];
  readonly results: readonly (
    | (Omit<Extract<Outcome, { status: "accepted" }>, "receipt"> & {
        readonly checkpoint: number;
        /** Places in `hashes`. */
        readonly path: readonly number[];
      })
    | Extract<Outcome, { status: "refused" }>
  )[];
};

async function submitBatch(
  transport: Transport,
  items: readonly Uint8Array[],
): Promise<readonly Outcome[]> {
  const response = await transport.send("POST", "/v1/operations", {
    body: concat(...items),
    type: "application/cbor-seq",
    idempotent: true,
  });
  const { checkpoints, hashes, results } = (await response.json()) as BatchAnswer;
  return results.map((result) => {
    if (result.status === "refused") return result;
    const { checkpoint, path, ...accepted } = result;
    const note = checkpoints[checkpoint]?.note ?? "";
    const siblings = path.map((place) => hashes[place] ?? "");
    return { ...accepted, receipt: composeReceipt(result.index, siblings, note) };
  });
}

/** A tlog-proof from its parts. @see c2sp.org/tlog-proof@v1 */
export function composeReceipt(index: number, path: readonly Base64[], note: string): string {
  return `${["c2sp.org/tlog-proof@v1", `index ${index}`, ...path].join("\n")}\n\n${note}`;
}

async function* batches(
  items: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { maxItems = MAX_ITEMS_PER_REQUEST, maxBytes = MAX_BYTES_PER_REQUEST }: SubmitOptions,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for await (const item of items) {
    if (batch.length === maxItems || (batch.length > 0 && bytes + item.length > maxBytes)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += item.length;
  }
  if (batch.length > 0) yield batch;
}

/** Runs up to `concurrency` batches at once and yields their outcomes in the order of the batches. */
async function* inOrder<B, T>(
  source: AsyncIterable<B>,
  run: (batch: B) => Promise<readonly T[]>,
  concurrency: number,
): AsyncGenerator<T, void, undefined> {
  const running: Promise<readonly T[]>[] = [];
  const start = (batch: B) => {
    const started = run(batch);
    // Met by the `await` below; until then it must not count as unhandled.
    started.catch(() => undefined);
    running.push(started);
  };
  for await (const batch of source) {
    start(batch);
    const next = running.length >= concurrency ? running.shift() : undefined;
    if (next !== undefined) yield* await next;
  }
  for (const rest of running) yield* await rest;
}

const FIRST_POLL_MILLISECONDS = 50;
const LONGEST_POLL_MILLISECONDS = 2_000;

async function awaitReceipt(
  transport: Transport,
  hash: Hex,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  for (let wait = FIRST_POLL_MILLISECONDS; ; wait = Math.min(2 * wait, LONGEST_POLL_MILLISECONDS)) {
    const call = {
      headers: { accept: "application/json" },
      ...(signal === undefined ? {} : { signal }),
    };
    const response = await refusalAsValue(transport.send("GET", `/v1/operations/${hash}`, call));
    if (!(response instanceof Response)) return response;
    if (response.status !== 202) {
      const { index, receipt } = (await response.json()) as EntryAnswer;
      return { status: "accepted", hash, index, receipt };
    }
    await transport.wait(wait, signal);
  }
}
