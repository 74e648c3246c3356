import {
  APPLICATION_AGE_SECONDS,
  type Apply,
  equalBytes,
  err,
  hex,
  IAT_FUTURE_SECONDS,
  type KeySpec,
  keyIdentifier,
  ok,
  type Result,
  readApplication,
  verifySignature,
} from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";

/** An application whose own signature is right. Whether the code may be issued is for the members. */
export type SoundApplication = {
  /** SHA-256 of its Sig_structure: under this id the ledger decides about it later. */
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly apply: Apply;
};

/**
 * Reads a stranger's application.
 *
 * @returns the refusals of `readApplication`, then `OP_AUDIENCE`, `OP_IAT`, `ADMIT_KEY`, `INBOX_SIGNATURE`
 */
export function judgeApplication(
  bytes: Uint8Array,
  origin: string,
  nowMilliseconds: number,
): Result<SoundApplication, AnyRefusal> {
  const read = readApplication(bytes);
  if (!read.ok) return read;
  const { envelope, body } = read.value;
  const { aud, iatSeconds: iat, alg, kid, sigStructure, sign1 } = envelope;
  if (aud !== origin) return err({ code: "OP_AUDIENCE", want: origin, got: aud });
  const now = Math.floor(nowMilliseconds / 1000);
  const [from, to] = [now - APPLICATION_AGE_SECONDS, now + IAT_FUTURE_SECONDS];
  if (iat < from || iat > to) return err({ code: "OP_IAT", iat, from, to });
  const key = applicantKey(body, kid);
  if (key === undefined) return err({ code: "ADMIT_KEY", kid: hex(kid) });
  const signed = verifySignature(key, alg, sigStructure, sign1);
  if (!signed.ok) return err({ code: "INBOX_SIGNATURE", kid: hex(kid) });
  return ok({ id: hex(envelope.id), bytes, apply: body });
}

/** The key of an application with this kid. */
export function applicantKey(apply: Apply, kid: Uint8Array): KeySpec | undefined {
  return apply.keys.find(({ key }) => equalBytes(keyIdentifier(key), kid));
}
