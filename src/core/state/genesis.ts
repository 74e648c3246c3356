import { utf8 } from "../bytes.ts";
import { type CborMap, type CborValue, encodeCbor } from "../cbor/index.ts";
import type { Code } from "../code/index.ts";
import { Frontier } from "../merkle/frontier.ts";
import { EMPTY_ROOT, type Hash, hashLeaf } from "../merkle/hash.ts";
import type { MemberTerms, RecordKind } from "../op/operation.ts";
import { fitShape, type ShapeRefusal } from "../op/shape.ts";
import { genesisFields } from "../op/shapes.ts";
import type { Names } from "../op/statement.ts";
import { err, ok, type Result } from "../result.ts";
import type { Ground } from "./context.ts";
import { settleChildren } from "./create.ts";
import { type MemberRefusal, putMember } from "./kinds/member.ts";
import { enoughMembers, readablePolicies } from "./kinds/param.ts";
import { codeKey, frontierKey, paramKey, ROOT } from "./map-keys.ts";
import { notInFuture, type RuleRefusal } from "./rules.ts";
import { type Change, Transaction } from "./transaction.ts";
import type { CodeRecord } from "./values.ts";

/** What all members agreed upon before the first block: `["genesis", {…}]`, entry 0 of the log. */
export type Genesis = {
  /** Rule version. */
  readonly app: number;
  readonly origin: string;
  /** When it was agreed, Unix milliseconds; the time of block 0. */
  readonly time: number;
  /** What `MA` is called. */
  readonly names: Names;
  readonly countries: readonly {
    /** ISO 3166-1 numeric. */
    readonly country: string;
    readonly names: Names;
  }[];
  readonly members: readonly FoundingMember[];
  /** How many members must agree. */
  readonly thresholds: { readonly issue: number; readonly govern: number };
  readonly recoveryDelay: number;
  readonly voidWindow: number;
  /** tlog-policy text. */
  readonly policy: string;
};

/** A member that the ledger begins with: it brings names and keys. */
export type FoundingMember = MemberTerms & Required<Pick<MemberTerms, "names" | "keys">>;

export type GenesisRefusal = ShapeRefusal | MemberRefusal | RuleRefusal;

/** The version of the rules in this package. */
export const RULE_VERSION = 1;

export function encodeGenesis(genesis: Genesis): Uint8Array {
  return encodeCbor(["genesis", genesis as unknown as CborValue]);
}

export function decodeGenesis(value: CborValue): Result<Genesis, ShapeRefusal> {
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
  for (const member of genesis.members) {
    const put = putMember(context, member, undefined, hash);
    if (!put.ok) return put;
    tx.keep(0);
  }
  const readable = readablePolicies({ now: genesis.policy });
  if (!readable.ok) return readable;
  const timely = notInFuture(context, genesis, ...genesis.countries);
  if (!timely.ok) return timely;
  putParams(tx, genesis, hash);
  const enough = enoughMembers(context);
  if (!enough.ok) return enough;
  putRoots(tx, genesis, hash);
  tx.keep(0);
  settleChildren(tx);
  tx.keep(0);
  return ok(tx.changes());
}

function putParams(tx: Transaction, genesis: Genesis, op: Hash): void {
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
