import {
  applyGenesis,
  encodeGenesis,
  type FoundingValidator,
  type Genesis,
  hashLeaf,
  isoDate,
  RULE_VERSION,
} from "../../core/index.ts";
import { CliProblem } from "../problem.ts";
import { keysOf, type MemberFile } from "./member-file.ts";

/** What members agree on beside who they are. */
export type GenesisTerms = {
  /** How many must agree to issue; more than half unless said. */
  readonly issueVotes?: number;
  /** How many must agree to change the consortium; more than half unless said. */
  readonly governVotes?: number;
  readonly recoveryDelaySeconds: number;
  readonly voidWindowSeconds: number;
  /** Those that order the ledger from its first block, where no node does so alone. */
  readonly validators?: readonly FoundingValidator[];
  /** Whose cosignatures are asked for, of a log with this vkey; nobody's unless said. */
  readonly policy?: (vkey: string) => string;
};

/** Entry 0 of a ledger, and the fingerprint that all members compare before any of them starts. */
export type ComposedGenesis = {
  readonly genesis: Genesis;
  readonly entry: Uint8Array;
  /** Leaf hash of the entry. */
  readonly fingerprint: Uint8Array;
};

/**
 * Makes the genesis of the members' descriptions. The same descriptions give the same bytes on every machine, in whatever
 * order they are named: that is why the fingerprints can be compared.
 */
export function composeGenesis(
  members: readonly MemberFile[],
  terms: GenesisTerms,
): ComposedGenesis {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const vkey = theOneLog(sorted);
  const time = Math.max(...sorted.map(({ made }) => made));
  const validFrom = isoDate(time);
  const majority = Math.floor(sorted.length / 2) + 1;
  const state = (zh: string, en: string) => ({
    zh: { value: zh, validFrom },
    en: { value: en, validFrom },
  });
  const genesis: Genesis = {
    app: RULE_VERSION,
    origin: vkey.slice(0, vkey.indexOf("+")),
    time,
    names: state("统一标识", "Unified identifiers"),
    countries: [{ country: "156", names: state("中国", "China") }],
    members: sorted.map((member) => ({
      id: member.id,
      names: member.names,
      ...(member.node === undefined ? {} : { node: member.node }),
      recipient: member.recipient,
      keys: keysOf(member),
    })),
    thresholds: {
      issue: terms.issueVotes ?? majority,
      govern: terms.governVotes ?? majority,
    },
    recoveryDelay: terms.recoveryDelaySeconds,
    voidWindow: terms.voidWindowSeconds,
    ...(terms.validators === undefined ? {} : { validators: terms.validators }),
    policy: terms.policy?.(vkey) ?? `log ${vkey}\nquorum none\n`,
  };
  return judged(genesis);
}

/** A ledger has one log key; the member whose node writes the log brings it. */
function theOneLog(members: readonly MemberFile[]): string {
  const [vkey, another] = members.flatMap((member) => member.vkey ?? []);
  if (vkey !== undefined && another === undefined) return vkey;
  throw new CliProblem("INIT_LOG", { count: vkey === undefined ? 0 : 2 });
}

function judged(genesis: Genesis): ComposedGenesis {
  const entry = encodeGenesis(genesis);
  const applied = applyGenesis(genesis, entry);
  if (applied.ok) return { genesis, entry, fingerprint: hashLeaf(entry) };
  const { code: cause, ...facts } = applied.error;
  throw new CliProblem("INIT_GENESIS", { cause, facts: JSON.stringify(facts) });
}
