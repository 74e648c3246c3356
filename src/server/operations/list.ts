import { err, ok, present, type Result } from "../../core/index.ts";
import { answerJson } from "../http/answer.ts";
import { nextLink, pageOf, readInteger, readPage, readWord } from "../http/page.ts";
import { readTime } from "../http/time.ts";
import { MAX_SCAN, MAX_SCAN_BYTES } from "../limits.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import { type EntrySummary, summarise } from "../registry/entry.ts";
import { sizeAt } from "../registry/moment.ts";
import type { App, AppContext, Services } from "../services.ts";

/** Which entries are listed: those of `[first, end)`, from one side, that match. */
type LogRequest = {
  readonly first: number;
  readonly end: number;
  readonly order: "newest" | "oldest";
  readonly limit: number;
  readonly matches: (entry: EntrySummary) => boolean;
};

/** `GET /v1/operations`: the log as a list. Each page looks at a bounded stretch of it. */
export function mountListOperations(app: App, { ledger, problem }: Services): void {
  app.get("/v1/operations", async (c) => {
    const request = readRequest(c);
    if (!request.ok) return problem(c, request.error);
    const { items, next } = scan(request.value);
    const cursor = next === undefined ? undefined : String(next);
    return answerJson(c, pageOf(items, cursor), { headers: nextLink(c, cursor) });
  });

  function readRequest(c: AppContext): Result<LogRequest, HttpRefusal> {
    const page = readPage(c);
    if (!page.ok) return page;
    const order = readWord(c, "order", ["newest", "oldest"]);
    if (!order.ok) return order;
    const span = readSpan(c);
    if (!span.ok) return span;
    const begin = readBegin(c, page.value.cursor);
    if (!begin.ok) return begin;
    const direction = order.value ?? "newest";
    const { first, end } = span.value;
    return ok({
      first: direction === "oldest" ? Math.max(first, begin.value ?? first) : first,
      end: direction === "newest" ? Math.min(end, (begin.value ?? end) + 1) : end,
      order: direction,
      limit: page.value.limit,
      matches: matcher(c),
    });
  }

  /** The index to begin at: of the page before, or as asked. */
  function readBegin(
    c: AppContext,
    cursor: string | undefined,
  ): Result<number | undefined, HttpRefusal> {
    if (cursor === undefined) return readInteger(c, "from", 0, Number.MAX_SAFE_INTEGER);
    return /^(0|[1-9]\d{0,15})$/.test(cursor)
      ? ok(Number(cursor))
      : err({ code: "HTTP_CURSOR", got: cursor.slice(0, 64) });
  }

  function readSpan(c: AppContext): Result<{ first: number; end: number }, HttpRefusal> {
    const [since, until] = [c.req.query("since"), c.req.query("until")];
    const from = since === undefined ? ok(undefined) : readTime("since", since);
    if (!from.ok) return from;
    const to = until === undefined ? ok(undefined) : readTime("until", until);
    if (!to.ok) return to;
    return ok({
      first: from.value === undefined ? 0 : sizeAt(ledger, from.value - 1),
      end: to.value === undefined ? ledger.head().size : sizeAt(ledger, to.value - 1),
    });
  }

  function scan({ first, end, order, limit, matches }: LogRequest) {
    const items: EntrySummary[] = [];
    const [step, begin] = order === "oldest" ? [1, first] : [-1, end - 1];
    let [looked, bytesLooked] = [0, 0];
    for (let index = begin; index >= first && index < end; index += step) {
      if (items.length === limit || looked === MAX_SCAN || bytesLooked >= MAX_SCAN_BYTES) {
        return { items, next: index };
      }
      const bytes = present(ledger.entry(index), "an entry of the log");
      const entry = summarise(ledger, index, bytes);
      if (matches(entry)) items.push(entry);
      looked += 1;
      bytesLooked += bytes.length;
    }
    return { items, next: undefined };
  }
}

function matcher(c: AppContext): LogRequest["matches"] {
  const [kind, iss, kid] = [c.req.query("kind"), c.req.query("iss"), c.req.query("kid")];
  const withBlocks = c.req.query("blocks") === "1" || kind === "block";
  return (entry) =>
    (withBlocks || entry.kind !== "block") &&
    (kind === undefined || entry.kind === kind) &&
    (iss === undefined || entry.signed?.iss === iss) &&
    (kid === undefined || entry.signed?.kid === kid);
}
