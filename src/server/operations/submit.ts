import { err, hashLeaf, ok, present, type Result, splitCborSequence } from "../../core/index.ts";
import { LedgerFault, type Outcome } from "../../ledger/index.ts";
import { readBody } from "../bodies/read.ts";
import { answerPrivate } from "../http/answer.ts";
import { hexOf } from "../http/bytes.ts";
import { MAX_BULK_BYTES, MAX_ITEMS_PER_REQUEST } from "../limits.ts";
import { refusalOfFault } from "../problem/fault.ts";
import { type AnyRefusal, refusedStatus } from "../problem/problem.ts";
import { createBuckets } from "../rate/token-bucket.ts";
import type { App, AppContext, Services } from "../services.ts";
import { createPolicyDoor } from "../witness/index.ts";
import { forkedAnchors } from "./forked-anchors.ts";
import { peekKid } from "./kid.ts";
import { acceptedJson, manyJson } from "./outcome.ts";
import type { PendingOperations } from "./pending.ts";
import { WaitingRoom } from "./waiting-room.ts";

/** One operation, and many of them. */
export const ONE = "application/cose";
export const MANY = "application/cbor-seq";

/** What was submitted is answered with. */
export type Submitted = Result<object, Refused>;
type Refused = { readonly refusal: AnyRefusal; readonly status?: 409 | 422 };

/** Operations on their way into the ledger. */
export type Submissions = {
  /** Why no more are taken just now: asked before a body is read, since reading it would be in vain. */
  full(): AnyRefusal | undefined;
  /** One operation, waited for. */
  one(bytes: Uint8Array): Promise<Submitted>;
  /** Many, one behind the other. */
  many(bytes: Uint8Array): Promise<Submitted>;
  /** One that is not waited for, and who sends it; its leaf hash in hex. */
  later(bytes: Uint8Array, client: string | undefined): Result<string, Refused>;
};

/** `POST /v1/operations`: the one way into the ledger. */
export function mountSubmit(app: App, services: Services, submissions: Submissions): void {
  const { problem, clientOf } = services;

  app.post("/v1/operations", async (c) => {
    const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (type !== ONE && type !== MANY) {
      return problem(c, { code: "HTTP_TYPE", got: type, want: `${ONE} | ${MANY}` });
    }
    const full = submissions.full();
    if (full !== undefined) return problem(c, full);
    const body = await readBody(c.req.raw, MAX_BULK_BYTES, services.bodies);
    if (!body.ok) return problem(c, body.error);
    const isLater = type === ONE && c.req.header("Prefer")?.includes("respond-async");
    if (isLater) return submitLater(c, body.value);
    const submitted = await submissions[type === ONE ? "one" : "many"](body.value);
    return submitted.ok ? answerPrivate(submitted.value) : refuse(c, submitted.error);
  });

  function submitLater(c: AppContext, bytes: Uint8Array): Response {
    const begun = submissions.later(bytes, clientOf(c));
    if (!begun.ok) return refuse(c, begun.error);
    const hash = begun.value;
    return answerPrivate({ status: "pending", hash }, 202, {
      Location: `/v1/operations/${hash}`,
      "Preference-Applied": "respond-async",
    });
  }

  function refuse(c: AppContext, { refusal, status }: Refused): Response {
    return problem(c, refusal, status);
  }
}

export function createSubmissions(services: Services, pending: PendingOperations): Submissions {
  const { ledger, state, clock, log, config, metrics, fraud, otherNodes } = services;
  const keys = createBuckets(config.rates.key);
  const door = createPolicyDoor(() => services.node.ownKeys ?? []);
  const room = new WaitingRoom(clock);

  async function one(bytes: Uint8Array): Promise<Submitted> {
    const slow = tooFast([bytes]);
    if (slow !== undefined) return err({ refusal: slow });
    const full = room.full();
    if (full !== undefined) return err({ refusal: full });
    const outcome = present((await submit([bytes]))[0], "an outcome");
    if (outcome.ok) return ok(acceptedJson(outcome));
    return err({ refusal: outcome.refusal, status: refusedStatus(outcome.refusal) });
  }

  async function many(bytes: Uint8Array): Promise<Submitted> {
    const items = splitItems(bytes);
    if (!items.ok) return err({ refusal: items.error });
    const slow = tooFast(items.value);
    if (slow !== undefined) return err({ refusal: slow });
    if (items.value.length === 0) return ok(manyJson([]));
    const full = room.full();
    if (full !== undefined) return err({ refusal: full });
    return ok(manyJson(await submit(items.value)));
  }

  /** Where the room is not full. */
  async function submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]> {
    const bytes = items.reduce((sum, item) => sum + item.length, 0);
    room.enter(bytes);
    try {
      const outcomes = await submitJudged(items);
      count(items, outcomes);
      await accuse(items, outcomes);
      return outcomes;
    } finally {
      room.leave(bytes);
    }
  }

  /** Keeps the proof where the ledger of a delegated code presented a second history. */
  async function accuse(items: readonly Uint8Array[], outcomes: readonly Outcome[]): Promise<void> {
    if (fraud === undefined) return;
    for (const [i, outcome] of outcomes.entries()) {
      const item = items[i];
      if (outcome.ok || item === undefined) continue;
      try {
        const proofs = await forkedAnchors(item, outcome.refusal.code, state, otherNodes);
        for (const proof of proofs) await fraud(proof);
      } catch (cause) {
        // The refusal stands whatever becomes of the proof.
        log.error("fraud-proof-lost", { cause: String(cause) });
      }
    }
  }

  /** What is refused at the door never comes before the ledger. */
  async function submitJudged(items: readonly Uint8Array[]): Promise<readonly Outcome[]> {
    const refusals = items.map(door);
    if (refusals.every((refusal) => refusal === undefined)) return ledger.submit(items);
    const taken = items.filter((_, i) => refusals[i] === undefined);
    const rest = taken.length === 0 ? [] : [...(await ledger.submit(taken))];
    return refusals.flatMap((refusal): readonly Outcome[] =>
      refusal === undefined ? rest.splice(0, 1) : [{ ok: false, refusal }],
    );
  }

  function later(bytes: Uint8Array, client: string | undefined): Result<string, Refused> {
    const slow = tooFast([bytes]);
    if (slow !== undefined) return err({ refusal: slow });
    // What lasts is said at once; nobody would come back for it.
    const fault = ledger.unready();
    if (fault !== undefined) return err({ refusal: refusalOfFault(fault) });
    const full = room.full();
    if (full !== undefined) return err({ refusal: full });
    const hash = hexOf(hashLeaf(bytes));
    const refusal = pending.begin(hash, client, clock());
    if (refusal !== undefined) return err({ refusal });
    submit([bytes]).then(
      ([outcome]) => {
        if (outcome?.ok === false) pending.refused(hash, outcome.refusal);
        else pending.arrived(hash);
      },
      (cause: unknown) => {
        log.error("submit-later", { hash, cause: String(cause) });
        pending.refused(hash, cause instanceof LedgerFault ? refusalOfFault(cause) : BUSY);
      },
    );
    return ok(hash);
  }

  /** Whether a key among the signers has used up its rate: what it sent before was more than it may. */
  function tooFast(items: readonly Uint8Array[]): AnyRefusal | undefined {
    const now = clock();
    for (const kid of new Set(items.map(peekKid))) {
      const retryAfter = kid === undefined ? 0 : keys.take(kid, 0, now);
      if (retryAfter > 0) return { code: "HTTP_RATE", retryAfter, by: "key" };
    }
    return undefined;
  }

  // Only what was accepted counts against a key: a refused operation names a kid, but does not prove it. What stood in the log
  // before counts against nobody: anybody can read it there and hand it in again.
  function count(items: readonly Uint8Array[], outcomes: readonly Outcome[]): void {
    const now = clock();
    const accepted = new Map<string, number>();
    for (const [i, outcome] of outcomes.entries()) {
      metrics.operation(outcome.ok ? "accepted" : outcome.refusal.code);
      const item = items[i];
      const isNew = outcome.ok && !outcome.repeated;
      const kid = isNew && item !== undefined ? peekKid(item) : undefined;
      if (kid !== undefined) accepted.set(kid, (accepted.get(kid) ?? 0) + 1);
    }
    for (const [kid, cost] of accepted) keys.charge(kid, cost, now);
  }

  return { full: () => room.full(), one, many, later };
}

const BUSY: AnyRefusal = { code: "HTTP_BUSY", retryAfter: 1, what: "operations" };

function splitItems(bytes: Uint8Array): Result<readonly Uint8Array[], AnyRefusal> {
  const items: Uint8Array[] = [];
  for (const item of splitCborSequence(bytes)) {
    if (!item.ok) return item;
    items.push(item.value);
    // The rest is not even looked at.
    if (items.length > MAX_ITEMS_PER_REQUEST) {
      return err({ code: "HTTP_ITEMS", got: items.length, max: MAX_ITEMS_PER_REQUEST });
    }
  }
  return ok(items);
}
