import { err, ok, type Result, utf8 } from "../../core/index.ts";
import type { DatasetLog } from "../../data/index.ts";
import type { Authorised } from "../access/index.ts";
import { readInteger } from "../http/page.ts";
import {
  HEARTBEAT_MILLISECONDS,
  MAX_EVENT_STREAMS,
  MAX_EVENT_STREAMS_OF_ADDRESS,
} from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { Shares } from "../rate/index.ts";
import type { App, AppContext, Services } from "../services.ts";
import { keptDataset } from "./kept.ts";
import { shownBody, shownEntryJson } from "./views.ts";

const STREAM_HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "private, no-store",
  "X-Accel-Buffering": "no",
};

/** Entries looked at in one turn; others get theirs in between. */
const BATCH = 16;

/**
 * `GET /v1/datasets/<code>/events`: each entry of which something is shown, once it is durable, from now on or after an index.
 * The log itself is the buffer. In the block that ends the grant the feed ends, whatever is under way.
 *
 * @returns the way to end all feeds, for a graceful stop
 */
export function mountFeed(app: App, services: Services): () => void {
  const { access, problem, clientOf } = services;
  const feeds = new Set<Feed>();
  const shares = new Shares(MAX_EVENT_STREAMS_OF_ADDRESS);

  app.get("/v1/datasets/:code/events", async (c) => {
    const kept = keptDataset(services, c);
    if (!kept.ok) return problem(c, kept.error);
    const { dataset, log } = kept.value;
    const opened = await access.open(c, dataset, "subscribe");
    if (!opened.ok) return problem(c, opened.error);
    const after = readAfter(c);
    if (!after.ok) return problem(c, after.error);
    if (c.req.raw.method === "HEAD") return new Response(null, { headers: STREAM_HEADERS });
    if (feeds.size >= MAX_EVENT_STREAMS) {
      return problem(c, { code: "HTTP_BUSY", retryAfter: 30, what: "event streams" });
    }
    const client = clientOf(c);
    if (!shares.take(client)) {
      return problem(c, { code: "HTTP_RATE", retryAfter: 30, by: "address" });
    }
    const begin = after.value === undefined ? log.size : after.value + 1;
    const feed = new Feed(services, log, opened.value, begin, () => {
      feeds.delete(feed);
      shares.giveBack(client);
    });
    feeds.add(feed);
    return new Response(feed.body, { headers: STREAM_HEADERS });
  });

  return () => {
    for (const feed of [...feeds]) feed.end();
  };
}

function readAfter(c: AppContext): Result<number | undefined, AnyRefusal> {
  const last = c.req.header("Last-Event-ID");
  const after = readInteger(c, "after", 0, Number.MAX_SAFE_INTEGER);
  if (!after.ok || last === undefined) return after;
  return /^\d{1,15}$/.test(last)
    ? ok(Number(last))
    : err({ code: "HTTP_CURSOR", got: last.slice(0, 64) });
}

const COMMENT = utf8(":\n\n");
/** The last thing that a reader hears whose grant has ended. */
const ENDED = utf8('event: end\ndata: {"code":"GRANT_ENDED"}\n\n');

/** One reader's way through the log of a dataset. */
class Feed {
  readonly body: ReadableStream<Uint8Array>;
  readonly #access: Services["access"];
  readonly #log: DatasetLog;
  readonly #authorised: Authorised;
  readonly #release: () => void;
  #next: number;
  #state: "open" | "revoked" | "ended" = "open";
  #isBeatDue = true;
  #wake: () => void = () => {};

  constructor(
    { access }: Services,
    log: DatasetLog,
    authorised: Authorised,
    begin: number,
    onEnd: () => void,
  ) {
    this.#access = access;
    this.#log = log;
    this.#authorised = authorised;
    this.#next = begin;
    const stopLog = log.onAppend(() => this.#wake());
    const stopWatch = access.watch(authorised, () => {
      this.#state = "revoked";
      this.#wake();
    });
    const heartbeat = setInterval(() => {
      this.#isBeatDue = true;
      this.#wake();
    }, HEARTBEAT_MILLISECONDS);
    heartbeat.unref();
    this.#release = () => {
      stopLog();
      stopWatch();
      clearInterval(heartbeat);
      onEnd();
    };
    this.body = new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => this.end(),
    });
  }

  end(): void {
    if (this.#state !== "ended") this.#release();
    this.#state = "ended";
    this.#wake();
  }

  /** Called when the reader has room: gives it the next events, or waits for some. */
  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const text = this.#state === "open" ? await this.#nextEvents() : "";
      // What was read while the grant ended is not given any more.
      if (this.#state !== "open") {
        if (this.#state === "revoked") controller.enqueue(ENDED);
        this.end();
        return controller.close();
      }
      if (text !== "") return controller.enqueue(utf8(text));
      if (this.#isBeatDue) {
        this.#isBeatDue = false;
        return controller.enqueue(COMMENT);
      }
      if (this.#next >= this.#log.size) await this.#more();
    }
  }

  async #nextEvents(): Promise<string> {
    const end = Math.min(this.#next + BATCH, this.#log.size);
    let [text, count] = ["", 0];
    for (; this.#next < end; this.#next += 1) {
      const body = await this.#log.body(this.#next);
      const shown = shownBody(this.#authorised.view, body);
      if (shown === undefined) continue;
      const json = JSON.stringify(shownEntryJson(this.#log, this.#next, body, shown));
      text += `id: ${this.#next}\nevent: entry\ndata: ${json}\n\n`;
      count += shown.filter((each) => each !== undefined).length;
    }
    if (count > 0 && this.#state === "open") {
      this.#access.note(this.#authorised.view, "events", count);
    }
    return text;
  }

  /** Resolves when there are more entries, a heartbeat is due, or the feed ends. */
  #more(): Promise<void> {
    if (this.#next < this.#log.size || this.#state !== "open" || this.#isBeatDue) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
