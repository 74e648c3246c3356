export {
  type AuditOptions,
  type AuditRefusal,
  type AuditReport,
  auditDirectory,
} from "./audit.ts";
export { EntrySpool } from "./entry-spool.ts";
export {
  createEmbeddedLedger,
  type EmbeddedOptions,
  embeddedLedgerExists,
  openEmbeddedLedger,
} from "./open.ts";
export type { Recovery } from "./open-stores.ts";
export {
  KeySorter,
  type Note,
  type Replayed,
  ReplayedValues,
  Replayer,
  type ReplayerOptions,
} from "./replayer/index.ts";
