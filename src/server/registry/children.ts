import {
  base64,
  type Code,
  type CodeRecord,
  err,
  hex,
  ok,
  parseCode,
  present,
  type Result,
} from "../../core/index.ts";
import type { ChildrenPage } from "../../ledger/index.ts";
import { answerItems } from "../http/answer.ts";
import { nextLink, nextOf, readInteger, readPage } from "../http/page.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { App, AppContext, Services } from "../services.ts";
import { decodeValue } from "../state.ts";
import { proofJson } from "./proof.ts";
import { proveRecord } from "./public-proof.ts";
import { unknownCode } from "./unknown.ts";

/**
 * `GET /v1/codes/<code>/children`: pages that prove themselves against `children.root` of the record; with `proof=1` together
 * with the proof of that record, both as of the same block.
 */
export function mountChildren(app: App, services: Services): void {
  const { ledger, views, problem } = services;
  app.get("/v1/codes/:code/children", async (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const start = readStart(c, page.value.cursor);
    if (!start.ok) return problem(c, start.error);
    const isProved = c.req.query("proof") === "1";
    const shown = isProved ? await proveRecord(services, code.value) : undefined;
    const { limit } = page.value;
    const children =
      shown === undefined
        ? await ledger.children(code.value, start.value, limit)
        : await ledger.childrenIn(shown.proof, start.value, limit);
    if (children === undefined) return problem(c, unknownCode(code.value));
    const end = children.start + children.codes.length;
    const next = end < children.count ? String(end) : undefined;
    const rest = {
      ...nextOf(next),
      ...childrenJson(code.value, children),
      ...(shown && { proof: proofJson(shown.proof, shown.note) }),
    };
    const items = views.summaries(children.codes);
    return answerItems(c, items, rest, { headers: nextLink(c, next) });
  });
}

function childrenJson(code: Code, { count, start, codes, path, proof }: ChildrenPage): object {
  const record = present(decodeValue<CodeRecord>(proof.values[0]?.value), "a record with children");
  return {
    code,
    count,
    start,
    codes,
    root: hex(record.children.root),
    path: path.map(base64),
    size: proof.head.size,
  };
}

function readStart(c: AppContext, cursor: string | undefined): Result<number, HttpRefusal> {
  // Read in any case: what is wrong is wrong beside a cursor too, which goes before it.
  const start = readInteger(c, "start", 0, Number.MAX_SAFE_INTEGER);
  if (!start.ok) return start;
  if (cursor === undefined) return ok(start.value ?? 0);
  return /^\d{1,15}$/.test(cursor)
    ? ok(Number(cursor))
    : err({ code: "HTTP_CURSOR", got: cursor.slice(0, 64) });
}
