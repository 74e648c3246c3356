import { type Code, isoDate, parseCode } from "../../core/index.ts";
import { answer, answerJson } from "../http/answer.ts";
import type { App, AppContext, Services } from "../services.ts";
import { type Moment, readMoment, recordAt } from "./moment.ts";
import { momentJson } from "./moment-json.ts";
import { effectiveOn } from "./on-day.ts";
import type { RecordAnswers } from "./record-answers.ts";
import type { FoundRecord } from "./record-views.ts";
import { unknownCode } from "./unknown.ts";

/** `GET /v1/codes/<code>`: the record, now or as of a day, and with its ancestors where asked. */
export function mountRecord(app: App, services: Services, answers: RecordAnswers): void {
  const { ledger, clock, views, problem } = services;

  app.get("/v1/codes/:code", (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const moment = readMoment(c, ledger, isoDate(clock()));
    if (!moment.ok) return problem(c, moment.error);
    if (moment.value !== undefined) return answerAt(c, code.value, moment.value);
    if (c.req.query("ancestors") === "1")
      return answerWith(c, code.value, views.find(code.value), {});
    const rendered = answers.get(code.value);
    if (rendered === undefined) return problem(c, unknownCode(code.value));
    return answer(c, Buffer.from(rendered.body, "latin1"), {
      type: "application/json",
      etag: rendered.etag,
    });
  });

  async function answerAt(c: AppContext, code: Code, moment: Moment): Promise<Response> {
    const found = await recordAt(services, code, moment);
    const effective = found && { effective: await effectiveOn(services, found.record, moment) };
    return answerWith(c, code, found, { ...effective, ...momentJson(ledger, moment) });
  }

  function answerWith(
    c: AppContext,
    code: Code,
    found: FoundRecord | undefined,
    extra: object,
  ): Response {
    if (found === undefined) return problem(c, unknownCode(code));
    const ancestors = c.req.query("ancestors") === "1" && { ancestors: views.ancestors(code) };
    return answerJson(c, { ...views.answer(found), ...extra, ...ancestors });
  }
}
