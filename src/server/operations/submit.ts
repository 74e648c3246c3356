import { err, hashLeaf, ok, type Result, splitCborSequence } from "../../core/index.ts";
import { LedgerFault, type Outcome } from "../../ledger/index.ts";
import { readBody } from "../bodies/read.ts";
import { answerPrivate } from "../http/answer.ts";
import { hexOf } from "../http/bytes.ts";
import { MAX_BULK_BYTES, MAX_ITEMS_PER_REQUEST, MAX_WRITES_WAITING } from "../limits.ts";
import { refusalOfFault } from "../problem/fault.ts";
import { type AnyRefusal, refusedStatus } from "../problem/problem.ts";
import { createBuckets } from "../rate/token-bucket.ts";
import type { App, AppContext, Services } from "../services.ts";
import { createPolicyDoor } from "../witness/index.ts";
import { forkedAnchors } from "./forked-anchors.ts";
import { peekKid } from "./kid.ts";
import { acceptedJson, manyJson } from "./outcome.ts";
import type { PendingOperations } from "./pending.ts";

const ONE = "application/cose";
const MANY = "application/cbor-seq";

/** `POST /v1/operations`: the one way into the ledger. */
export function mountSubmit(app: App, services: Services, pending: PendingOperations): void {
  const { ledger, state, clock, log, config, metrics, problem, fraud } = services;
  const keys = createBuckets(config.rates.key);
  const door = createPolicyDoor(() => services.node.ownKeys ?? []);
  let waiting = 0;

  app.post("/v1/operations", async (c) => {
    const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (type !== ONE && type !== MANY) {
      return problem(c, { code: "HTTP_TYPE", got: type, want: `${ONE} | ${MANY}` });
    }
    const body = await readBody(c.req.raw, MAX_BULK_BYTES, services.bodies);
    if (!body.ok) return problem(c, body.error);
    return type === ONE ? submitOne(c, body.value) : submitMany(c, body.value);
  });

  async function submitOne(c: AppContext, bytes: Uint8Array): Promise<Response> {
    const slow = tooFast([bytes]);
    if (slow !== undefined) return problem(c, slow);
    if (c.req.header("Prefer")?.includes("respond-async")) return submitLater(c, bytes);
    const [outcome] = await submit([bytes]);
    if (outcome === undefined) return problem(c, BUSY);
    return outcome.ok
      ? answerPrivate(acceptedJson(outcome))
      : problem(c, outcome.refusal, refusedStatus(outcome.refusal));
  }

  async function submitMany(c: AppContext, bytes: Uint8Array): Promise<Response> {
    const items = splitItems(bytes);
    if (!items.ok) return problem(c, items.error);
    const slow = tooFast(items.value);
    if (slow !== undefined) return problem(c, slow);
    const outcomes = items.value.length === 0 ? [] : await submit(items.value);
    if (outcomes.length < items.value.length) return problem(c, BUSY);
    return answerPrivate(manyJson(outcomes));
  }

  /** Empty when too many requests wait already: the queue is bounded, the client comes back. */
  async function submit(items: readonly Uint8Array[]): Promise<readonly Outcome[]> {
    if (waiting >= MAX_WRITES_WAITING) return [];
    waiting += 1;
    try {
      const outcomes = await submitJudged(items);
      count(items, outcomes);
      await accuse(items, outcomes);
      return outcomes;
    } finally {
      waiting -= 1;
    }
  }

  /** Keeps the proof where the ledger of a delegated code presented a second history. */
  async function accuse(items: readonly Uint8Array[], outcomes: readonly Outcome[]): Promise<void> {
    if (fraud === undefined) return;
    for (const [i, outcome] of outcomes.entries()) {
      const item = items[i];
      if (outcome.ok || item === undefined) continue;
      try {
        const proofs = await forkedAnchors(item, outcome.refusal.code, state);
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

  function submitLater(c: AppContext, bytes: Uint8Array): Response {
    // What lasts is said at once; nobody would come back for it.
    const fault = ledger.unready();
    if (fault !== undefined) return problem(c, refusalOfFault(fault));
    const hash = hexOf(hashLeaf(bytes));
    if (waiting >= MAX_WRITES_WAITING || !pending.begin(hash, clock())) return problem(c, BUSY);
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
    return answerPrivate({ status: "pending", hash }, 202, {
      Location: `/v1/operations/${hash}`,
      "Preference-Applied": "respond-async",
    });
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

  // Only what was accepted counts against a key: a refused operation names a kid, but does not prove it.
  function count(items: readonly Uint8Array[], outcomes: readonly Outcome[]): void {
    const now = clock();
    const accepted = new Map<string, number>();
    for (const [i, outcome] of outcomes.entries()) {
      metrics.operation(outcome.ok ? "accepted" : outcome.refusal.code);
      const item = items[i];
      const kid = outcome.ok && item !== undefined ? peekKid(item) : undefined;
      if (kid !== undefined) accepted.set(kid, (accepted.get(kid) ?? 0) + 1);
    }
    for (const [kid, cost] of accepted) keys.charge(kid, cost, now);
  }
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
