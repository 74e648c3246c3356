import {
  type CborValue,
  codeKey,
  err,
  fromHex,
  grantKey,
  hex,
  isCborMap,
  ok,
  openEnvelope,
  parseCode,
  type Result,
  verifySignature,
} from "../../core/index.ts";
import { endForKey } from "../../data/index.ts";
import { readJsonObject } from "../bodies/json.ts";
import { readBody } from "../bodies/read.ts";
import { answerPrivate } from "../http/answer.ts";
import { timeOfMilliseconds, toldSeconds } from "../http/json.ts";
import { formatHolder, heldKey, type Signer } from "../identity/index.ts";
import {
  MAX_BODY_BYTES,
  MAX_TOKEN_SECONDS,
  MIN_TOKEN_SECONDS,
  SIGNED_REQUEST_SECONDS,
} from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";

/** Keeps claims for tokens apart from operations, data entries and seals, whatever key signs them. */
const TOKEN_TYPE = "application/vnd.cityid.token+cbor";

type Claim = {
  readonly signer: Signer;
  readonly seconds: number;
  /** Id of the grant to be bound to; `null` where it is none. */
  readonly grant: Uint8Array | null | undefined;
};

/** `POST /v1/tokens`: for clients that cannot sign each request. */
export function mountTokens(app: App, services: Services): void {
  const { authentication, clock, ledger, state, problem, above } = services;
  const { tokens, ledgerKey } = authentication;

  app.post("/v1/tokens", async (c) => {
    const body = await readBody(c.req.raw, MAX_BODY_BYTES);
    if (!body.ok) return problem(c, body.error);
    const isClaim = c.req.header("Content-Type")?.split(";")[0] === TOKEN_TYPE;
    const claim = isClaim ? readClaim(body.value) : readSigned(c, body.value);
    return claim.ok ? issue(c, claim.value) : problem(c, claim.error);
  });

  async function issue(c: AppContext, { signer, seconds, grant }: Claim): Promise<Response> {
    if (!(seconds >= MIN_TOKEN_SECONDS && seconds <= MAX_TOKEN_SECONDS)) {
      const got = Number.isFinite(seconds) ? seconds : 0;
      const [min, max] = [MIN_TOKEN_SECONDS, MAX_TOKEN_SECONDS];
      return problem(c, { code: "HTTP_TOKEN_SECONDS", got, min, max });
    }
    if (grant === null) {
      return problem(c, { code: "HTTP_FIELD", name: "grant", want: "the id of a grant" });
    }
    const bound = grant && (await boundTo(signer, grant));
    if (bound?.ok === false) return problem(c, bound.error);
    const holder = formatHolder(signer.holder);
    const expires = Math.min(clock() + seconds * 1000, bound?.value ?? Number.POSITIVE_INFINITY);
    const keyid = `${holder}/${signer.kid}`;
    const token = tokens.issue({ keyid, expires, ...(grant && { grant }) }, clock());
    if (token === undefined)
      return problem(c, { code: "HTTP_BUSY", retryAfter: 60, what: "tokens" });
    return answerPrivate({
      token,
      type: "Bearer",
      holder,
      kid: signer.kid,
      ...(grant && { grant: hex(grant) }),
      expires: timeOfMilliseconds(expires),
    });
  }

  /** When the grant ends (Unix milliseconds), if it counts for this key. */
  async function boundTo(signer: Signer, id: Uint8Array): Promise<Result<number, AnyRefusal>> {
    const key = heldKey(signer);
    const isFromAbove = signer.ledger === "above";
    const grant = isFromAbove ? await above?.grantFor(key, id) : state.get(grantKey(id));
    const why =
      grant && !isFromAbove ? endForKey(state, grant, key, Math.floor(clock() / 1000)) : undefined;
    if (grant === undefined || why !== undefined) {
      return err({ code: "GRANT_ENDED", grant: hex(id), why: why ?? "other" });
    }
    return ok(grant.until === undefined ? Number.POSITIVE_INFINITY : (grant.until + 1) * 1000);
  }

  function readSigned(c: AppContext, body: Uint8Array): Result<Claim, AnyRefusal> {
    const signer = authentication.signedByReader(c, body);
    if (!signer.ok) return signer;
    const fields = readJsonObject(body);
    if (!fields.ok) return fields;
    const { seconds, grant } = fields.value;
    return ok({ signer: signer.value, seconds: secondsOf(seconds), grant: grantOf(grant) });
  }

  /** A COSE_Sign1, which a passkey can make too. It is good for a minute, like a signed request. */
  function readClaim(body: Uint8Array): Result<Claim, AnyRefusal> {
    const opened = openEnvelope(body, TOKEN_TYPE);
    if (!opened.ok) return opened;
    const { aud, iatSeconds, alg, sigStructure, sign1, payload } = opened.value;
    const { origin } = ledger.head();
    if (aud !== origin) return err({ code: "OP_AUDIENCE", want: origin, got: aud });
    const fresh = checkFresh(iatSeconds);
    if (!fresh.ok) return fresh;
    const keyid = keyidOf(opened.value);
    const signer = ledgerKey(keyid);
    if (!signer.ok) return signer;
    const signing = { ...signer.value.record, key: signer.value.key };
    if (!verifySignature(signing, alg, sigStructure, sign1).ok) {
      return err({ code: "HTTP_SIGNATURE_WRONG", keyid });
    }
    const once = { nonce: hex(opened.value.id), createdSeconds: iatSeconds };
    const replayed = authentication.spend(keyid, once);
    if (!replayed.ok) return replayed;
    const seconds = secondsOf(fieldOf(payload, "seconds"));
    return ok({ signer: signer.value, seconds, grant: grantOf(fieldOf(payload, "grant")) });
  }

  function checkFresh(iatSeconds: number): Result<void, AnyRefusal> {
    if (Math.abs(clock() / 1000 - iatSeconds) <= SIGNED_REQUEST_SECONDS) return ok(undefined);
    const [created, now] = [toldSeconds(iatSeconds), timeOfMilliseconds(clock())];
    return err({ code: "HTTP_SIGNATURE_CREATED", created, now, seconds: SIGNED_REQUEST_SECONDS });
  }

  /** `iss` names a code without its generation: the present one is meant. */
  function keyidOf({ iss, kid }: { readonly iss: string; readonly kid: Uint8Array }): string {
    const code = parseCode(iss);
    const generation = code.ok ? state.get(codeKey(code.value))?.generation : undefined;
    return `${iss}${generation === undefined ? "" : `#${generation}`}/${hex(kid)}`;
  }
}

function fieldOf(payload: CborValue, name: string): CborValue | undefined {
  return isCborMap(payload) ? payload[name] : undefined;
}

/** In hex, or as bytes. */
function grantOf(value: unknown): Claim["grant"] {
  if (value === undefined) return undefined;
  const bytes = typeof value === "string" ? fromHex(value) : value;
  return bytes instanceof Uint8Array && bytes.length === 32 ? bytes : null;
}

function secondsOf(value: unknown): number {
  return Number.isSafeInteger(value) ? Number(value) : Number.NaN;
}
