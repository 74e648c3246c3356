import { utf8 } from "../bytes.ts";
import { type CborMap, type CborValue, encodeCbor } from "../cbor/index.ts";
import type { Code } from "../code/index.ts";
import { Frontier } from "../merkle/frontier.ts";
import { EMPTY_ROOT, type Hash, hashLeaf } from "../merkle/hash.ts";
import { parsePolicy } from "../note/index.ts";
import type { MemberTerms, RecordKind, ValidatorTerms } from "../op/operation.ts";
import { fitShape, type ShapeRefusal } from "../op/shape.ts";
import { genesisFields } from "../op/shapes.ts";
import type { Names } from "../op/statement.ts";
import { err, ok, type Result } from "../result.ts";
import type { Ground } from "./context.ts";
import { settleChildren } from "./create.ts";
import { type MemberRefusal, putMember } from "./kinds/member.ts";
import { enoughMembers, enoughVoters } from "./kinds/param.ts";
import { putValidator, type ValidatorRefusal } from "./kinds/validator.ts";
import { codeKey, frontierKey, paramKey, ROOT } from "./map-keys.ts";
import { notInFuture, type RuleRefusal } from "./rules.ts";
import { type Change, Transaction } from "./transaction.ts";
import type { CodeRecord } from "./values.ts";

/** What every ledger begins with. */
export type Beginning = {
  /** Rule version. */
  readonly app: number;
  readonly origin: string;
  /** When it was agreed, Unix milliseconds; the time of block 0. */
  readonly time: number;
  readonly members: readonly FoundingMember[];
  /** How many members must agree. */
  readonly thresholds: { readonly issue: number; readonly govern: number };
  readonly recoveryDelay: number;
  readonly voidWindow: number;
  /** tlog-policy text. */
  readonly policy: string;
  /** Who orders its blocks; absent, one node does. */
  readonly validators?: readonly FoundingValidator[];
};

/** What all members agreed upon before the first block: `["genesis", {…}]`, entry 0 of the log. */
export type Genesis = Beginning & {
  /** What `MA` is called. */
  readonly names: Names;
  readonly countries: readonly {
    /** ISO 3166-1 numeric. */
    readonly country: string;
    readonly names: Names;
  }[];
};

/** Entry 0 of a ledger that a subtree was delegated to: what it goes on from, instead of names of its own. */
export type ChildGenesis = Beginning & {
  readonly parent: {
    /** Name of the parent ledger's log. */
    readonly origin: string;
    /** The code whose subtree it is. */
    readonly code: Code;
    /** The parent's signed checkpoint that the import was made from. */
    readonly checkpoint: string;
    /** Root of the parent's map at that checkpoint. */
    readonly mapRoot: Uint8Array;
  };
  /** The import entries that follow: how many, and the RFC 9162 root over their leaf hashes. */
  readonly imports: { readonly count: number; readonly root: Uint8Array };
};

/** A member that the ledger begins with: it brings names and keys. */
export type FoundingMember = MemberTerms & Required<Pick<MemberTerms, "names" | "keys">>;

/** A validator that the ledger begins with. */
export type FoundingValidator = ValidatorTerms & Required<Pick<ValidatorTerms, "key" | "peer">>;

export type GenesisRefusal = ShapeRefusal | MemberRefusal | ValidatorRefusal | RuleRefusal;

export function encodeGenesis(genesis: Genesis | ChildGenesis): Uint8Array {
  return encodeCbor(["genesis", genesis as unknown as CborValue]);
}

export function decodeGenesis(value: CborValue): Result<Genesis | ChildGenesis, ShapeRefusal> {
  if (!Array.isArray(value) || value.length !== 2 || value[0] !== "genesis") {
    return err({ code: "OP_FIELD_TYPE", path: "", want: '["genesis", {…}]' });
  }
  return fitShape(genesisFields, value[1] as CborMap);
}

/** Makes the state that a ledger begins with. */
export function applyGenesis(
  genesis: Genesis,
  entry: Uint8Array,
): Result<readonly Change[], GenesisRefusal> {
  const hash = hashLeaf(entry);
  const tx = new Transaction({ get: () => undefined });
  const context: Ground = { tx, timeMilliseconds: genesis.time };
  const begun = begin(context, genesis, hash);
  if (!begun.ok) return begun;
  const timely = notInFuture(context, genesis, ...genesis.countries);
  if (!timely.ok) return timely;
  putRoots(tx, genesis, hash);
  tx.keep(0);
  settleChildren(tx);
  tx.keep(0);
  return ok(tx.changes());
}

/** Members and parameters. */
export function begin(
  context: Ground,
  beginning: Beginning,
  hash: Hash,
): Result<void, GenesisRefusal> {
  for (const member of beginning.members) {
    const put = putMember(context, member, undefined, hash);
    if (!put.ok) return put;
    context.tx.keep(0);
  }
  const readable = parsePolicy(beginning.policy);
  if (!readable.ok) return readable;
  putParams(context.tx, beginning, hash);
  const ordered = orderByValidators(context, beginning, hash);
  if (!ordered.ok) return ordered;
  const enough = enoughMembers(context);
  if (enough.ok) context.tx.keep(0);
  return enough;
}

function orderByValidators(
  context: Ground,
  { validators }: Beginning,
  op: Hash,
): Result<void, GenesisRefusal> {
  if (validators === undefined) return ok(undefined);
  for (const validator of validators) {
    const put = putValidator(context, validator, undefined, op);
    if (!put.ok) return put;
  }
  context.tx.put(paramKey("order"), { op, value: "validators" });
  return enoughVoters(context);
}

function putParams(tx: Transaction, genesis: Beginning, op: Hash): void {
  const { thresholds, recoveryDelay, voidWindow, policy } = genesis;
  tx.put(paramKey("thresholds"), { op, value: thresholds });
  tx.put(paramKey("recoveryDelay"), { op, value: recoveryDelay });
  tx.put(paramKey("voidWindow"), { op, value: voidWindow });
  tx.put(paramKey("policy"), { op, value: { now: policy } });
}

/** The records above all cities. They hold no keys: the members decide for them. */
function putRoots(tx: Transaction, { names, countries }: Genesis, hash: Hash): void {
  const frontier = Frontier.empty();
  tx.put(codeKey(ROOT), bareRecord(ROOT, "root", names, hash));
  for (const { country, names: ofCountry } of countries) {
    const code = `${ROOT}.${country}` as Code;
    const record = bareRecord(code, "country", ofCountry, hash);
    tx.put(codeKey(code), { ...record, parent: `${ROOT}#1` });
    frontier.append(hashLeaf(utf8(code)));
  }
  tx.put(frontierKey(ROOT), { count: frontier.size, nodes: frontier.hashes() });
}

function bareRecord(code: Code, kind: RecordKind, names: Names, hash: Hash): CodeRecord {
  return {
    code,
    generation: 1,
    born: hash,
    op: hash,
    control: hash,
    kind,
    status: "active",
    suspendedBy: [],
    names,
    threshold: 1,
    holds: [],
    aliases: [],
    links: [],
    attributes: {},
    predecessors: [],
    successors: [],
    children: { count: 0, root: EMPTY_ROOT },
  };
}
