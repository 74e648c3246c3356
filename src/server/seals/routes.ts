import {
  type Code,
  codeKey,
  equalBytes,
  err,
  fromHex,
  HASH_BYTES,
  hex,
  MAX_SERIALS,
  ok,
  parseCode,
  type Result,
  type SealBatch,
  sealBatchKey,
  sealEvidenceKeys,
  statusBits,
  unsealKey,
} from "../../core/index.ts";
import type { StateProof } from "../../ledger/index.ts";
import { SEAL_EVIDENCE_FORMAT } from "../../verify/seal/index.ts";
import { readBody } from "../bodies/read.ts";
import { bestType } from "../http/accept.ts";
import { answer, answerJson, PRIVATE } from "../http/answer.ts";
import { MAX_BATCH_BYTES } from "../limits.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import { chainAbove } from "../registry/chain-proof.ts";
import { proofJson } from "../registry/proof.ts";
import { type PublicProof, provePublic } from "../registry/public-proof.ts";
import type { App, AppContext, Services } from "../services.ts";
import { type BatchName, createBatches, type PathJson } from "./batches.ts";
import { createStatusLists } from "./status-list.ts";

const MAX_TRIES = 8;
const BITS_TYPE = "application/octet-stream";

/** What a verdict on a seal rests on, status lists, and batches that their owners give. docs/spec/http.md, Seals. */
export function mountSeals(app: App, services: Services): void {
  const { state, seals, problem } = services;
  const batches = createBatches(seals, state);
  const statusList = createStatusLists(state);

  app.get("/v1/codes/:code/seals", async (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const kid = readKid(c.req.query("kid") ?? "");
    if (!kid.ok) return problem(c, kid.error);
    const serial = readSerial(c.req.query("serial") ?? "");
    if (!serial.ok) return problem(c, serial.error);
    return evidence(c, code.value, kid.value, serial.value);
  });

  app.get("/v1/seals/:holder/:kid/status", async (c) => {
    const kid = readKid(c.req.param("kid"));
    if (!kid.ok) return problem(c, kid.error);
    const holder = c.req.param("holder");
    const hash = state.get(unsealKey(holder, kid.value));
    if (hash === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const etag = `"${hex(hash)}"`;
    const headers = { Vary: "Accept" };
    if (bestType(c.req.header("Accept"), ["application/json", BITS_TYPE]) === BITS_TYPE) {
      const bits = statusBits(state, holder, kid.value);
      return answer(c, bits, { type: BITS_TYPE, etag: `"${hex(hash)}-bits"`, headers });
    }
    return answerJson(c, statusList(holder, kid.value, hash), { etag, headers });
  });

  app.put("/v1/seals/:holder/:kid/batches/:first", async (c) => {
    const name = readName(c);
    if (!name.ok) return problem(c, name.error);
    const batch = batches.logged(name.value);
    if (batch === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const leaves = await readLeaves(c, batch);
    if (!leaves.ok) return problem(c, leaves.error);
    const root = await batches.keep(name.value, batch, leaves.value);
    if (root !== undefined) {
      return problem(c, { code: "SEAL_BATCH_ROOT", got: hex(root), want: hex(batch.root) });
    }
    return new Response(null, { status: 204, headers: { "Cache-Control": PRIVATE } });
  });

  /** Under what the policy asks for, where that state holds what this one does; else in the newest. */
  async function proveAsOfNow(keys: readonly string[]): Promise<PublicProof> {
    const isOfNow = ({ proof }: PublicProof) => proof.values.every(isCurrent);
    const cosigned = await provePublic(services, keys);
    if (isOfNow(cosigned)) return cosigned;
    for (let tries = 1; ; tries += 1) {
      const newest = await provePublic(services, keys, true);
      // One that is outrun time and again is still a proof; only what is kept beside it may not fit.
      if (tries === MAX_TRIES || isOfNow(newest)) return newest;
    }
  }

  function isCurrent({ key, value }: StateProof["values"][number]): boolean {
    const now = services.ledger.value(key);
    return value === undefined || now === undefined ? value === now : equalBytes(value, now);
  }

  async function evidence(
    c: AppContext,
    code: Code,
    kid: Uint8Array,
    serial: number,
  ): Promise<Response> {
    const keys = sealEvidenceKeys(state, code, kid);
    const holder = holderIn(keys);
    const path = holder && (await batches.path(holder, kid, serial));
    const batch = holder && path && sealBatchKey(holder, kid, path.first);
    const asked = [codeKey(code), ...keys.slice(1), ...(batch ? [batch] : [])];
    const { proof, note } = await proveAsOfNow(asked);
    const own = proofJson(proof, note);
    // Read before anything else is waited for: bits are kept of now alone, and go with a proof of the same.
    const hash = holder && state.get(unsealKey(holder, kid));
    const list = holder && hash && statusList(holder, kid, hash);
    const above = await chainAbove(services, proof.head.size);
    return answerJson(c, {
      format: SEAL_EVIDENCE_FORMAT,
      proofs: [above === undefined ? own : [...above, own]],
      ...(list && { statuses: [list] }),
      ...(path && { paths: [{ kid: hex(kid), ...path } satisfies PathJson & { kid: string }] }),
    });
  }
}

/** Of the keys of evidence: whose the key is, where anybody has it. */
function holderIn(keys: readonly string[]): string | undefined {
  const key = keys.find((each) => each.startsWith("unseal/"));
  return key?.slice("unseal/".length, key.lastIndexOf("/"));
}

function readKid(text: string): Result<Uint8Array, HttpRefusal> {
  const kid = fromHex(text);
  if (kid?.length === 8) return ok(kid);
  return err({ code: "HTTP_PARAMETER", name: "kid", got: text.slice(0, 64), want: "16 of 0-9a-f" });
}

function readSerial(text: string, name = "serial"): Result<number, HttpRefusal> {
  if (/^(?:0|[1-9]\d{0,6})$/.test(text) && Number(text) < MAX_SERIALS) return ok(Number(text));
  const want = `a number below ${MAX_SERIALS}`;
  return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want });
}

function readName(c: AppContext): Result<BatchName, HttpRefusal> {
  const kid = readKid(c.req.param("kid") ?? "");
  if (!kid.ok) return kid;
  const first = readSerial(c.req.param("first") ?? "", "first");
  if (!first.ok) return first;
  return ok({ holder: c.req.param("holder") ?? "", kid: kid.value, first: first.value });
}

async function readLeaves(
  c: AppContext,
  { count }: SealBatch,
): Promise<Result<Uint8Array, HttpRefusal>> {
  const body = await readBody(c.req.raw, MAX_BATCH_BYTES);
  if (!body.ok || body.value.length === count * HASH_BYTES) return body;
  const got = String(body.value.length);
  return err({ code: "HTTP_PARAMETER", name: "body", got, want: `${count * HASH_BYTES} bytes` });
}
