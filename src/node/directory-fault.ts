import { LedgerFault } from "../ledger/index.ts";

/** What can be wrong with a directory that was named: the `why` of LEDGER_DIRECTORY. */
export type DirectoryTrouble =
  /** No ledger was begun there. */
  | "absent"
  /** It should be empty, and is not. */
  | "not-empty"
  /** It is a file, or lies below one. */
  | "no-directory"
  /** It lies in the directory that is copied. */
  | "inside"
  /** A ledger was begun there before. */
  | "begun"
  /** The file with the seed of the log's key is not there. */
  | "log-key-missing"
  /** It holds another key than the one that the ledger is begun with. */
  | "log-key-other"
  /** It holds a key that no policy of the ledger ever named. */
  | "log-key-foreign"
  /** A file that should hold the seed of a key holds something else. */
  | "no-seed"
  /** The witness's key is there, and what it cosigned is not. */
  | "witness-memory"
  /** The witness's key is that of the log. */
  | "witness-key-of-log"
  /** The genesis has a policy in which the log would witness itself. */
  | "witness-own"
  /** It is that of a validator, which runs together with its engine. */
  | "validator"
  /** It is that of a node that orders its blocks alone. */
  | "no-validator";

export function directoryFault(path: string, why: DirectoryTrouble): LedgerFault {
  return new LedgerFault("LEDGER_DIRECTORY", { path, why });
}
