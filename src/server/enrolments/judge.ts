import {
  type CborKeyedMap,
  type Code,
  codeKey,
  decodeCbor,
  type Envelope,
  effectiveStatus,
  equalBytes,
  err,
  hex,
  isBelow,
  isCborMap,
  judgeScope,
  keyIdentifier,
  keyKey,
  ok,
  openEnvelope,
  parseCode,
  parseCoseKey,
  type Result,
  referenceTo,
  sha256,
  type ValueReader,
  verifySignature,
} from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";

// An office invites: whoever has the invitation may ask that a key of its own be given the use `data`. The key comes into the
// ledger only by an operation of those who govern the office, who see which key asks.

export const INVITATION_TYPE = "application/vnd.cityid.invitation+cbor";
export const ENROLMENT_TYPE = "application/vnd.cityid.enrolment+cbor";

const FUTURE_SECONDS = 600;
const REQUEST_SECONDS = 24 * 3600;
const MAX_LABEL_CHARACTERS = 64;
/** As far as RFC 3339 can write times, and the scope of the key that comes of it can end. */
const MAX_UNTIL_SECONDS = 253_402_300_799;

export type Invitation = {
  readonly office: Code;
  readonly dataset: Code;
  /** A role, never the name of a person. */
  readonly label: string;
  /** Until when it is good, and the key that comes of it; Unix seconds. */
  readonly untilSeconds: number;
};

export type Enrolment = Invitation & { readonly kid: string; readonly key: CborKeyedMap };

type Ground = {
  readonly state: ValueReader;
  /** Origin of the ledger. */
  readonly origin: string;
  readonly nowSeconds: number;
};

/** Whether an invitation is one of those who govern the office, and good now. */
export function judgeInvitation(
  { state, origin, nowSeconds }: Ground,
  bytes: Uint8Array,
): Result<Invitation, AnyRefusal> {
  const envelope = openEnvelope(bytes, INVITATION_TYPE);
  if (!envelope.ok) return envelope;
  const { iss, aud, iatSeconds, payload, kid } = envelope.value;
  const read = readInvitation(iss, payload);
  if (typeof read === "string") return misfit("invitation", read);
  if (aud !== origin) return misfit("aud", origin);
  if (iatSeconds > nowSeconds + FUTURE_SECONDS) return misfit("iat", "not in the future");
  if (read.untilSeconds < nowSeconds) {
    return err({ code: "ENROL_EXPIRED", until: read.untilSeconds });
  }
  const record = state.get(codeKey(read.office));
  if (record === undefined) return err({ code: "STATE_UNKNOWN", subject: read.office });
  if (effectiveStatus(state, record).status !== "active")
    return misfit("iss", "an office in force");
  const name = hex(kid);
  const key = state.get(keyKey(referenceTo(record), kid));
  if (key === undefined) return err({ code: "AUTH_KEY_UNKNOWN", issuer: iss, kid: name });
  if (key.to !== undefined) {
    return err({ code: "AUTH_KEY_CLOSED", kid: name, why: String(key.why) });
  }
  if (!key.uses.includes("govern")) {
    return err({ code: "AUTH_KEY_USE", kid: name, want: "govern" });
  }
  const reaches = judgeScope({ timeMilliseconds: nowSeconds * 1000 }, key, name, {
    subjects: [read.dataset],
  });
  if (!reaches.ok) return reaches;
  return isSigned(key, envelope.value) ? ok(read) : err({ code: "AUTH_SIGNATURE", kid: name });
}

/** @returns the invitation, or what it should be */
function readInvitation(iss: string, payload: Envelope["payload"]): Invitation | string {
  const want = "{dataset, id, label, until}";
  if (!isCborMap(payload) || Object.keys(payload).length !== 4) return want;
  const { dataset, id, label, until } = payload;
  const office = parseCode(iss);
  const code = parseCode(typeof dataset === "string" ? dataset : "");
  if (!office.ok || !code.ok || !isBelow(code.value, office.value)) {
    return "a dataset below the office";
  }
  const isNamed = typeof label === "string" && label.length > 0;
  if (!isNamed || label.length > MAX_LABEL_CHARACTERS) return "a label of at most 64 characters";
  if (!(id instanceof Uint8Array) || id.length !== 16) return "an id of 16 bytes";
  const isMoment = Number.isSafeInteger(until) && Number(until) <= MAX_UNTIL_SECONDS;
  if (typeof until !== "number" || !isMoment) return "until in Unix seconds, before the year 10000";
  return { office: office.value, dataset: code.value, label, untilSeconds: until };
}

/**
 * Whether the request is one of whoever holds the key that it is for, by this invitation.
 *
 * @param receivedSeconds when it came: one that waits does not get too old, though its invitation may
 */
export function judgeEnrolment(
  ground: Ground,
  invitationBytes: Uint8Array,
  requestBytes: Uint8Array,
  receivedSeconds: number = ground.nowSeconds,
): Result<Enrolment, AnyRefusal> {
  const invitation = judgeInvitation(ground, invitationBytes);
  if (!invitation.ok) return invitation;
  const envelope = openEnvelope(requestBytes, ENROLMENT_TYPE);
  if (!envelope.ok) return envelope;
  const { iss, aud, iatSeconds, payload, kid } = envelope.value;
  if (iss !== invitation.value.office) return misfit("request", "the office that invited as iss");
  if (aud !== ground.origin) return misfit("aud", ground.origin);
  if (Math.abs(iatSeconds - receivedSeconds) > REQUEST_SECONDS) return misfit("iat", "of today");
  const { invitation: hash, key: encoded } = isCborMap(payload) ? payload : {};
  if (!(hash instanceof Uint8Array) || !equalBytes(hash, sha256(invitationBytes))) {
    return misfit("request", "the SHA-256 of this invitation");
  }
  const decoded = encoded instanceof Uint8Array ? decodeCbor(encoded) : undefined;
  const key =
    decoded?.ok && decoded.value instanceof Map ? (decoded.value as CborKeyedMap) : undefined;
  if (key === undefined || !parseCoseKey(key).ok) return misfit("key", "a COSE_Key");
  if (!equalBytes(keyIdentifier(key), kid)) return misfit("kid", "that of the key");
  const name = hex(kid);
  if (!isSigned({ key }, envelope.value)) return err({ code: "AUTH_SIGNATURE", kid: name });
  return ok({ ...invitation.value, kid: name, key });
}

function isSigned(
  key: Parameters<typeof verifySignature>[0],
  { alg, sigStructure, sign1 }: Envelope,
): boolean {
  return verifySignature(key, alg, sigStructure, sign1).ok;
}

function misfit(field: string, want: string): Result<never, AnyRefusal> {
  return err({ code: "ENROL_FORM", field, want });
}
