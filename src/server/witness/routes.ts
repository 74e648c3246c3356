import { fromUtf8 } from "../../core/index.ts";
import {
  MAX_ADD_CHECKPOINT_BYTES,
  parseAddCheckpoint,
  type Witness,
  type WitnessRefusal,
} from "../../witness/index.ts";
import { readBody } from "../bodies/read.ts";
import { answer } from "../http/answer.ts";
import type { App, AppContext, Services } from "../services.ts";

/** c2sp.org/tlog-witness: cosigns the checkpoints of logs that this node was told of, and shows the last one of each. */
export function mountWitness(app: App, services: Services): void {
  mountAt("/witness", app, services, services.witness);
}

/** The same of a validator for its own ledger, of which it cosigns what it has committed itself. */
export function mountValidator(app: App, services: Services): void {
  mountAt("/validator", app, services, services.validator);
}

function mountAt(
  path: "/witness" | "/validator",
  app: App,
  { problem, log, metrics }: Services,
  witness: Witness | undefined,
): void {
  app.post(`${path}/add-checkpoint`, async (c) => {
    if (witness === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const body = await readBody(c.req.raw, MAX_ADD_CHECKPOINT_BYTES);
    if (!body.ok) return problem(c, body.error);
    const text = fromUtf8(body.value);
    if (text === undefined) return problem(c, { code: "HTTP_BODY", want: "UTF-8" });
    const request = parseAddCheckpoint(text);
    // Whatever is wrong with the form: the specification has one status for it.
    if (!request.ok) return problem(c, request.error, 400);
    const { origin } = request.value.checkpoint;
    const added = await witness.add(request.value).catch((cause: unknown) => {
      log.error("witness-memory", { origin, cause: String(cause) });
      return undefined;
    });
    if (added === undefined) {
      return problem(c, { code: "HTTP_BUSY", retryAfter: 1, what: "witness" });
    }
    metrics.cosigned(added.ok ? "cosigned" : added.error.code);
    if (!added.ok) return refused(c, added.error);
    return new Response(added.value, { headers: { "Content-Type": TEXT, ...NO_STORE } });
  });

  app.get(`${path}/:hash/checkpoint`, async (c) => {
    const hash = c.req.param("hash");
    const note = /^[0-9a-f]{64}$/.test(hash) ? await witness?.latest(hash) : undefined;
    if (note === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    return answer(c, note, { type: TEXT });
  });

  function refused(c: AppContext, refusal: WitnessRefusal): Response {
    if (refusal.code === "WITNESS_MEMORY") log.error("witness-memory", { origin: refusal.origin });
    const size = sizeOf(refusal);
    if (size === undefined) return problem(c, refusal);
    const headers = { "Content-Type": "text/x.tlog.size", ...NO_STORE };
    return new Response(`${size}\n`, { status: 409, headers });
  }
}

/** Where the witness is, for who began elsewhere or has another root there. */
function sizeOf(refusal: WitnessRefusal): number | undefined {
  if (refusal.code === "WITNESS_SIZE") return refusal.want;
  return refusal.code === "WITNESS_ROOT" ? refusal.size : undefined;
}

const TEXT = "text/plain; charset=utf-8";
const NO_STORE = { "Cache-Control": "no-store" };
