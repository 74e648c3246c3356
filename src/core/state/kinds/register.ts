import { hex } from "../../bytes.ts";
import { ancestorsOf, type Code } from "../../code/index.ts";
import { present } from "../../invariant.ts";
import type { Register, RegisterItem } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type AuthorityRefusal, type Need, needNearest } from "../authority.ts";
import type { Act, Context } from "../context.ts";
import { type CreateRefusal, createRecord } from "../create.ts";
import { codeKey, ROOT, registrationKey } from "../map-keys.ts";
import type { Transaction } from "../transaction.ts";

export type RegisterRefusal =
  | CreateRefusal
  | Extract<AuthorityRefusal, { code: "AUTH_KEY_USE" }>
  | { readonly code: "STATE_REPLAYED"; readonly registration: string }
  | {
      readonly code: "STATE_MIXED_ISSUERS";
      readonly subject: string;
      readonly want: string;
      readonly got: string;
    };

/** To give somebody the use `govern` takes keys that govern, as many as the threshold asks. */
export function needForRegister(tx: Transaction, { items }: Register): Need {
  const subjects = items.map(({ code }) => code);
  const [first] = subjects;
  const need = needNearest(tx, ancestorsOf(present(first, "an item")), "issue", subjects);
  if (need.electorate === "members" || !items.some(givesGovern)) return need;
  const { threshold } = present(tx.get(codeKey(need.issuer as Code)), need.issuer);
  return { ...need, uses: ["govern"], threshold };
}

function givesGovern({ keys = [] }: RegisterItem): boolean {
  return keys.some(({ uses }) => uses.includes("govern"));
}

/** Creates all the children, or none. */
export function executeRegister(
  context: Context,
  { items }: Register,
  act: Act,
): Result<void, RegisterRefusal> {
  if (act.by !== "members" && !act.signer.uses.includes("issue")) {
    return err({ code: "AUTH_KEY_USE", kid: hex(act.kid), want: "issue" });
  }
  const opened = openRegistration(context, act, commonAncestor(items));
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
    const created = createRecord(context, { act, registration: act.id }, item);
    if (!created.ok) return created;
  }
  return ok(undefined);
}

function commonAncestor(items: readonly RegisterItem[]): Code {
  const [first, ...rest] = items.map(({ code }) => ancestorsOf(code));
  const common = first?.find((each) => rest.every((ancestors) => ancestors.includes(each)));
  return common ?? ROOT;
}

/** Opens what a `void` can take back; once for each id, so that a voided registration cannot be replayed. */
export function openRegistration(
  context: Context,
  act: Act,
  under: Code,
): Result<void, RegisterRefusal> {
  const key = registrationKey(act.id);
  if (context.tx.has(key)) return err({ code: "STATE_REPLAYED", registration: hex(act.id) });
  const { hash: op, by, iss, kid, threshold } = act;
  const at = context.timeMilliseconds;
  context.tx.put(key, { op, by, iss, kid, threshold, under, at, changed: 0, void: false });
  return ok(undefined);
}
