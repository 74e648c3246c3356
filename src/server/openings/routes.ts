import { createHash } from "node:crypto";
import {
  type CborValue,
  type Code,
  type CodeRecord,
  codeKey,
  decodeCbor,
  equalBytes,
  err,
  fromHex,
  hex,
  ok,
  parseCode,
  type Result,
  type Statement,
} from "../../core/index.ts";
import { readBody } from "../bodies/read.ts";
import { bestType } from "../http/accept.ts";
import { answerPrivate, asBody, PRIVATE } from "../http/answer.ts";
import { toJson } from "../http/json.ts";
import { mustBe, speaksFor } from "../identity/index.ts";
import { MAX_OPENING_BYTES } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";

/** `[salt, code, field, value]`: what a commitment was made of. */
type Opening = {
  readonly salt: Uint8Array;
  readonly code: Code;
  readonly field: string;
  readonly value: CborValue;
};

const SALT_BYTES = 16;
const CBOR = "application/cbor";

/** `/v1/openings/<hash>`: bodies of commitments, beside the log, for the holder of the record alone. docs/spec/http.md §8. */
export function mountOpenings(app: App, services: Services): void {
  const { openings, authentication, state, problem } = services;

  app.put("/v1/openings/:hash", async (c) => {
    const body = await readBody(c.req.raw, MAX_OPENING_BYTES);
    if (!body.ok) return problem(c, body.error);
    const hash = c.req.param("hash");
    const opening = readOpening(body.value, hash);
    if (!opening.ok) return problem(c, opening.error);
    const allowed = holderAsks(c, body.value, opening.value.code);
    if (!allowed.ok) return problem(c, allowed.error);
    if (!isStated(opening.value, hash)) {
      const { code: asked, field } = opening.value;
      return problem(c, { code: "OPENING_NOT_STATED", asked, field });
    }
    await openings.put(hash, body.value);
    return nothing();
  });

  app.get("/v1/openings/:hash", async (c) => {
    const found = await find(c);
    if (!found.ok) return problem(c, found.error);
    const { bytes, opening } = found.value;
    if (bestType(c.req.header("Accept"), [CBOR, "application/json"]) === "application/json") {
      return answerPrivate({ hash: c.req.param("hash"), ...(toJson(opening) as object) });
    }
    return new Response(asBody(bytes), {
      headers: { "Content-Type": CBOR, "Cache-Control": PRIVATE },
    });
  });

  app.delete("/v1/openings/:hash", async (c) => {
    const found = await find(c);
    if (!found.ok) return problem(c, found.error);
    await openings.delete(c.req.param("hash"));
    return nothing();
  });

  /** Whether an opening is here is told to the holder alone: others could confirm a guess. */
  async function find(
    c: AppContext,
  ): Promise<Result<{ readonly bytes: Uint8Array; readonly opening: Opening }, AnyRefusal>> {
    const hash = c.req.param("hash") ?? "";
    const signer = authentication.signer(c, new Uint8Array(0));
    if (!signer.ok) return signer;
    const bytes = isHash(hash) ? await openings.get(hash) : undefined;
    const opening = bytes && readOpening(bytes, hash);
    const isHolder = opening?.ok === true && speaksFor(state, signer.value, opening.value.code);
    if (bytes === undefined || !opening?.ok || !isHolder)
      return err({ code: "OPENING_UNKNOWN", hash });
    return ok({ bytes, opening: opening.value });
  }

  function holderAsks(c: AppContext, body: Uint8Array, code: Code): Result<unknown, AnyRefusal> {
    const signer = authentication.signer(c, body);
    if (!signer.ok) return signer;
    return mustBe(signer.value, speaksFor(state, signer.value, code), `the holder of ${code}`);
  }

  function isStated({ code, field }: Opening, hash: string): boolean {
    const record = state.get(codeKey(code));
    const statement = record && statementOf(record, field);
    return statement !== undefined && "commit" in statement && hex(statement.commit) === hash;
  }
}

function nothing(): Response {
  return new Response(null, { status: 204, headers: { "Cache-Control": PRIVATE } });
}

function isHash(text: string): boolean {
  return fromHex(text)?.length === 32;
}

function readOpening(bytes: Uint8Array, hash: string): Result<Opening, AnyRefusal> {
  const got = createHash("sha256").update(bytes).digest();
  if (!equalBytes(got, fromHex(hash) ?? new Uint8Array())) {
    return err({ code: "OPENING_HASH", got: hex(got), want: hash.slice(0, 64) });
  }
  const decoded = decodeCbor(bytes);
  const parts = decoded.ok && Array.isArray(decoded.value) ? decoded.value : [];
  const [salt, codeText, field, value] = parts as readonly CborValue[];
  const code = typeof codeText === "string" ? parseCode(codeText) : undefined;
  const isShaped = parts.length === 4 && salt instanceof Uint8Array && salt.length === SALT_BYTES;
  if (!isShaped || !code?.ok || typeof field !== "string" || value === undefined) {
    return err({ code: "OPENING_SHAPE", want: "[salt (16 bytes), code, field, value]" });
  }
  return ok({ salt, code: code.value, field, value });
}

/** `names/<lang>`, `geometry`, `attributes/<name>`. */
function statementOf(record: CodeRecord, field: string): Statement<unknown> | undefined {
  const [group, name = ""] = field.split("/", 2);
  if (field === "geometry") return record.geometry;
  const fields = group === "names" ? record.names : group === "attributes" ? record.attributes : {};
  return Object.hasOwn(fields, name)
    ? (fields as Record<string, Statement<unknown>>)[name]
    : undefined;
}
