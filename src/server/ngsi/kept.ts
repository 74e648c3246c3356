import { type DatasetLog, isLimited } from "../../data/index.ts";
import type { Judged } from "../access/index.ts";
import { KeptAnswers } from "../data/kept-answers.ts";
import type { HotAnswer } from "../http/hot.ts";
import type { Incoming } from "../http/incoming.ts";
import type { TextAnswer } from "../http/text-answer.ts";
import type { Services } from "../services.ts";
import type { Target } from "./target.ts";

/** Answers that everybody gets who asks for an entity of open data, kept while nothing else is said of it. */
export type KeptEntities = {
  /** What is asked here, if it was answered before: noted, as every answer is. */
  find(c: Incoming): HotAnswer | undefined;
  /** @returns a way to keep what will be answered; `undefined` where that depends on more than the entity */
  begin(c: Incoming, target: Target): ((answer: TextAnswer) => void) | undefined;
};

/** Of an address, those that leave the answer one about this entity alone. Others are named one by one: a new one is not kept. */
const PLAIN = new Set(["attrs", "format", "lang", "local", "omit", "options", "pick", "type"]);
/** Names of datasets of which it is remembered what everybody may see. */
const MAX_TENANTS = 256;

type Open = {
  readonly judged: Judged;
  readonly answers: KeptAnswers;
  readonly note: Target["note"];
};

export function createKeptEntities({ access }: Pick<Services, "access">): KeptEntities {
  const open = new Map<string, Open>();
  const kept = new WeakMap<DatasetLog, KeptAnswers>();
  const answersOf = (log: DatasetLog): KeptAnswers => {
    const known = kept.get(log) ?? new KeptAnswers(log);
    kept.set(log, known);
    return known;
  };
  return {
    find(c) {
      const tenant = c.req.header("NGSILD-Tenant");
      const of = tenant === undefined ? undefined : open.get(tenant);
      const id = c.req.param("id");
      if (of === undefined || id === undefined || !isAnybody(c)) return undefined;
      if (!access.holdsStill(of.judged)) return undefined;
      const answer = of.answers.get(id, askedBy(c));
      if (answer !== undefined) of.note?.(NOTED, 1);
      return answer;
    },
    begin(c, { log, judged, view, note, reader, tenant }) {
      const id = c.req.param("id");
      if (judged === undefined || tenant === undefined || id === undefined) return undefined;
      if (reader?.signer !== undefined || reader?.grant !== undefined) return undefined;
      if (isLimited(view) || !isAnybody(c)) return undefined;
      if (Object.keys(c.req.queries()).some((name) => !PLAIN.has(name))) return undefined;
      const answers = answersOf(log);
      if (open.size >= MAX_TENANTS) open.clear();
      open.set(tenant, { judged, answers, note });
      const keep = answers.begin(id, askedBy(c));
      return (answer) => {
        if (answer.status !== 200) return;
        answer.headers["NGSILD-Tenant"] = tenant;
        keep(answer.hot());
      };
    },
  };
}

/** What reading entities is noted as. */
export const NOTED = "ngsi-ld";

/** Without a name, and without a context of its own. */
function isAnybody({ req }: Incoming): boolean {
  return ["Authorization", "Signature", "Link", "NGSILD-EntityMap"].every(
    (name) => req.header(name) === undefined,
  );
}

/** All of a request that an answer depends on beside the entity. */
function askedBy({ req }: Incoming): string {
  return `${req.url}\n${req.header("Accept") ?? ""}\n${req.header("Prefer") ?? ""}`;
}
