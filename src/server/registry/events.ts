import { err, isBlockEntry, ok, present, type Result, utf8 } from "../../core/index.ts";
import { type LedgerReader, turn } from "../../ledger/index.ts";
import { readInteger } from "../http/page.ts";
import {
  HEARTBEAT_MILLISECONDS,
  MAX_EVENT_STREAMS,
  MAX_EVENT_STREAMS_OF_ADDRESS,
} from "../limits.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import { Shares } from "../rate/index.ts";
import type { App, AppContext, Services } from "../services.ts";
import { summarise } from "./entry.ts";

/** Entries rendered in one turn; others get theirs in between. */
const BATCH = 64;

/**
 * `GET /v1/events`: every operation and chunk, once it is durable. The log itself is the buffer: a stream remembers only how
 * far it has come, so a slow reader costs one number and misses nothing.
 *
 * @returns the way to end all streams, for a graceful stop
 */
export function mountEvents(app: App, services: Services): () => void {
  const { ledger, metrics, problem, clientOf } = services;
  const streams = new Set<EventStream>();
  const shares = new Shares(MAX_EVENT_STREAMS_OF_ADDRESS);

  app.get("/v1/events", (c) => {
    const after = readAfter(c);
    if (!after.ok) return problem(c, after.error);
    // Nobody would read the stream, nor end it.
    if (c.req.raw.method === "HEAD") return new Response(null, { headers: STREAM_HEADERS });
    if (streams.size >= MAX_EVENT_STREAMS) {
      return problem(c, { code: "HTTP_BUSY", retryAfter: 30, what: "event streams" });
    }
    const client = clientOf(c);
    if (!shares.take(client)) {
      return problem(c, { code: "HTTP_RATE", retryAfter: 30, by: "address" });
    }
    const begin = after.value === undefined ? ledger.head().size : after.value + 1;
    const stream = new EventStream(ledger, begin, () => {
      streams.delete(stream);
      shares.giveBack(client);
      metrics.streams(streams.size);
    });
    streams.add(stream);
    metrics.streams(streams.size);
    return new Response(stream.body, { headers: STREAM_HEADERS });
  });

  return () => {
    for (const stream of [...streams]) stream.end();
  };
}

const STREAM_HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store",
  // Proxies would otherwise hold events back until they have enough of them.
  "X-Accel-Buffering": "no",
};

function readAfter(c: AppContext): Result<number | undefined, HttpRefusal> {
  const last = c.req.header("Last-Event-ID");
  const after = readInteger(c, "after", 0, Number.MAX_SAFE_INTEGER);
  if (!after.ok || last === undefined) return after;
  return /^\d{1,15}$/.test(last)
    ? ok(Number(last))
    : err({ code: "HTTP_CURSOR", got: last.slice(0, 64) });
}

const COMMENT = utf8(":\n\n");

/** One reader's way through the log. */
class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #ledger: LedgerReader;
  readonly #onEnd: () => void;
  readonly #stopListening: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #next: number;
  #isEnded = false;
  #isBeatDue = true;
  #wake: () => void = () => {};

  constructor(ledger: LedgerReader, begin: number, onEnd: () => void) {
    this.#ledger = ledger;
    this.#next = begin;
    this.#onEnd = onEnd;
    this.#stopListening = ledger.onBlock(() => this.#wake());
    this.#heartbeat = setInterval(() => {
      this.#isBeatDue = true;
      this.#wake();
    }, HEARTBEAT_MILLISECONDS);
    this.#heartbeat.unref();
    this.body = new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#release(),
    });
  }

  end(): void {
    this.#release();
    this.#wake();
  }

  /** Called when the reader has room: gives it the next events, or waits for some. */
  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      if (this.#isEnded) return controller.close();
      const events = this.#nextEvents();
      if (events !== "") return controller.enqueue(utf8(events));
      if (this.#isBeatDue) {
        this.#isBeatDue = false;
        return controller.enqueue(COMMENT);
      }
      await this.#more();
    }
  }

  #nextEvents(): string {
    const end = Math.min(this.#next + BATCH, this.#ledger.head().size);
    let text = "";
    for (; this.#next < end; this.#next += 1) text += eventOf(this.#ledger, this.#next);
    return text;
  }

  /** Resolves when there are more entries, a heartbeat is due, or the stream ends. */
  #more(): Promise<void> {
    if (this.#next < this.#ledger.head().size) return turn();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #release(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stopListening();
    clearInterval(this.#heartbeat);
    this.#onEnd();
  }
}

/** An entry as an event; nothing for genesis and block entries. */
function eventOf(ledger: LedgerReader, index: number): string {
  const bytes = present(ledger.entry(index), "an entry of the log");
  if (isBlockEntry(bytes) || index === 0) return "";
  return `id: ${index}\nevent: entry\ndata: ${JSON.stringify(summarise(ledger, index, bytes))}\n\n`;
}
