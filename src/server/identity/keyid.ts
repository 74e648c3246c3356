import {
  type Code,
  codeKey,
  effectiveStatus,
  err,
  fromHex,
  type KeyRecord,
  keyKey,
  memberKey,
  ok,
  parseCode,
  type Result,
  type ValueReader,
} from "../../core/index.ts";
import type { SignedRequestRefusal } from "../problem/refusal.ts";
import type { FoundKey } from "../signed-request/index.ts";

/** Whose key signed a request. */
export type Holder =
  | { readonly kind: "code"; readonly code: Code; readonly generation: number }
  | { readonly kind: "member"; readonly id: string }
  /** An applicant whom no ledger knows yet. */
  | { readonly kind: "applicant"; readonly application: string };

export type Signer = FoundKey & {
  readonly holder: Holder;
  readonly kid: string;
  readonly record: Pick<KeyRecord, "uses" | "scope" | "rpId">;
  /** That the ledger above shows the key, and this one does not. */
  readonly ledger?: "above";
};

/** How a holder is written in a keyid and in answers: `MA.156.1301#1`, `member/A`, `application/<id>`. */
export function formatHolder(holder: Holder): string {
  switch (holder.kind) {
    case "code":
      return `${holder.code}#${holder.generation}`;
    case "member":
      return `member/${holder.id}`;
    case "applicant":
      return `application/${holder.application}`;
  }
}

/** Reads `<holder>/<kid>`; the code of a holder may have slashes of its own. */
export function parseKeyid(keyid: string): { holder: Holder; kid: Uint8Array } | undefined {
  const slash = keyid.lastIndexOf("/");
  const kid = fromHex(keyid.slice(slash + 1));
  const holder = slash < 0 ? undefined : parseHolder(keyid.slice(0, slash));
  return holder === undefined || kid?.length !== 8 ? undefined : { holder, kid };
}

function parseHolder(text: string): Holder | undefined {
  const [, kind, id] = /^(member|application)\/([^/#]{1,128})$/.exec(text) ?? [];
  if (kind === "member" && id !== undefined) return { kind: "member", id };
  if (kind === "application" && id !== undefined) return { kind: "applicant", application: id };
  const [, codeText = "", generation] = /^([^#]+)#([1-9]\d{0,8})$/.exec(text) ?? [];
  const code = parseCode(codeText);
  if (!code.ok || generation === undefined) return undefined;
  return { kind: "code", code: code.value, generation: Number(generation) };
}

/** Why a key is refused that the ledger does not have. */
export const UNKNOWN_KEY = "unknown";

/**
 * Finds a key that may sign requests: one that this ledger shows, open, whose holder is in force.
 *
 * @returns `HTTP_SIGNATURE_KEY` with the reason
 */
export function findLedgerKey(
  state: ValueReader,
  keyid: string,
  nowMilliseconds: number,
): Result<Signer, SignedRequestRefusal> {
  const refuse = (why: string) => err({ code: "HTTP_SIGNATURE_KEY", keyid, why } as const);
  const parsed = parseKeyid(keyid);
  if (parsed === undefined || parsed.holder.kind === "applicant")
    return refuse("not a key of the ledger");
  const { holder, kid } = parsed;
  const record = state.get(keyKey(formatHolder(holder), kid));
  if (record === undefined) return refuse(UNKNOWN_KEY);
  if (record.to !== undefined) return refuse("closed");
  const until = record.scope?.until;
  // That second included, as operations count it.
  const nowSeconds = Math.floor(nowMilliseconds / 1000);
  if (until !== undefined && nowSeconds > until) return refuse("expired");
  if (!isInForce(state, holder)) return refuse("its holder is not in force");
  return ok({ ...foundKey(record.key), holder, kid: keyid.slice(-16), record });
}

/** A key with its algorithm's name in RFC 9421. */
export function foundKey(key: KeyRecord["key"]): FoundKey {
  const KTY = 1;
  const OKP = 1;
  return { key, algorithm: key.get(KTY) === OKP ? "ed25519" : "ecdsa-p256-sha256" };
}

function isInForce(state: ValueReader, holder: Holder): boolean {
  if (holder.kind === "member") return state.get(memberKey(holder.id))?.active === true;
  if (holder.kind === "applicant") return true;
  const record = state.get(codeKey(holder.code));
  return (
    record?.generation === holder.generation && effectiveStatus(state, record).status === "active"
  );
}
