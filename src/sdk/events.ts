import { readEventStream } from "./event-stream.ts";
import { NodeUnreachable } from "./problem.ts";
import type { EntrySummary } from "./shapes.ts";
import type { Transport } from "./transport.ts";

export type EventsOptions = {
  /** Begin after this log index; without it, with what comes now. */
  readonly after?: number;
  readonly signal?: AbortSignal;
};

const RECONNECT_MILLISECONDS = 1000;

/**
 * Every operation and chunk from now on (or after an index), once durable. A broken stream is taken up again where it
 * ended, so nothing is missed and nothing comes twice; it ends only by `signal`, or when the caller stops.
 */
export async function* followEvents(
  transport: Transport,
  options: EventsOptions = {},
): AsyncGenerator<EntrySummary, void, undefined> {
  let after = options.after;
  for (;;) {
    for await (const entry of readOnce(transport, after, options.signal)) {
      after = entry.index;
      yield entry;
    }
    await transport.wait(RECONNECT_MILLISECONDS, options.signal);
  }
}

/** One connection, to its end, however it ends. */
async function* readOnce(
  transport: Transport,
  after: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<EntrySummary, void, undefined> {
  const headers = {
    accept: "text/event-stream",
    ...(after === undefined ? {} : { "last-event-id": String(after) }),
  };
  const call = signal === undefined ? { headers } : { headers, signal };
  try {
    const { body } = await transport.send("GET", "/v1/events", call);
    if (body === null) return;
    for await (const { event, data } of readEventStream(body)) {
      if (event === "entry") yield JSON.parse(data) as EntrySummary;
    }
  } catch (cause) {
    // A break in the middle of the stream is a TypeError of fetch; problems and bugs go up.
    if (signal?.aborted || !(cause instanceof TypeError || cause instanceof NodeUnreachable))
      throw cause;
  }
}
