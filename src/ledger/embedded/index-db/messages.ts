import type {
  AliasPage,
  AliasQuery,
  ChildrenPage,
  KeyPage,
  LedgerCounts,
  SearchPage,
  SearchQuery,
} from "../../port.ts";
import { IndexDamage } from "./damage.ts";
import type { IndexIdentity } from "./database.ts";

/** What the writer is started with. */
export type WriterData = {
  readonly file: string;
  /** Path of the values file. */
  readonly values: string;
  readonly identity: IndexIdentity;
  /** What stands in the values file from there on was written by this process. */
  readonly freshFrom: number;
  /** Begin with an empty index, whatever is there. */
  readonly isAnew: boolean;
};

/** What the reader is started with. */
export type ReaderData = Pick<WriterData, "file" | "values">;

/** To the writer: how far committed frames reach; or that it is to end. */
export type WriterOrder = { readonly end: number; readonly size: number } | "close";

/** From the writer. */
export type WriterReport =
  /** Comes once the file is there and fit to be read, and after each transaction. */
  | { readonly kind: "progress"; readonly size: number; readonly counts: LedgerCounts }
  /** It ends with this. */
  | Failure;

export type Failure = {
  readonly kind: "failure";
  readonly why: string;
  /** The database itself is at fault: it must be built anew. */
  readonly isDamaged: boolean;
};

/** A question to the reader. */
export type Question =
  | { readonly kind: "search"; readonly query: SearchQuery }
  | {
      readonly kind: "keys";
      readonly prefix: string;
      readonly limit: number;
      readonly cursor: string | undefined;
    }
  | { readonly kind: "aliases"; readonly query: AliasQuery }
  | {
      readonly kind: "children";
      readonly code: string;
      readonly start: number;
      readonly limit: number;
      readonly count: number;
    };

export type Answer = SearchPage | KeyPage | AliasPage | ChildrenOfPage;
export type ChildrenOfPage = Pick<ChildrenPage, "codes" | "path">;

export type Asked = { readonly id: number; readonly question: Question };
export type Answered =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: Failure };

/** What went wrong while the index was read. Only what names it counts as damage: a question must not do any. */
export function readFailure(cause: unknown): Failure {
  return failureOf(cause, (code) => cause instanceof IndexDamage || DAMAGE.some(begins(code)));
}

const DAMAGE: readonly string[] = ["SQLITE_CORRUPT", "SQLITE_NOTADB"];

/** What went wrong while it was written: unless the surroundings failed, what stands in the database is wrong. */
export function writeFailure(cause: unknown): Failure {
  return failureOf(cause, (code) => !SURROUNDINGS.some(begins(code)));
}

const SURROUNDINGS: readonly string[] = [
  ...["SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM"],
  ...["SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_NOMEM", "ENOSPC", "EIO", "EACCES", "ENOENT"],
  ...["EMFILE", "EROFS", "LEDGER_"],
];

function begins(code: string): (prefix: string) => boolean {
  return (prefix) => code.startsWith(prefix);
}

function failureOf(cause: unknown, isDamage: (code: string) => boolean): Failure {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const why = cause instanceof Error ? `${code} ${cause.message}`.trim() : String(cause);
  return { kind: "failure", why, isDamaged: isDamage(code) };
}
