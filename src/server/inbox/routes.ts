import {
  err,
  fromBase64,
  hex,
  memberKey,
  ok,
  present,
  type Result,
  readApplication,
} from "../../core/index.ts";
import { type JsonFields, readJsonObject, textField } from "../bodies/json.ts";
import { readBody } from "../bodies/read.ts";
import { answerPrivate, asBody, PRIVATE } from "../http/answer.ts";
import { pageOf, readPage } from "../http/page.ts";
import {
  formatHolder,
  foundKey,
  isMember,
  mustBe,
  parseKeyid,
  type Signer,
} from "../identity/index.ts";
import {
  MAX_BODY_BYTES,
  MAX_BULK_BYTES,
  MAX_CONTACT_CHARACTERS,
  MAX_MESSAGE_CHARACTERS,
  MAX_MESSAGES,
} from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import {
  type ApplicationMeta,
  comparePlaces,
  Inbox,
  type InboxState,
  type Place,
} from "./inbox.ts";
import { applicantKey, judgeApplication, type SoundApplication } from "./judge.ts";
import { applicationJson, decisionAbout, evidenceJson, stateOf } from "./view.ts";

/** An application that is here, and who asks about it. */
type Visit = {
  readonly application: SoundApplication;
  readonly meta: ApplicationMeta;
  readonly signer: Signer;
};

/** The inbox of a member's node. docs/spec/http.md §7. */
export function mountInbox(app: App, services: Services): void {
  const { ledger, state, clock, authentication, problem, clientOf } = services;
  const inbox = new Inbox(services.inbox, undefined, services.log);

  app.post("/v1/applications", async (c) => {
    const fields = await readFields(c);
    if (!fields.ok) return problem(c, fields.error);
    const application = readSubmission(fields.value);
    if (!application.ok) return problem(c, application.error);
    const { id } = application.value;
    const meta = readMeta(fields.value);
    if (!meta.ok) return problem(c, meta.error);
    const isNew = (await inbox.find(id)) === undefined;
    const from = clientOf(c);
    const told = { ...meta.value, ...(from !== undefined && { from }) };
    const full = await inbox.add(id, application.value.bytes, told);
    if (full !== undefined) return problem(c, full);
    const stored = (await inbox.find(id)) ?? meta.value;
    const evidence = await evidenceJson(inbox, application.value);
    const body = { id, state: stateOf(stored, decisionAbout(state, id)), evidence };
    return answerPrivate(body, isNew ? 201 : 200, { Location: `/v1/applications/${id}` });
  });

  app.get("/v1/applications", async (c) => {
    const signer = authentication.signer(c, NO_BODY);
    if (!signer.ok) return problem(c, signer.error);
    const allowed = mustBe(signer.value, isMember(signer.value), "a key of a member");
    if (!allowed.ok) return problem(c, allowed.error);
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const { limit, cursor } = page.value;
    const after = cursor === undefined ? undefined : parsePlace(cursor);
    if (after !== undefined && !after.ok) return problem(c, after.error);
    const wanted = c.req.query("state");
    const matching = (await inbox.list()).filter(
      ([id, meta]) => wanted === undefined || stateOf(meta, decisionAbout(state, id)) === wanted,
    );
    // By its place in the order, not by its id: that application may be gone.
    const rest = matching.filter((each) => !after || comparePlaces(each, after.value) > 0);
    const shown = rest.slice(0, limit);
    const views = await Promise.all(
      shown.map(async ([id, meta]) => {
        const application = await load(id);
        return application && viewOf(application, meta);
      }),
    );
    const items = views.filter((each) => each !== undefined);
    const last = shown.at(-1);
    const next = last !== undefined && rest.length > limit ? formatPlace(last) : undefined;
    return answerPrivate(pageOf(items, next));
  });

  app.get("/v1/applications/:id", async (c) => {
    const visit = await enter(c, NO_BODY);
    if (!visit.ok) return problem(c, visit.error);
    const { application, meta } = visit.value;
    const view = await viewOf(application, meta);
    return answerPrivate({ ...view, messages: await messagesOf(application.id) });
  });

  app.delete("/v1/applications/:id", async (c) => {
    const visit = await enter(c, NO_BODY);
    if (!visit.ok) return problem(c, visit.error);
    await inbox.erase(visit.value.application.id);
    return NOTHING();
  });

  app.post("/v1/applications/:id/messages", async (c) => {
    const body = await readBody(c.req.raw, MAX_BODY_BYTES);
    if (!body.ok) return problem(c, body.error);
    const visit = await enter(c, body.value);
    if (!visit.ok) return problem(c, visit.error);
    const message = readMessage(body.value, visit.value.signer);
    if (!message.ok) return problem(c, message.error);
    const { id } = visit.value.application;
    const said = { at: clock(), by: authorOf(visit.value.signer), ...message.value };
    return (await inbox.addMessage(id, said, MAX_MESSAGES))
      ? answerPrivate({ messages: await messagesOf(id) }, 201)
      : problem(c, { code: "HTTP_FULL", what: "messages", max: MAX_MESSAGES });
  });

  app.put("/v1/applications/:id/evidence/:commit", async (c) => {
    const expected = await expectEvidence(c);
    if (!expected.ok) return problem(c, expected.error);
    const body = await readBody(c.req.raw, MAX_BULK_BYTES, services.bodies);
    if (!body.ok) return problem(c, body.error);
    const visit = await enter(c, body.value);
    if (!visit.ok) return problem(c, visit.error);
    const { application, signer } = visit.value;
    const allowed = mustBe(signer, signer.holder.kind === "applicant", "a key of the application");
    if (!allowed.ok) return problem(c, allowed.error);
    const commit = c.req.param("commit");
    if (!names(application, commit)) return problem(c, { code: "INBOX_EVIDENCE_UNKNOWN", commit });
    if (!isAge(body.value)) return problem(c, { code: "INBOX_NOT_AGE", want: AGE_INTRO });
    const full = await inbox.putEvidence(application.id, commit, body.value, clock());
    return full === undefined ? NOTHING() : problem(c, full);
  });

  app.get("/v1/applications/:id/evidence/:commit", async (c) => {
    const visit = await enter(c, NO_BODY);
    if (!visit.ok) return problem(c, visit.error);
    const commit = c.req.param("commit");
    const { application } = visit.value;
    const bytes = names(application, commit) && (await inbox.evidence(application.id, commit));
    if (!bytes) return problem(c, { code: "INBOX_EVIDENCE_UNKNOWN", commit });
    return new Response(asBody(bytes), {
      headers: { "Content-Type": "application/age", "Cache-Control": PRIVATE },
    });
  });

  async function readFields(c: AppContext): Promise<Result<JsonFields, AnyRefusal>> {
    const body = await readBody(c.req.raw, MAX_BODY_BYTES);
    return body.ok ? readJsonObject(body.value) : body;
  }

  function readSubmission(fields: JsonFields): Result<SoundApplication, AnyRefusal> {
    const text = textField(fields, "application", MAX_BODY_BYTES);
    if (!text.ok) return text;
    const bytes = text.value === undefined ? undefined : fromBase64(text.value);
    if (bytes === undefined) {
      return err({ code: "HTTP_FIELD", name: "application", want: "base64 of a COSE_Sign1" });
    }
    return judgeApplication(bytes, ledger.head().origin, clock());
  }

  function readMeta(fields: JsonFields): Result<ApplicationMeta, AnyRefusal> {
    const contact = textField(fields, "contact", MAX_CONTACT_CHARACTERS);
    if (!contact.ok) return contact;
    const member = textField(fields, "member", 64);
    if (!member.ok) return member;
    if (member.value !== undefined && state.get(memberKey(member.value))?.active !== true) {
      return err({ code: "HTTP_FIELD", name: "member", want: "the id of an active member" });
    }
    return ok({
      received: clock(),
      changed: clock(),
      state: "received",
      ...(contact.value !== undefined && { contact: contact.value }),
      ...(member.value !== undefined && { member: member.value }),
    });
  }

  /** Lets in the applicant and the members, nobody else. */
  async function enter(c: AppContext, body: Uint8Array): Promise<Result<Visit, AnyRefusal>> {
    const id = c.req.param("id") ?? "";
    const meta = await inbox.find(id);
    const application = meta && (await load(id));
    const signer = authentication.signer(c, body, (keyid) => findApplicant(keyid, application));
    if (!signer.ok) return signer;
    const { holder } = signer.value;
    const isParty =
      isMember(signer.value) || (holder.kind === "applicant" && holder.application === id);
    const allowed = mustBe(signer.value, isParty, "the applicant or a member");
    if (!allowed.ok) return allowed;
    if (meta === undefined || application === undefined) return err({ code: "INBOX_UNKNOWN", id });
    return ok({ application, meta, signer: signer.value });
  }

  /** Whether it makes sense to read the body of evidence, before anything of it was verified. */
  async function expectEvidence(c: AppContext): Promise<Result<void, AnyRefusal>> {
    const application = await load(c.req.param("id") ?? "");
    const claimed = authentication.claimed(c, (keyid) => findApplicant(keyid, application));
    if (!claimed.ok) return claimed;
    const isApplicant = claimed.value.holder.kind === "applicant";
    const allowed = mustBe(claimed.value, isApplicant, "a key of the application");
    if (!allowed.ok) return allowed;
    const commit = c.req.param("commit") ?? "";
    if (application !== undefined && names(application, commit)) return ok(undefined);
    return err({ code: "INBOX_EVIDENCE_UNKNOWN", commit });
  }

  /** `undefined` where there is none, or it was erased meanwhile. */
  async function load(id: string): Promise<SoundApplication | undefined> {
    const bytes = await inbox.application(id);
    if (bytes === undefined) return undefined;
    const read = readApplication(bytes);
    // It was judged when it came; only its age has changed.
    return { id, bytes, apply: present(read.ok ? read.value.body : undefined, "an application") };
  }

  function viewOf(application: SoundApplication, meta: ApplicationMeta) {
    return applicationJson({ inbox, state, nowMilliseconds: clock() }, application, meta);
  }

  async function messagesOf(id: string) {
    const messages = await inbox.messages(id);
    return messages.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest }));
  }
}

/** `<received>.<id>`: the place in the list behind which the next page begins. */
function formatPlace([id, { received }]: Place): string {
  return `${received}.${id}`;
}

function parsePlace(cursor: string): Result<Place, AnyRefusal> {
  const [, received, id] = /^(\d{1,16})\.([0-9a-f]{64})$/.exec(cursor) ?? [];
  return id === undefined
    ? err({ code: "HTTP_CURSOR", got: cursor.slice(0, 64) })
    : ok([id, { received: Number(received) }]);
}

const NO_BODY = new Uint8Array(0);

function NOTHING(): Response {
  return new Response(null, { status: 204, headers: { "Cache-Control": PRIVATE } });
}

function findApplicant(
  keyid: string,
  application: SoundApplication | undefined,
): Result<Signer, AnyRefusal & { code: "HTTP_SIGNATURE_KEY" }> {
  const parsed = parseKeyid(keyid);
  const { holder, kid } = parsed ?? {};
  const isOfThis = holder?.kind === "applicant" && holder.application === application?.id;
  const spec = isOfThis && kid && application ? applicantKey(application.apply, kid) : undefined;
  if (spec === undefined || holder === undefined || kid === undefined) {
    return err({ code: "HTTP_SIGNATURE_KEY", keyid, why: "not a key of this application" });
  }
  return ok({ ...foundKey(spec.key), holder, kid: hex(kid), record: spec });
}

function authorOf({ holder }: Signer): string {
  return holder.kind === "applicant" ? "applicant" : formatHolder(holder);
}

const STATES: readonly InboxState[] = ["received", "supplement-needed", "declined"];

function readMessage(
  body: Uint8Array,
  signer: Signer,
): Result<{ readonly text: string; readonly state?: InboxState }, AnyRefusal> {
  const fields = readJsonObject(body);
  if (!fields.ok) return fields;
  const text = textField(fields.value, "text", MAX_MESSAGE_CHARACTERS);
  if (!text.ok) return text;
  if (text.value === undefined) return err({ code: "HTTP_FIELD", name: "text", want: "text" });
  const asked = fields.value.state;
  if (asked === undefined) return ok({ text: text.value });
  const state = STATES.find((each) => each === asked);
  if (state === undefined) {
    return err({ code: "HTTP_FIELD", name: "state", want: STATES.join(" | ") });
  }
  const allowed = mustBe(signer, isMember(signer), "a key of a member");
  return allowed.ok ? ok({ text: text.value, state }) : allowed;
}

function names({ apply }: SoundApplication, commit: string): boolean {
  return apply.evidence.some((each) => hex(each.commit) === commit);
}

const AGE_INTRO = "age-encryption.org/v1";
const AGE_ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";

/** Whether it looks like the age format, so that nobody sends a file in clear by mistake. */
function isAge(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 40)).toString(
    "latin1",
  );
  return head.startsWith(`${AGE_INTRO}\n`) || head.startsWith(AGE_ARMOR);
}
