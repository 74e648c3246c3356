import { answerJson } from "../http/answer.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import type { App, Services } from "../services.ts";

/** `GET /v1/stats`: how much there is. */
export function mountStats(app: App, { ledger }: Services): void {
  app.get("/v1/stats", (c) => {
    const { size, height, timeMilliseconds } = ledger.head();
    const { codes, operations, values, byKind } = ledger.counts();
    const time = timeOfMilliseconds(timeMilliseconds);
    return answerJson(c, { codes, operations, values, byKind, size, height, time });
  });
}
