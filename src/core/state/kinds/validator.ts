import { equalBytes, hex } from "../../bytes.ts";
import { present } from "../../invariant.ts";
import { MAX_VALIDATORS } from "../../op/limits.ts";
import type { Validator, ValidatorTerms } from "../../op/operation.ts";
import { err, ok, type Result } from "../../result.ts";
import { type Need, needMembers } from "../authority.ts";
import type { Act, Context, Ground } from "../context.ts";
import { VALIDATORS_KEY, validatorKey } from "../map-keys.ts";
import { type RuleRefusal, samePrev, shown } from "../rules.ts";
import type { Transaction } from "../transaction.ts";
import type { ActiveValidator, ValidatorsList, ValidatorValue } from "../values.ts";

export type ValidatorRefusal =
  | RuleRefusal
  | {
      readonly code: "STATE_VALIDATOR_INCOMPLETE";
      readonly validator: string;
      readonly missing: string;
    }
  | { readonly code: "STATE_VALIDATOR_LEFT"; readonly validator: string }
  | { readonly code: "STATE_VALIDATOR_KEY"; readonly key: string; readonly by: string }
  | { readonly code: "STATE_VALIDATORS_LIMIT"; readonly max: number }
  | { readonly code: "STATE_VALIDATORS_NONE" }
  | {
      readonly code: "STATE_VALIDATORS_CHANGE";
      readonly changed: number;
      readonly voters: number;
    };

export function needForValidator(tx: Transaction): Need {
  return needMembers(tx, "govern");
}

/** Takes a validator into the ledger's set, changes what is known of it, or lets it go. */
export function executeValidator(
  context: Context,
  op: Validator,
  act: Act,
): Result<void, ValidatorRefusal> {
  const key = validatorKey(op.id);
  const before = context.tx.get(key);
  if (!samePrev(op.prev, before?.op)) {
    const [want, got] = [shown(before?.op), shown(op.prev)];
    return err({ code: "STATE_PREV", subject: key, want, got });
  }
  if (!("leave" in op)) return putValidator(context, op, before, act.hash);
  const value = present(before, "the validator that `prev` was compared with");
  if (!value.active) return err({ code: "STATE_VALIDATOR_LEFT", validator: op.id });
  context.tx.put(key, { ...value, op: act.hash, power: 0, active: false });
  return replace(context, op.id, undefined);
}

/** Writes a validator and its place in the set. */
export function putValidator(
  context: Ground,
  op: ValidatorTerms,
  before: ValidatorValue | undefined,
  hash: Uint8Array,
): Result<void, ValidatorRefusal> {
  const { id } = op;
  const key = op.key ?? before?.key;
  const peer = op.peer ?? before?.peer;
  if (key === undefined || peer === undefined) {
    const missing = key === undefined ? "key" : "peer";
    return err({ code: "STATE_VALIDATOR_INCOMPLETE", validator: id, missing });
  }
  const { address = before?.address, url = before?.url, cosigner = before?.cosigner } = op;
  // Who comes back votes again only where that is said.
  const power = op.power ?? (before === undefined ? 1 : before.power);
  context.tx.put(validatorKey(id), {
    op: hash,
    key,
    peer,
    ...(address === undefined ? {} : { address }),
    ...(url === undefined ? {} : { url }),
    ...(cosigner === undefined ? {} : { cosigner }),
    power,
    active: true,
  });
  return replace(context, id, { id, key, peer, power });
}

/** Puts a validator in the place of what it was in the set; `undefined` takes it out. */
function replace(
  context: Ground,
  id: string,
  after: ActiveValidator | undefined,
): Result<void, ValidatorRefusal> {
  const list = context.tx.get(VALIDATORS_KEY);
  const active = list?.active ?? [];
  const others = active.filter((each) => each.id !== id);
  if (after !== undefined) {
    if (others.length >= MAX_VALIDATORS) {
      return err({ code: "STATE_VALIDATORS_LIMIT", max: MAX_VALIDATORS });
    }
    // One key that stood for two would be one voter to the engine, and one peer.
    for (const each of others) {
      for (const name of ["key", "peer"] as const) {
        if (!equalBytes(each[name], after[name])) continue;
        return err({ code: "STATE_VALIDATOR_KEY", key: hex(after[name]), by: each.id });
      }
    }
  }
  const next = after === undefined ? others : [...others, after].sort(byId);
  const before = active.find((each) => each.id === id);
  const counted = count(context, list, votesOf(active), isVoteMoved(before, after));
  if (!counted.ok) return counted;
  if (votesOf(active) > 0 && votesOf(next) === 0) return err({ code: "STATE_VALIDATORS_NONE" });
  context.tx.put(VALIDATORS_KEY, { ...counted.value, active: next });
  return ok(undefined);
}

/**
 * Counts a change of who votes. One at a time may always be made; together, the changes of one moment move less than a third
 * of the votes, so that whoever saw the set before can still judge by it.
 */
function count(
  { timeMilliseconds }: Ground,
  list: ValidatorsList | undefined,
  votes: number,
  isMoved: boolean,
): Result<Omit<ValidatorsList, "active">, ValidatorRefusal> {
  const { at, voters, changed } =
    list !== undefined && (list.at === timeMilliseconds || !isMoved)
      ? list
      : { at: timeMilliseconds, voters: votes, changed: 0 };
  if (!isMoved) return ok({ at, voters, changed });
  if (changed > 0 && voters > 0 && 3 * (changed + 1) >= voters) {
    return err({ code: "STATE_VALIDATORS_CHANGE", changed, voters });
  }
  return ok({ at, voters, changed: changed + 1 });
}

function isVoteMoved(
  before: ActiveValidator | undefined,
  after: ActiveValidator | undefined,
): boolean {
  if ((before?.power ?? 0) !== (after?.power ?? 0)) return true;
  return before?.power === 1 && after !== undefined && !equalBytes(before.key, after.key);
}

function votesOf(active: readonly ActiveValidator[]): number {
  return active.filter(({ power }) => power === 1).length;
}

function byId(a: ActiveValidator, b: ActiveValidator): number {
  return a.id < b.id ? -1 : 1;
}

/** One change of the engine's set: this key has this power from now on. */
export type VoteChange = { readonly key: Uint8Array; readonly power: 0 | 1 };

/**
 * What leads from the voters of one list to those of another, as the engine wants it: each key once, none that it does not
 * know taken away, none that it has already added, in one order on every node.
 */
export function voteChanges(
  before: ValidatorsList | undefined,
  after: ValidatorsList | undefined,
): readonly VoteChange[] {
  const [old, fresh] = [voters(before), voters(after)];
  const lost = [...old].filter(([name]) => !fresh.has(name));
  const won = [...fresh].filter(([name]) => !old.has(name));
  const changes = [
    ...lost.map(([name, key]) => ({ name, key, power: 0 as const })),
    ...won.map(([name, key]) => ({ name, key, power: 1 as const })),
  ];
  return changes
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ key, power }) => ({ key, power }));
}

function voters(list: ValidatorsList | undefined): ReadonlyMap<string, Uint8Array> {
  const voting = (list?.active ?? []).filter(({ power }) => power === 1);
  return new Map(voting.map(({ key }) => [hex(key), key]));
}
