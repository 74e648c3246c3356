import { hex } from "../../bytes.ts";
import { present } from "../../invariant.ts";
import type { Issuer, Void } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import {
  type Need,
  needMembers,
  needNearest,
  needOfStranger,
  selfAndAncestors,
} from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { referenceTo, referredCode } from "../effective.ts";
import { keyKey, paramKey, registrationKey } from "../map-keys.ts";
import { frozen, hindrance, mayAct, type RuleRefusal } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { Authority, CodeRecord, Registration } from "../values.ts";

export type VoidRefusal =
  | RuleRefusal
  | { readonly code: "STATE_REGISTRATION_UNKNOWN"; readonly registration: string }
  | { readonly code: "STATE_REGISTRATION_VOID"; readonly registration: string }
  | {
      readonly code: "STATE_REGISTRATION_CHANGED";
      readonly registration: string;
      readonly changed: number;
    };

/**
 * As the registration was approved; by `govern` and its threshold once the window is over or records were changed.
 * Whoever approves must reach all that was registered.
 */
export function needForVoid(
  tx: Transaction,
  op: Void,
  iss: Issuer,
  timeMilliseconds: number,
): Need {
  const registration = tx.get(registrationKey(op.registration));
  if (registration === undefined) return needOfStranger(tx, iss, ["issue", "govern"]);
  const { by, under, threshold, changed, kid: madeBy } = registration;
  const use = changed > 0 || isLate(tx, registration, timeMilliseconds) ? "govern" : "issue";
  if (by === "members") return { ...needMembers(tx, use, [under]), madeBy };
  const codes = selfAndAncestors(referredCode(by));
  const enough = (holder: CodeRecord): number =>
    use === "issue" && referenceTo(holder) === by ? threshold : holder.threshold;
  // What was registered may be of any classes below, which its record does not say.
  return { ...needNearest(tx, codes, use, [under], enough), madeBy };
}

function isLate(tx: Transaction, { at }: Registration, timeMilliseconds: number): boolean {
  const { value } = present(tx.get(paramKey("voidWindow")), "the void window");
  return timeMilliseconds > at + value * 1000;
}

export function executeVoid(context: Context, op: Void, act: Act): Result<void, VoidRefusal> {
  const entitled = mayAct(context, act.by);
  if (!entitled.ok) return entitled;
  const key = registrationKey(op.registration);
  const registration = context.tx.get(key);
  const id = hex(op.registration);
  if (registration === undefined) {
    return err({ code: "STATE_REGISTRATION_UNKNOWN", registration: id });
  }
  if (registration.void) return err({ code: "STATE_REGISTRATION_VOID", registration: id });
  const elsewhere = frozen(context, registration.under, true);
  if (elsewhere !== undefined) return err(elsewhere);
  // What somebody above has suspended stays as it is until that is lifted, all that stands below it too.
  const { under: subject } = registration;
  const because = hindrance(context, subject, act.by);
  if (because !== undefined) return err({ code: "STATE_SUSPENDED", subject, because });
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
