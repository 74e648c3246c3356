import {
  type CborValue,
  type Code,
  decodeCbor,
  encodeCbor,
  err,
  fromHex,
  hex,
  isCborMap,
  keyKey,
  ok,
  type Result,
  sha256,
  utf8,
} from "../../core/index.ts";
import { readBody } from "../bodies/read.ts";
import { answerPrivate, PRIVATE } from "../http/answer.ts";
import { timeOfMilliseconds, timeOfSeconds } from "../http/json.ts";
import { formatHolder, mustBe, type Signer } from "../identity/index.ts";
import { MAX_BODY_BYTES, MAX_ENROLMENTS } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import { type Enrolment, judgeEnrolment } from "./judge.ts";

/**
 * Keys that ask to be given the use `data` by an office that invited them: kept beside the ledger until those who govern the office
 * put them into it, or turn them away. docs/spec/http.md, Enrolments.
 */
export function mountEnrolments(app: App, services: Services): void {
  const { state, ledger, clock, authentication, problem } = services;

  app.post("/v1/enrolments", async (c) => {
    const store = services.enrolments;
    if (store === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const body = await readBody(c.req.raw, MAX_BODY_BYTES);
    if (!body.ok) return problem(c, body.error);
    const judged = judge(body.value);
    if (!judged.ok) return problem(c, judged.error);
    const { office, kid, label, untilSeconds } = judged.value;
    const folder = folderOf(office);
    const known = await store.list(folder);
    if (!known.includes(kid) && known.length >= MAX_ENROLMENTS) {
      return problem(c, { code: "HTTP_FULL", what: "enrolments", max: MAX_ENROLMENTS });
    }
    const kept = encodeCbor([clock(), body.value]);
    if (!known.includes(kid)) await store.put(`${folder}/${kid}`, kept);
    return answerPrivate({ office, kid, label, until: timeOfSeconds(untilSeconds) }, 202);
  });

  app.get("/v1/enrolments", async (c) => {
    const asked = governorAsks(c);
    if (!asked.ok) return problem(c, asked.error);
    const { holder, office } = asked.value;
    const folder = folderOf(office);
    const items: object[] = [];
    for (const kid of (await services.enrolments?.list(folder)) ?? []) {
      const isKnown = state.get(keyKey(holder, fromHex(kid) ?? new Uint8Array())) !== undefined;
      const bytes = isKnown ? undefined : await services.enrolments?.get(`${folder}/${kid}`);
      const item = bytes && readKept(bytes);
      if (item !== undefined) items.push(item);
      // Enrolled, expired, or of a key that is closed: it would never come back, and holds a place.
      else await services.enrolments?.delete(`${folder}/${kid}`);
    }
    return answerPrivate({ items });
  });

  app.delete("/v1/enrolments/:kid", async (c) => {
    const asked = governorAsks(c);
    if (!asked.ok) return problem(c, asked.error);
    const kid = c.req.param("kid");
    if (!/^[0-9a-f]{16}$/.test(kid)) {
      const want = "16 of 0-9a-f";
      return problem(c, { code: "HTTP_PARAMETER", name: "kid", got: kid.slice(0, 64), want });
    }
    await services.enrolments?.delete(`${folderOf(asked.value.office)}/${kid}`);
    return new Response(null, { status: 204, headers: { "Cache-Control": PRIVATE } });
  });

  function judge(
    body: Uint8Array,
    receivedMilliseconds: number = clock(),
  ): Result<Enrolment, AnyRefusal> {
    const decoded = decodeCbor(body);
    const { invitation, request } =
      decoded.ok && isCborMap(decoded.value) ? decoded.value : ({} as Record<string, CborValue>);
    if (!(invitation instanceof Uint8Array) || !(request instanceof Uint8Array)) {
      return err({ code: "HTTP_BODY", want: "CBOR {invitation: bytes, request: bytes}" });
    }
    const ground = { state, origin: ledger.head().origin, nowSeconds: Math.floor(clock() / 1000) };
    return judgeEnrolment(ground, invitation, request, Math.floor(receivedMilliseconds / 1000));
  }

  /** What was kept, if it is still good. */
  function readKept(bytes: Uint8Array): object | undefined {
    const decoded = decodeCbor(bytes);
    const [received, body] =
      decoded.ok && Array.isArray(decoded.value) ? (decoded.value as readonly CborValue[]) : [];
    if (typeof received !== "number" || !(body instanceof Uint8Array)) return undefined;
    const judged = judge(body, received);
    if (!judged.ok) return undefined;
    const { kid, key, label, dataset, untilSeconds } = judged.value;
    return {
      ...{ kid, key: hex(encodeCbor(key)), label, dataset },
      ...{ until: timeOfSeconds(untilSeconds), received: timeOfMilliseconds(received) },
    };
  }

  function governorAsks(
    c: AppContext,
  ): Result<{ readonly holder: string; readonly office: Code }, AnyRefusal> {
    const signer = authentication.signer(c, new Uint8Array(0));
    if (!signer.ok) return signer;
    const office = officeOf(signer.value);
    const allowed = mustBe(signer.value, office !== undefined, "a govern key of an office");
    if (!allowed.ok || office === undefined) return allowed as Result<never, AnyRefusal>;
    return ok({ holder: formatHolder(signer.value.holder), office });
  }
}

function officeOf({ holder, record }: Signer): Code | undefined {
  return holder.kind === "code" && record.uses.includes("govern") ? holder.code : undefined;
}

/** Names of blobs are lower-case and short; codes are neither. */
function folderOf(office: Code): string {
  return hex(sha256(utf8(office))).slice(0, 32);
}
