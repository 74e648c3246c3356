import {
  BirthOrder,
  type ChildGenesis,
  type Code,
  type CodeRecord,
  codeKey,
  decodeOwnCbor,
  encodeCbor,
  encodeImports,
  type ImportRow,
  importRoot,
  isImportable,
  present,
  selectImport,
  type VerifierKey,
} from "../../core/index.ts";
import { EntrySpool, KeySorter, ReplayedValues } from "../../ledger/embedded/index.ts";
import { turn } from "../../log/index.ts";
import type { ParentLog } from "./parent-log.ts";
import { delegationTo, mustVouchFor } from "./vouched.ts";

/** What a child ledger takes over, and from which moment of its parent. To be closed. */
export type HandOver = AsyncDisposable & {
  /** The code's record in the parent, with its delegation. */
  readonly record: CodeRecord;
  readonly parent: ChildGenesis["parent"];
  /** The import entries of block 0. */
  readonly imports: EntrySpool;
  readonly commitment: ChildGenesis["imports"];
};

export type HandOverOptions = {
  readonly code: Code;
  /** The log of the ledger that the code is delegated to. */
  readonly log: VerifierKey;
  /** Directory on a disk with room for what is taken over. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** In bytes of the parent's values. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
};

/**
 * Takes out of a parent's values what the ledger of `code` begins with. Whoever has the same log makes the same bytes. Neither
 * keys nor values are in memory all at once.
 *
 * @throws ChildFault `PARENT_DELEGATION`, `PARENT_LOG_KEY` where the code is not delegated to that log
 */
export async function handOver(parent: ParentLog, options: HandOverOptions): Promise<HandOver> {
  const imports = new EntrySpool(options.directory);
  try {
    const record = await spoolImports(parent, options, imports);
    return handedOver(parent, options.code, record, imports);
  } catch (cause) {
    imports.close();
    throw cause;
  }
}

// By itself, since what it gives away lives for hours: no closure in here may hold on to what choosing took.
function handedOver(
  { checkpoint, note, mapRoot }: ParentLog,
  code: Code,
  record: CodeRecord,
  imports: EntrySpool,
): HandOver {
  const parent = { origin: checkpoint.origin, code, checkpoint: note, mapRoot };
  const close = async () => imports.close();
  return { record, parent, imports, commitment: importRoot(imports), [Symbol.asyncDispose]: close };
}

/** @returns the code's record */
async function spoolImports(
  { replayDirectory }: ParentLog,
  { code, log, directory, ...others }: HandOverOptions,
  imports: EntrySpool,
): Promise<CodeRecord> {
  using values = new ReplayedValues(replayDirectory);
  using notes = new KeySorter(directory);
  const births = new BirthOrder(code);
  let own: number | undefined;
  await values.scan(({ key, offset, first }) => {
    if (!isImportable(key, code)) return;
    notes.push(key, offset);
    if (key === codeKey(code)) own = offset;
    const birth = first ? births.rowOf(key) : undefined;
    if (birth !== undefined) notes.push(birth.row, offset, birth.code);
  }, others);
  const encoded = own === undefined ? undefined : values.valueAt(own);
  const record = encoded && (decodeOwnCbor(encoded) as unknown as CodeRecord);
  mustVouchFor(log, code, delegationTo(log.name, code, record));
  for (const entry of encodeImports(selectImport(rowsOf(values, notes), code))) {
    imports.push(entry);
    if (imports.length % ENTRIES_AT_ONCE > 0) continue;
    await turn();
    others.signal?.throwIfAborted();
  }
  return present(record, "a record that is delegated");
}

/** Some megabytes: others have their turn in between. */
const ENTRIES_AT_ONCE = 64;

/** What was noted of the parent's values, as rows: of each key its latest value, or the codes that stand in it. */
function* rowsOf(values: ReplayedValues, notes: KeySorter): Generator<ImportRow> {
  let key: string | undefined;
  let latest = 0;
  let codes: string[] = [];
  const row = (of: string): ImportRow => {
    return [of, codes.length > 0 ? encodeCbor(codes) : values.valueAt(latest)];
  };
  for (const note of notes.sorted()) {
    if (note.key !== key && key !== undefined) {
      yield row(key);
      codes = [];
    }
    key = note.key;
    latest = note.number;
    if (note.text !== "") codes.push(note.text);
  }
  if (key !== undefined) yield row(key);
}
