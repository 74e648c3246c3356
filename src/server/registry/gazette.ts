import { type GazetteFact, type GazetteValue, gazetteKey, parseCode } from "../../core/index.ts";
import { answerJson } from "../http/answer.ts";
import { type Json, toJson } from "../http/json.ts";
import { readPage } from "../http/page.ts";
import { readDate } from "../http/time.ts";
import type { App, AppContext, Services } from "../services.ts";
import { answerPage, listValues } from "./listing.ts";

const MAX_TEXT_CHARACTERS = 128;

/** `GET /v1/gazette`: what is known of divisions, whether they hold a code or not. */
export function mountGazette(app: App, { ledger, state, problem }: Services): void {
  app.get("/v1/gazette", async (c) => {
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const at = readAt(c);
    if (!at.ok) return problem(c, at.error);
    const text = c.req.query("q")?.trim().toLowerCase().slice(0, MAX_TEXT_CHARACTERS) ?? "";
    const prefix = `gazette/${c.req.query("under") ?? ""}`;
    const itemOf = (rest: string, value: GazetteValue) => {
      const facts = factsAt(value.facts, at.value);
      if (facts.length === 0 || !facts.some((fact) => isCalled(fact, text))) return undefined;
      return gazetteJson(prefix.slice("gazette/".length) + rest, value, facts);
    };
    return answerPage(c, await listValues(ledger, prefix, page.value, itemOf));
  });

  app.get("/v1/gazette/:code", (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const at = readAt(c);
    if (!at.ok) return problem(c, at.error);
    const value = state.get(gazetteKey(code.value));
    if (value === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    return answerJson(c, gazetteJson(code.value, value, factsAt(value.facts, at.value)));
  });
}

function readAt(c: AppContext) {
  const at = c.req.query("at");
  return at === undefined ? ({ ok: true, value: undefined } as const) : readDate("at", at);
}

function gazetteJson(code: string, { op }: GazetteValue, facts: readonly GazetteFact[]): Json {
  return { code, op: toJson(op), facts: toJson(facts) };
}

/** The facts that held on a day. Dates of registers may leave out day and month: what is only known to a year counts from its first day. */
export function factsAt(
  facts: readonly GazetteFact[],
  at: string | undefined,
): readonly GazetteFact[] {
  if (at === undefined) return facts;
  return facts.filter(
    ({ from, to }) => firstDay(from) <= at && (to === undefined || at < firstDay(to)),
  );
}

function firstDay(date: string): string {
  return date + "-01-01".slice(date.length - 4);
}

function isCalled({ names }: GazetteFact, text: string): boolean {
  return text === "" || Object.values(names).some((name) => name.toLowerCase().includes(text));
}
