import { hex } from "../../bytes.ts";
import type { Code } from "../../code/index.ts";
import type { Issuer, Void } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers, needRecord } from "../authority.ts";
import type { Context } from "../context.ts";
import { codeKey, keyKey, paramKey, registrationKey } from "../map-keys.ts";
import type { Transaction } from "../transaction.ts";
import type { Authority, Registration } from "../values.ts";

export type VoidRefusal =
  | { readonly code: "STATE_REGISTRATION_UNKNOWN"; readonly registration: string }
  | { readonly code: "STATE_REGISTRATION_VOID"; readonly registration: string }
  | {
      readonly code: "STATE_REGISTRATION_CHANGED";
      readonly registration: string;
      readonly changed: number;
    };

/** As the registration was approved; by `govern` and its threshold once the window is over or records were changed. */
export function needForVoid(
  tx: Transaction,
  op: Void,
  iss: Issuer,
  timeMilliseconds: number,
): Need {
  const registration = tx.get(registrationKey(op.registration));
  if (registration === undefined) return needOfIssuer(tx, iss);
  if (registration.by === "members") return needMembers(tx, "issue");
  const record = tx.get(codeKey(codeOf(registration.by)));
  if (record === undefined) return needMembers(tx, "issue");
  const late = isLate(tx, registration, timeMilliseconds) || registration.changed > 0;
  return late
    ? needRecord(record, ["govern"], [], record.threshold)
    : needRecord(record, ["issue"], [], registration.threshold);
}

/** Of an unknown registration nobody can say whose it is; whoever signs proves to be known, and then is told. */
function needOfIssuer(tx: Transaction, iss: Issuer): Need {
  const record = tx.get(codeKey(iss as Code));
  return record === undefined
    ? needMembers(tx, "issue")
    : needRecord(record, ["issue", "govern"], [], 1);
}

function isLate(tx: Transaction, { at }: Registration, timeMilliseconds: number): boolean {
  const window = tx.get(paramKey("voidWindow"))?.value as number;
  return timeMilliseconds > at + window * 1000;
}

export function executeVoid(context: Context, op: Void): Result<void, VoidRefusal> {
  const key = registrationKey(op.registration);
  const registration = context.tx.get(key);
  const id = hex(op.registration);
  if (registration === undefined) {
    return err({ code: "STATE_REGISTRATION_UNKNOWN", registration: id });
  }
  if (registration.void) return err({ code: "STATE_REGISTRATION_VOID", registration: id });
  const { changed } = registration;
  if (changed > 0 && !signerCompromised(context, registration)) {
    return err({ code: "STATE_REGISTRATION_CHANGED", registration: id, changed });
  }
  context.tx.put(key, { ...registration, void: true });
  return ok(undefined);
}

/** Whether the key that signed the registration has since been closed as compromised. */
export function signerCompromised(
  context: Context,
  { by, iss, kid }: { readonly by: Authority; readonly iss: Issuer; readonly kid: Uint8Array },
): boolean {
  const holder = by === "members" ? iss : by;
  return context.tx.get(keyKey(holder, kid))?.why === "compromised";
}

function codeOf(reference: string): Code {
  return reference.slice(0, reference.indexOf("#")) as Code;
}
