import {
  type Code,
  type CodeRecord,
  type Delegation,
  equalBytes,
  formatKeyId,
  parsePolicy,
  type SignedCheckpoint,
  type VerifierKey,
  verifyNote,
} from "../../core/index.ts";
import { ChildFault } from "./fault.ts";

/** What the parent's record says of the ledger `origin`. @throws ChildFault `PARENT_DELEGATION` where it is delegated to no such */
export function delegationTo(
  origin: string,
  code: Code,
  record: CodeRecord | undefined,
): Delegation {
  const delegation = record?.delegation;
  if (delegation?.origin === origin) return delegation;
  const got = delegation?.origin ?? "none";
  throw new ChildFault("PARENT_DELEGATION", { subject: code, want: origin, got });
}

/**
 * Whether the parent vouches for a log of this key. Whoever goes on without that writes a ledger that nobody believes.
 *
 * @param own the key in the data directory; `undefined`: none was made there yet
 * @throws ChildFault `PARENT_LOG_KEY`
 */
export function mustVouchFor(
  own: VerifierKey | undefined,
  code: Code,
  delegation: Delegation,
): void {
  const keys = keysOf(delegation);
  const isOwn = ({ publicKey }: VerifierKey) =>
    own !== undefined && equalBytes(publicKey, own.publicKey);
  if (!keys.some(isOwn)) throw keyFault(code, keys, own === undefined ? [] : [own]);
}

/** The same of a checkpoint that this ledger published. @throws ChildFault `PARENT_LOG_KEY` */
export function mustBelieve(
  { note, origin }: SignedCheckpoint,
  code: Code,
  delegation: Delegation,
): void {
  const keys = keysOf(delegation);
  if (verifyNote(note, keys).ok) return;
  throw keyFault(
    code,
    keys,
    note.signatures.filter(({ name }) => name === origin),
  );
}

/** Whose checkpoints the parent takes for those of the log. */
function keysOf({ origin, policy }: Delegation): readonly VerifierKey[] {
  const parsed = parsePolicy(policy);
  const logs = parsed.ok ? parsed.value.logs : [];
  return logs.map(({ key }) => key).filter(({ name }) => name === origin);
}

type HasId = Pick<VerifierKey, "id">;

function keyFault(code: Code, want: readonly HasId[], got: readonly HasId[]): ChildFault {
  const ids = (keys: readonly HasId[]) => keys.map(({ id }) => formatKeyId(id)).join() || "none";
  return new ChildFault("PARENT_LOG_KEY", { subject: code, want: ids(want), got: ids(got) });
}
