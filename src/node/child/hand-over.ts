import {
  type ChildGenesis,
  type Code,
  type CodeRecord,
  codeKey,
  decodeCbor,
  encodeImports,
  importRoot,
  present,
  selectImport,
} from "../../core/index.ts";
import { replayLog } from "../../ledger/index.ts";
import { ChildFault } from "./fault.ts";
import type { ParentLog } from "./parent-log.ts";

/** What a child ledger takes over, and from which moment of its parent. */
export type HandOver = {
  /** The code's record in the parent, with its delegation. */
  readonly record: CodeRecord;
  readonly parent: ChildGenesis["parent"];
  /** The import entries of block 0. */
  readonly imports: readonly Uint8Array[];
  readonly commitment: ChildGenesis["imports"];
};

/**
 * Replays the parent's log, every signature, rule and root of it, and takes out of the state what the ledger of `code`
 * begins with. Whoever has the same log makes the same bytes.
 *
 * @throws ChildFault `PARENT_REPLAY`, `PARENT_DELEGATION` where the code is not delegated to `origin`
 */
export function handOver(
  { checkpoint, note, entries }: ParentLog,
  code: Code,
  origin: string,
): HandOver {
  const replayed = replayLog(entries);
  if (!replayed.ok) {
    const { code: cause, index, ...facts } = replayed.error;
    throw new ChildFault("PARENT_REPLAY", { cause, index, ...facts });
  }
  const { values, childrenOf, mapRoot, size } = replayed.value;
  if (size !== checkpoint.size || replayed.value.origin !== checkpoint.origin) {
    throw new ChildFault("PARENT_REPLAY", { cause: "PARENT_CHECKPOINT", index: size });
  }
  const encoded = values.get(codeKey(code));
  const record = encoded === undefined ? undefined : (decoded(encoded) as CodeRecord);
  if (record?.delegation?.origin !== origin) {
    const got = record?.delegation?.origin ?? "none";
    throw new ChildFault("PARENT_DELEGATION", { subject: code, want: origin, got });
  }
  const rows = selectImport(decodedValues(values), childrenOf, code);
  const imports = encodeImports(rows);
  const parent = { origin: checkpoint.origin, code, checkpoint: note, mapRoot };
  return { record, parent, imports, commitment: importRoot(imports) };
}

/** One after the other: decoded, a million values would be several gigabytes. */
function* decodedValues(
  values: ReadonlyMap<string, Uint8Array>,
): Generator<readonly [key: string, value: unknown, encoded: Uint8Array]> {
  for (const [key, value] of values) yield [key, decoded(value), value];
}

/** A value that the rules made. */
function decoded(bytes: Uint8Array): unknown {
  const value = decodeCbor(bytes);
  return present(value.ok ? value.value : undefined, "a canonical value");
}
