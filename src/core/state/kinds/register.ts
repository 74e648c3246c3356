import { hex } from "../../bytes.ts";
import { ancestorsOf } from "../../code/index.ts";
import type { Register } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needNearest } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { type CreateRefusal, createRecord } from "../create.ts";
import { registrationKey } from "../map-keys.ts";
import type { Transaction } from "../transaction.ts";

export type RegisterRefusal =
  | CreateRefusal
  | { readonly code: "STATE_REPLAYED"; readonly registration: string }
  | {
      readonly code: "STATE_MIXED_ISSUERS";
      readonly subject: string;
      readonly want: string;
      readonly got: string;
    };

export function needForRegister(tx: Transaction, { items }: Register): Need {
  const governs = items.some(({ keys }) => keys?.some(({ uses }) => uses.includes("govern")));
  const [first] = items as [Register["items"][number]];
  const subjects = items.map(({ code }) => code);
  return needNearest(tx, ancestorsOf(first.code), "issue", subjects, (holder) =>
    governs ? holder.threshold : 1,
  );
}

/** Creates all the children, or none. */
export function executeRegister(
  context: Context,
  { items }: Register,
  act: Act,
): Result<void, RegisterRefusal> {
  const opened = openRegistration(context, act);
  if (!opened.ok) return opened;
  for (const item of items) {
    const { electorate } = needNearest(context.tx, ancestorsOf(item.code), "issue", []);
    if (electorate !== act.by) {
      return err({
        code: "STATE_MIXED_ISSUERS",
        subject: item.code,
        want: electorate,
        got: act.by,
      });
    }
    const created = createRecord(context, act, { ...item, registration: act.id });
    if (!created.ok) return created;
  }
  return ok(undefined);
}

/** Opens what a `void` can take back; once for each id, so that a voided registration cannot be replayed. */
export function openRegistration(context: Context, act: Act): Result<void, RegisterRefusal> {
  const key = registrationKey(act.id);
  if (context.tx.has(key)) return err({ code: "STATE_REPLAYED", registration: hex(act.id) });
  const { hash: op, by, iss, kid, threshold } = act;
  const at = context.timeMilliseconds;
  context.tx.put(key, { op, by, iss, kid, threshold, at, changed: 0, void: false });
  return ok(undefined);
}
