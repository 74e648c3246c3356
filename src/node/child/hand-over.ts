import {
  type ChildGenesis,
  type Code,
  type CodeRecord,
  codeKey,
  codeOf,
  decodeOwnCbor,
  encodeImports,
  importRoot,
  isImportable,
  parentOf,
  present,
  selectImport,
} from "../../core/index.ts";
import { EntrySpool, ReplayedValues } from "../../ledger/embedded/index.ts";
import { turn } from "../../log/index.ts";
import { ChildFault } from "./fault.ts";
import type { ParentLog } from "./parent-log.ts";

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
  /** Name of the ledger that the code is delegated to. */
  readonly origin: string;
  /** Directory on a disk with room for what is taken over. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** In bytes of the parent's values. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
};

/**
 * Takes out of a parent's values what the ledger of `code` begins with. Whoever has the same log makes the same bytes. Keys
 * are in memory, values on the disk.
 *
 * @throws ChildFault `PARENT_DELEGATION` where the code is not delegated to `origin`
 */
export async function handOver(
  { checkpoint, note, mapRoot, replayDirectory }: ParentLog,
  { code, origin, directory, ...others }: HandOverOptions,
): Promise<HandOver> {
  const children = new Map<Code, Code[]>();
  using values = await ReplayedValues.read(replayDirectory, {
    ...others,
    isWanted: (key) => isImportable(key, code),
    onFirst: (key) => noteBirth(children, key),
  });
  const encoded = values.value(codeKey(code));
  const record = encoded && (decodeOwnCbor(encoded) as unknown as CodeRecord);
  if (record?.delegation?.origin !== origin) {
    const got = record?.delegation?.origin ?? "none";
    throw new ChildFault("PARENT_DELEGATION", { subject: code, want: origin, got });
  }
  const held = {
    keys: values.keys(),
    latest: (key: string) => present(values.value(key), key),
    childrenOf: (of: Code) => children.get(of) ?? [],
  };
  const imports = new EntrySpool(directory);
  try {
    for (const entry of encodeImports(selectImport(held, code))) {
      imports.push(entry);
      if (imports.length % ENTRIES_AT_ONCE > 0) continue;
      await turn();
      others.signal?.throwIfAborted();
    }
  } catch (cause) {
    imports.close();
    throw cause;
  }
  const parent = { origin: checkpoint.origin, code, checkpoint: note, mapRoot };
  const close = async () => imports.close();
  return { record, parent, imports, commitment: importRoot(imports), [Symbol.asyncDispose]: close };
}

/** Some megabytes: others have their turn in between. */
const ENTRIES_AT_ONCE = 64;

function noteBirth(children: Map<Code, Code[]>, key: string): void {
  const code = codeOf(key);
  const parent = code && parentOf(code);
  if (code === undefined || parent === undefined) return;
  const siblings = children.get(parent);
  if (siblings === undefined) children.set(parent, [code]);
  else siblings.push(code);
}
