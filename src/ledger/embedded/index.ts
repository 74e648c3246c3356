export {
  type AuditOptions,
  type AuditRefusal,
  type AuditReport,
  auditDirectory,
} from "./audit.ts";
export {
  createEmbeddedLedger,
  type EmbeddedOptions,
  embeddedLedgerExists,
  openEmbeddedLedger,
} from "./open.ts";
export type { Recovery } from "./open-stores.ts";
export { type Replayed, Replayer, type ReplayerOptions } from "./replayer/index.ts";
