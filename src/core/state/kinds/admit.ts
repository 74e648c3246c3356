import { equalBytes, hex } from "../../bytes.ts";
import { keyIdentifier } from "../../cose/index.ts";
import { certain, present } from "../../invariant.ts";
import type { Envelope } from "../../op/envelope.ts";
import { type Application, type ItemRefusal, readApplication } from "../../op/item.ts";
import { APPLICATION_AGE_SECONDS, IAT_FUTURE_SECONDS } from "../../op/limits.ts";
import type { Admit, Apply, KeySpec } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Act, type Context, rehearsal, seconds } from "../context.ts";
import { type CreateRefusal, createRecord } from "../create.ts";
import { effectiveStatus } from "../effective.ts";
import { codeKey, decisionKey, gazetteKey } from "../map-keys.ts";
import { isDivision } from "../rules.ts";
import type { Decision, KeyRecord } from "../values.ts";

export type AdmitRefusal =
  | ItemRefusal
  | CreateRefusal
  | { readonly code: "OP_AUDIENCE"; readonly want: string; readonly got: string }
  | { readonly code: "OP_IAT"; readonly iat: number; readonly from: number; readonly to: number }
  | { readonly code: "ADMIT_ISSUER"; readonly want: string; readonly got: string }
  | { readonly code: "ADMIT_KEY"; readonly kid: string }
  | { readonly code: "ADMIT_GOVERN"; readonly subject: string }
  | { readonly code: "ADMIT_SIGNATURE"; readonly kid: string }
  | { readonly code: "ADMIT_NOT_A_DIVISION"; readonly subject: string }
  | { readonly code: "ADMIT_REPLAYED"; readonly decision: string }
  | { readonly code: "ADMIT_HELD"; readonly subject: string; readonly generation: number }
  | { readonly code: "GAZETTE_UNKNOWN"; readonly subject: string }
  | { readonly code: "GAZETTE_ENDED"; readonly subject: string; readonly to: string };

/** Brings a stranger's application into the ledger; that is no vote. */
export function executeAdmit(context: Context, op: Admit, act: Act): Result<void, AdmitRefusal> {
  const read = readApplication(op.application);
  if (!read.ok) return read;
  const { envelope, body } = read.value;
  const judged = judgeApplication(context, envelope, body);
  if (!judged.ok) return judged;
  const key = decisionKey(envelope.id);
  if (context.tx.has(key)) return err({ code: "ADMIT_REPLAYED", decision: hex(envelope.id) });
  // What could not be issued today need not be voted on.
  const possible = issue(rehearsal(context), body, act);
  if (!possible.ok) return possible;
  context.tx.put(key, {
    op: act.hash,
    kind: "admit",
    code: body.code,
    application: op.application,
    electorate: act.by,
    use: "issue",
    iss: act.iss,
    kid: act.kid,
    opened: context.timeMilliseconds,
    votes: [],
    state: "open",
  });
  return ok(undefined);
}

function judgeApplication(
  context: Context,
  envelope: Envelope,
  body: Apply,
): Result<void, AdmitRefusal> {
  const { aud, iss, iatSeconds: iat } = envelope;
  if (aud !== context.origin) return err({ code: "OP_AUDIENCE", want: context.origin, got: aud });
  const now = seconds(context);
  const [from, to] = [now - APPLICATION_AGE_SECONDS, now + IAT_FUTURE_SECONDS];
  if (iat < from || iat > to) return err({ code: "OP_IAT", iat, from, to });
  if (iss !== body.code) return err({ code: "ADMIT_ISSUER", want: body.code, got: iss });
  if (!body.keys.some(({ uses }) => uses.includes("govern"))) {
    return err({ code: "ADMIT_GOVERN", subject: body.code });
  }
  return judgeSignature(context, envelope, body);
}

/** The applicant signs with one of the keys that it asks for. */
function judgeSignature(
  context: Context,
  envelope: Envelope,
  body: Apply,
): Result<void, AdmitRefusal> {
  const spec = body.keys.find(({ key }) => equalBytes(keyIdentifier(key), envelope.kid));
  const kid = hex(envelope.kid);
  const withPasskey = envelope.sign1.webauthn !== undefined;
  if (spec === undefined || (spec.rpId !== undefined) !== withPasskey) {
    return err({ code: "ADMIT_KEY", kid });
  }
  const key = asKeyRecord(context, spec);
  return context.check(key, envelope, envelope.id)
    ? ok(undefined)
    : err({ code: "ADMIT_SIGNATURE", kid });
}

function asKeyRecord(context: Context, spec: KeySpec): KeyRecord {
  return { ...spec, from: context.timeMilliseconds };
}

/** The gazette must list the division as there now, and nobody may hold its code. */
function judgePlace(context: Context, { code }: Apply): Result<void, AdmitRefusal> {
  if (!isDivision(code)) return err({ code: "ADMIT_NOT_A_DIVISION", subject: code });
  const facts = context.tx.get(gazetteKey(code))?.facts;
  if (facts === undefined) return err({ code: "GAZETTE_UNKNOWN", subject: code });
  const to = facts.at(-1)?.to;
  if (to !== undefined) return err({ code: "GAZETTE_ENDED", subject: code, to });
  const record = context.tx.get(codeKey(code));
  if (record === undefined) return ok(undefined);
  const { status } = effectiveStatus(context.tx, record);
  return status === "retired" || status === "void"
    ? ok(undefined)
    : err({ code: "ADMIT_HELD", subject: code, generation: record.generation });
}

/** Issues the code that was applied for. */
export function executeApplication(
  context: Context,
  decision: Decision,
  act: Act,
): Result<void, AdmitRefusal> {
  return issue(context, applicationOf(decision).body, act);
}

function issue(context: Context, body: Apply, act: Act): Result<void, AdmitRefusal> {
  const free = judgePlace(context, body);
  if (!free.ok) return free;
  const { code, names, keys, threshold, after } = body;
  const creation = { act };
  return createRecord(context, creation, {
    code,
    kind: "division",
    names,
    keys,
    ...(threshold === undefined ? {} : { threshold }),
    ...(after === undefined ? {} : { after }),
  });
}

/** Whether an application is too old to be endorsed. */
export function isStale(context: Context, decision: Decision): boolean {
  const { iatSeconds } = applicationOf(decision).envelope;
  return iatSeconds < seconds(context) - APPLICATION_AGE_SECONDS;
}

function applicationOf({ application }: Decision): Application {
  const bytes = present(application, "the application of a decision");
  return certain(readApplication(bytes), "an application that was admitted");
}
