import { equalBytes, hex } from "../bytes.ts";
import { keyIdentifier } from "../cose/index.ts";
import { certain, present } from "../invariant.ts";
import { MAX_OPEN_KEYS } from "../op/limits.ts";
import { type KeySpec, type KeyUse, MEMBER } from "../op/operation.ts";
import { err, ok, type Result } from "../result.ts";
import { judgeScope, type Need } from "./authority.ts";
import type { Ground } from "./context.ts";
import { referredCode } from "./effective.ts";
import { keyKey, ringKey } from "./map-keys.ts";
import type { KeyRecord, KeyRing } from "./values.ts";

export type KeyRingRefusal =
  | { readonly code: "STATE_KEY_EXISTS"; readonly holder: string; readonly kid: string }
  | { readonly code: "STATE_KEY_NOT_OPEN"; readonly holder: string; readonly kid: string }
  | { readonly code: "STATE_KEYS_LIMIT"; readonly holder: string; readonly max: number }
  | {
      readonly code: "STATE_THRESHOLD";
      readonly holder: string;
      readonly threshold: number;
      readonly govern: number;
    };

/** The open keys of a record (`code#generation`) or of a member (`member/<ID>`). */
export function openKeys(context: Ground, holder: string): KeyRing["open"] {
  return context.tx.get(ringKey(holder))?.open ?? [];
}

/** The uses that the open keys have between them, sorted. */
export function usesOf(open: KeyRing["open"]): KeyUse[] {
  return [...new Set(open.flatMap(({ uses }) => uses))].sort();
}

/** The open keys of one of these uses whose scope covers what is needed and has not run out. */
export function usableKeys(
  context: Ground,
  holder: string,
  uses: readonly KeyUse[],
  scope: Pick<Need, "subjects" | "madeBy">,
): KeyRing["open"] {
  return openKeys(context, holder).filter(({ kid, uses: has }) => {
    const key = present(context.tx.get(keyKey(holder, kid)), "an open key");
    return has.some((use) => uses.includes(use)) && judgeScope(context, key, hex(kid), scope).ok;
  });
}

/** Opens keys; a kid that was ever known to this holder never returns. */
export function addKeys(
  context: Ground,
  holder: string,
  specs: readonly KeySpec[],
): Result<void, KeyRingRefusal> {
  const open = [...openKeys(context, holder)];
  for (const spec of specs) {
    const kid = keyIdentifier(spec.key);
    const key = keyKey(holder, kid);
    if (context.tx.has(key)) return err({ code: "STATE_KEY_EXISTS", holder, kid: hex(kid) });
    context.tx.put(key, { ...spec, from: context.timeMilliseconds });
    open.push({ kid, uses: spec.uses });
  }
  if (open.length > MAX_OPEN_KEYS) {
    return err({ code: "STATE_KEYS_LIMIT", holder, max: MAX_OPEN_KEYS });
  }
  context.tx.put(ringKey(holder), { open });
  return ok(undefined);
}

/**
 * Closes an open key. It stays under its map key for ever.
 *
 * A key that was closed as `retired` can be closed once more, as `compromised`: what it signed before may only later be
 * known for a thief's, and a recovery retires whatever it replaces.
 */
export function closeKey(
  context: Ground,
  holder: string,
  kid: Uint8Array,
  end: Pick<KeyRecord, "why" | "since">,
): Result<void, KeyRingRefusal> {
  const before = context.tx.get(keyKey(holder, kid));
  if (before?.why === "retired" && end.why === "compromised") {
    context.tx.put(keyKey(holder, kid), { ...before, ...end });
    return ok(undefined);
  }
  const key = openKey(context, holder, kid);
  if (!key.ok) return key;
  context.tx.put(keyKey(holder, kid), {
    ...key.value,
    ...end,
    to: context.timeMilliseconds,
  });
  const open = openKeys(context, holder).filter((each) => !equalBytes(each.kid, kid));
  context.tx.put(ringKey(holder), { open });
  return ok(undefined);
}

/** Closes all open keys, as no longer needed. */
export function closeAllKeys(context: Ground, holder: string): void {
  for (const { kid } of openKeys(context, holder)) {
    certain(closeKey(context, holder, kid, { why: "retired" }), "to close an open key");
  }
}

export function openKey(
  context: Ground,
  holder: string,
  kid: Uint8Array,
): Result<KeyRecord, KeyRingRefusal> {
  const key = context.tx.get(keyKey(holder, kid));
  if (key === undefined || key.to !== undefined) {
    return err({ code: "STATE_KEY_NOT_OPEN", holder, kid: hex(kid) });
  }
  return ok(key);
}

/**
 * Refuses a threshold that the holder's usable govern keys could not reach: nobody could ever change the record again.
 * Who holds no govern key at all is governed by an ancestor, and needs no threshold of its own.
 */
export function reachable(
  context: Ground,
  holder: string,
  threshold: number,
): Result<void, KeyRingRefusal> {
  const isGoverned = governs(openKeys(context, holder)) || governed(context, holder);
  if (!isGoverned && threshold === 1) return ok(undefined);
  const subjects = holder.startsWith(MEMBER) ? [] : [referredCode(holder)];
  const govern = usableKeys(context, holder, ["govern"], { subjects }).length;
  return govern >= threshold
    ? ok(undefined)
    : err({ code: "STATE_THRESHOLD", holder, threshold, govern });
}

function governed(context: Ground, holder: string): boolean {
  return governs(context.tx.before(ringKey(holder))?.open ?? []);
}

function governs(open: KeyRing["open"]): boolean {
  return open.some(({ uses }) => uses.includes("govern"));
}
