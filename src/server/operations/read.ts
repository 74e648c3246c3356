import { base64, fromHex, present } from "../../core/index.ts";
import { bestType } from "../http/accept.ts";
import { answer, answerJson, answerPrivate, IMMUTABLE } from "../http/answer.ts";
import { refusedStatus } from "../problem/problem.ts";
import { contentJson, readEntry, summarise } from "../registry/entry.ts";
import type { App, AppContext, Services } from "../services.ts";
import { receiptText } from "./outcome.ts";
import type { PendingOperations } from "./pending.ts";

/** `GET /v1/operations/<hash>`: any entry of the log by its leaf hash, with a receipt against the newest checkpoint. */
export function mountReadOperation(app: App, services: Services, pending: PendingOperations): void {
  const { ledger, cosignatures, problem } = services;

  app.get("/v1/operations/:hash", (c) => {
    const text = c.req.param("hash");
    const hash = fromHex(text);
    const index = hash?.length === 32 ? ledger.indexOf(hash) : undefined;
    return index === undefined ? notInTheLog(c, text) : answerEntry(c, index);
  });

  function answerEntry(c: AppContext, index: number): Response {
    const bytes = present(ledger.entry(index), "an entry of the log");
    if (
      bestType(c.req.header("Accept"), ["application/json", "application/cose"]) ===
      "application/cose"
    ) {
      return answer(c, bytes, { type: "application/cose", caching: IMMUTABLE, headers: VARY });
    }
    const { size, note } = checkpointFor(index);
    const receipt = receiptText(index, ledger.inclusion(index, size), note);
    const operation = contentJson(readEntry(bytes));
    const entry = { ...summarise(ledger, index, bytes), operation, bytes: base64(bytes), receipt };
    return answerJson(c, entry, { headers: VARY });
  }

  /** The cosigned checkpoint where it covers the entry already, else the newest. */
  function checkpointFor(index: number): { readonly size: number; readonly note: string } {
    const cosigned = cosignatures?.checkpoint();
    if (cosigned !== undefined && cosigned.size > index) return cosigned;
    const { size, checkpoint } = ledger.head();
    return { size, note: checkpoint };
  }

  function notInTheLog(c: AppContext, hash: string): Response {
    const waiting = pending.find(hash);
    if (waiting === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    if (waiting.refusal === undefined) return answerPrivate({ status: "pending", hash }, 202);
    return problem(c, waiting.refusal, refusedStatus(waiting.refusal));
  }
}

const VARY = { Vary: "Accept" };
