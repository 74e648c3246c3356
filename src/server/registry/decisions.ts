import {
  base64,
  codeKey,
  DECISION_AGE_MILLISECONDS,
  type Decision,
  decisionKey,
  fromHex,
  memberKey,
  paramKey,
  parseCode,
  present,
  readApplication,
  type ValueReader,
} from "../../core/index.ts";
import { answerJson } from "../http/answer.ts";
import { type Json, timeOfMilliseconds, toJson } from "../http/json.ts";
import { readPage } from "../http/page.ts";
import type { App, Services } from "../services.ts";
import { answerPage, listValues } from "./listing.ts";

/** `GET /v1/decisions`: what needs, or needed, several votes. */
export function mountDecisions(app: App, { ledger, state, clock, problem }: Services): void {
  app.get("/v1/decisions", async (c) => {
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const wanted = {
      state: c.req.query("state"),
      kind: c.req.query("kind"),
      code: c.req.query("code"),
    };
    const itemOf = (id: string, decision: Decision) => {
      const json = decisionJson(state, id, decision, clock());
      const matches = Object.entries(wanted).every(
        ([name, want]) => want === undefined || json[name] === want,
      );
      return matches ? json : undefined;
    };
    return answerPage(c, await listValues(ledger, "decision/", page.value, itemOf));
  });

  app.get("/v1/decisions/:id", (c) => {
    const id = c.req.param("id");
    const bytes = fromHex(id);
    const decision = bytes && state.get(decisionKey(bytes));
    if (decision === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    return answerJson(c, decisionJson(state, id, decision, clock()));
  });
}

/** A decision in JSON, with what counting its votes needs. */
export function decisionJson(
  state: ValueReader,
  id: string,
  decision: Decision,
  nowMilliseconds: number,
): { readonly [name: string]: Json | undefined } {
  const { application, inner, votes, opened, ...rest } = decision;
  const apply = application && readApplication(application);
  const expires = opened + DECISION_AGE_MILLISECONDS;
  const hasExpired = decision.state === "open" && expires < nowMilliseconds;
  return {
    id,
    ...(toJson(rest) as object),
    state: hasExpired ? "expired" : decision.state,
    opened: timeOfMilliseconds(opened),
    expires: timeOfMilliseconds(expires),
    approvals: votes.filter(({ vote }) => vote === "approve").length,
    needed: votesNeeded(state, decision),
    votes: toJson(votes),
    ...(application && { application: base64(application) }),
    ...(apply?.ok && { apply: toJson(apply.value.body) }),
    ...(inner && { inner: toJson(inner) }),
  };
}

function votesNeeded(state: ValueReader, { electorate, use }: Decision): number {
  if (electorate === "members") {
    const thresholds = present(state.get(paramKey("thresholds")), "the members' thresholds").value;
    return thresholds[use === "govern" ? "govern" : "issue"];
  }
  if (electorate.startsWith("member/")) {
    return state.get(memberKey(electorate.slice("member/".length)))?.threshold ?? 1;
  }
  const code = parseCode(electorate.split("#")[0] ?? "");
  return (code.ok && state.get(codeKey(code.value))?.threshold) || 1;
}
