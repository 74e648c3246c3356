import { type DatasetLog, type Entity, isLimited } from "../../data/index.ts";
import type { Judged } from "../access/index.ts";
import { KeptAnswers } from "../data/kept-answers.ts";
import type { HotAnswer } from "../http/hot.ts";
import type { Incoming } from "../http/incoming.ts";
import type { ByteText } from "../http/json-bytes.ts";
import type { TextAnswer } from "../http/text-answer.ts";
import type { Services } from "../services.ts";
import type { Target } from "./target.ts";

/** How another entity is told to whoever asks the same of it; `undefined` for one of which that is not known. */
export type Tell = (entity: Entity) => ByteText | undefined;

/**
 * Answers that everybody gets who asks for an entity of open data, kept while nothing else is said of it. What the same question
 * about another entity means is remembered too: it was understood once.
 */
export type KeptEntities = {
  /** What is asked here, if it was answered before, or asked of another entity: noted, as every answer is. */
  find(c: Incoming): HotAnswer | undefined;
  /** @returns a way to keep what will be answered; `undefined` where that depends on more than the entity */
  begin(c: Incoming, target: Target): Keep | undefined;
};

/** @param tell how it would be told of another entity, with the same fields, if that hangs on nothing but the entity */
export type Keep = (answer: TextAnswer, tell: Tell | undefined) => void;

/** Of an address, those that leave the answer one about this entity alone. Others are named one by one: a new one is not kept. */
const PLAIN = new Set(["attrs", "format", "lang", "local", "omit", "options", "pick", "type"]);
/** Names of datasets of which it is remembered what everybody may see. */
const MAX_TENANTS = 256;
/** Questions, whichever entity they are about, that are remembered as understood. */
const MAX_QUESTIONS = 256;

type Open = {
  readonly judged: Judged;
  readonly log: DatasetLog;
  readonly answers: KeptAnswers;
  readonly note: Target["note"];
};

/** A question that was understood: how an entity is told, and the fields of such an answer. */
type Understood = { readonly tell: Tell; readonly head: readonly string[] };

export function createKeptEntities({ access }: Pick<Services, "access">): KeptEntities {
  const open = new Map<string, Open>();
  const understood = new Map<string, Understood>();
  const kept = new WeakMap<DatasetLog, KeptAnswers>();
  const answersOf = (log: DatasetLog): KeptAnswers => {
    const known = kept.get(log) ?? new KeptAnswers(log);
    kept.set(log, known);
    return known;
  };
  /** Of an entity that nobody asked for lately: read and told at once, where nobody has to wait for it. */
  const made = ({ log, answers }: Open, id: string, asked: string, tenant: string) => {
    const question = understood.get(questionOf(tenant, asked));
    const entity = question && log.entities.atHand(id);
    // Nobody tells when what has its end is over.
    if (question === undefined || entity === undefined || entity.due !== undefined)
      return undefined;
    const body = question.tell(entity);
    if (body === undefined) return undefined;
    const headers = [...question.head, "Content-Length", String(body.length)];
    const answer: HotAnswer = { status: 200, headers, body };
    answers.begin(id, asked)(answer);
    return answer;
  };
  return {
    find(c) {
      const tenant = c.req.header("NGSILD-Tenant");
      const of = tenant === undefined ? undefined : open.get(tenant);
      const id = c.req.param("id");
      if (tenant === undefined || of === undefined || id === undefined) return undefined;
      if (!isAnybody(c) || !access.holdsStill(of.judged)) return undefined;
      const asked = askedBy(c);
      const answer = of.answers.get(id, asked) ?? made(of, id, asked, tenant);
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
      open.set(tenant, { judged, log, answers, note });
      const asked = askedBy(c);
      const keep = answers.begin(id, asked);
      return (answer, tell) => {
        if (answer.status !== 200) return;
        answer.headers["NGSILD-Tenant"] = tenant;
        const hot = answer.hot();
        keep(hot);
        if (tell === undefined) return;
        if (understood.size >= MAX_QUESTIONS) understood.clear();
        const head = withoutLength(hot.headers);
        understood.set(questionOf(tenant, asked), { tell, head });
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

/** All of a request that an answer depends on beside the dataset and the entity. */
function askedBy({ req }: Incoming): string {
  const { url } = req;
  const at = url.indexOf("?");
  const parameters = at < 0 ? "" : url.slice(at);
  return `${parameters}\n${req.header("Accept") ?? ""}\n${req.header("Prefer") ?? ""}`;
}

function questionOf(tenant: string, asked: string): string {
  return `${tenant}\n${asked}`;
}

/** A body comes with its length. */
function withoutLength(headers: readonly string[]): readonly string[] {
  const at = headers.indexOf("Content-Length");
  return headers.filter((_, i) => i !== at && i !== at + 1);
}
