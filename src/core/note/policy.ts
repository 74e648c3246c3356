import { hex } from "../bytes.ts";
import { err, ok, type Result } from "../result.ts";
import { parseDecimal } from "./decimal.ts";
import {
  formatVerifierKey,
  type NoteKeyKind,
  parseVerifierKey,
  type VerifierKey,
  type VerifierKeyRefusal,
} from "./verifier-key.ts";

// c2sp.org/tlog-policy. Lines end with LF; words are separated by spaces and tabs; empty lines and lines that begin
// with "#" are passed over:
//
//   log     vkey [ url ]
//   witness name vkey [ url ]
//   group   name ( "all" / "any" / decimal ) 1*name
//   quorum  name / "none"                       ; exactly one

/** Whom to trust: checkpoints of these logs that this quorum cosigned. */
export type Policy = {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** Name of a witness or a group; `none` asks for no cosignature. */
  readonly quorum: string;
};

/** The name of the key is the origin of the log. */
export type PolicyLog = { readonly key: VerifierKey; readonly url?: string };

/** The name means something within the policy only. */
export type PolicyWitness = {
  readonly name: string;
  readonly key: VerifierKey;
  readonly url?: string;
};

/** Counts as having cosigned when `threshold` of its members did. */
export type PolicyGroup = {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
};

/** `line` is counted from 1. */
export type PolicyRefusal =
  | { readonly code: "POLICY_SIZE"; readonly got: number; readonly max: number }
  | { readonly code: "POLICY_CHARACTER"; readonly line: number }
  | { readonly code: "POLICY_LINE_END"; readonly line: number }
  | { readonly code: "POLICY_STATEMENT"; readonly line: number }
  | { readonly code: "POLICY_KEY"; readonly line: number; readonly cause: VerifierKeyRefusal }
  | { readonly code: "POLICY_KEY_KIND"; readonly line: number; readonly want: NoteKeyKind }
  | { readonly code: "POLICY_KEY_TWICE"; readonly line: number; readonly key: string }
  | { readonly code: "POLICY_NAME_TWICE"; readonly line: number; readonly name: string }
  | { readonly code: "POLICY_NAME_UNKNOWN"; readonly line: number; readonly name: string }
  | { readonly code: "POLICY_MEMBER_TWICE"; readonly line: number; readonly name: string }
  | {
      readonly code: "POLICY_THRESHOLD";
      readonly line: number;
      readonly threshold: string;
      readonly members: number;
    }
  | { readonly code: "POLICY_QUORUM_LINES"; readonly got: number };

/** In UTF-16 units; 128 witnesses with their addresses fit. */
export const MAX_POLICY_LENGTH = 65_536;

const NONE = "none";

/**
 * Reads a trust policy.
 *
 * @returns the policy, else `POLICY_SIZE`, else the first refusal by line, else `POLICY_QUORUM_LINES`
 */
export function parsePolicy(text: string): Result<Policy, PolicyRefusal> {
  if (text.length > MAX_POLICY_LENGTH) {
    return err({ code: "POLICY_SIZE", got: text.length, max: MAX_POLICY_LENGTH });
  }
  const lines = text.split("\n");
  const unfinished = lines.pop();
  const draft: Draft = { logs: [], witnesses: [], groups: [], quorums: [], members: new Set() };
  for (const [i, line] of lines.entries()) {
    const refusal = readLine(draft, line, i + 1);
    if (refusal !== undefined) return err(refusal);
  }
  if (unfinished !== "") return err({ code: "POLICY_LINE_END", line: lines.length + 1 });
  const [quorum, ...others] = draft.quorums;
  if (quorum === undefined || others.length > 0) {
    return err({ code: "POLICY_QUORUM_LINES", got: draft.quorums.length });
  }
  const { logs, witnesses, groups } = draft;
  return ok({ logs, witnesses, groups, quorum });
}

/** One statement a line, groups in their order, the quorum last. */
export function formatPolicy({ logs, witnesses, groups, quorum }: Policy): string {
  const lines = [
    ...logs.map(({ key, url }) => ["log", formatVerifierKey(key), url]),
    ...witnesses.map(({ name, key, url }) => ["witness", name, formatVerifierKey(key), url]),
    ...groups.map(({ name, threshold, members }) => ["group", name, threshold, ...members]),
    ["quorum", quorum],
  ];
  return lines.map((words) => `${words.filter((word) => word !== undefined).join(" ")}\n`).join("");
}

/** What the lines so far said. */
type Draft = {
  readonly logs: PolicyLog[];
  readonly witnesses: PolicyWitness[];
  readonly groups: PolicyGroup[];
  readonly quorums: string[];
  /** Names that are in a group already: each witness counts in one way only. */
  readonly members: Set<string>;
};

function readLine(draft: Draft, line: string, number: number): PolicyRefusal | undefined {
  // Octets above 0x7f are opaque to the grammar; of the control characters only the tab may occur.
  if (/(?![\t\u0080-\uffff])\p{Cc}/u.test(line)) return { code: "POLICY_CHARACTER", line: number };
  const [statement, ...words] = line.split(/[ \t]+/).filter((word) => word !== "");
  if (statement === undefined || statement.startsWith("#")) return undefined;
  const read = Object.hasOwn(STATEMENTS, statement) ? STATEMENTS[statement] : undefined;
  return read === undefined
    ? { code: "POLICY_STATEMENT", line: number }
    : read(draft, words, number);
}

type ReadStatement = (
  draft: Draft,
  words: readonly string[],
  line: number,
) => PolicyRefusal | undefined;

const STATEMENTS: Readonly<Record<string, ReadStatement>> = {
  log(draft, [vkey, url, ...rest], line) {
    if (vkey === undefined || rest.length > 0) return { code: "POLICY_STATEMENT", line };
    const key = readKey(vkey, "ed25519", draft.logs, line);
    if (!key.ok) return key.error;
    draft.logs.push({ key: key.value, ...(url && { url }) });
    return undefined;
  },

  witness(draft, [name, vkey, url, ...rest], line) {
    if (name === undefined || vkey === undefined || rest.length > 0) {
      return { code: "POLICY_STATEMENT", line };
    }
    if (isDefined(draft, name)) return { code: "POLICY_NAME_TWICE", line, name };
    const key = readKey(vkey, "cosignature", draft.witnesses, line);
    if (!key.ok) return key.error;
    draft.witnesses.push({ name, key: key.value, ...(url && { url }) });
    return undefined;
  },

  group(draft, [name, rule, ...members], line) {
    if (name === undefined || rule === undefined || members.length === 0) {
      return { code: "POLICY_STATEMENT", line };
    }
    if (isDefined(draft, name)) return { code: "POLICY_NAME_TWICE", line, name };
    for (const member of members) {
      if (member === NONE || !isDefined(draft, member)) {
        return { code: "POLICY_NAME_UNKNOWN", line, name: member };
      }
      if (draft.members.has(member)) return { code: "POLICY_MEMBER_TWICE", line, name: member };
      draft.members.add(member);
    }
    const threshold = readThreshold(rule, members.length);
    if (threshold === undefined) {
      return { code: "POLICY_THRESHOLD", line, threshold: rule, members: members.length };
    }
    draft.groups.push({ name, threshold, members });
    return undefined;
  },

  quorum(draft, [name, ...rest], line) {
    if (name === undefined || rest.length > 0) return { code: "POLICY_STATEMENT", line };
    if (!isDefined(draft, name)) return { code: "POLICY_NAME_UNKNOWN", line, name };
    draft.quorums.push(name);
    return undefined;
  },
};

/** Witnesses and groups share one space of names, in which `none` stands from the start. */
function isDefined({ witnesses, groups }: Draft, name: string): boolean {
  return name === NONE || [...witnesses, ...groups].some((each) => each.name === name);
}

function readKey(
  text: string,
  want: NoteKeyKind,
  others: readonly { readonly key: VerifierKey }[],
  line: number,
): Result<VerifierKey, PolicyRefusal> {
  const key = parseVerifierKey(text);
  if (!key.ok) return err({ code: "POLICY_KEY", line, cause: key.error });
  if (key.value.kind !== want) return err({ code: "POLICY_KEY_KIND", line, want });
  const publicKey = hex(key.value.publicKey);
  // Two names for one key would let one holder count twice.
  const twice = others.some((other) => hex(other.key.publicKey) === publicKey);
  return twice ? err({ code: "POLICY_KEY_TWICE", line, key: publicKey }) : key;
}

function readThreshold(rule: string, members: number): number | undefined {
  if (rule === "all") return members;
  if (rule === "any") return 1;
  const threshold = parseDecimal(rule);
  return threshold !== undefined && threshold >= 1 && threshold <= members ? threshold : undefined;
}
