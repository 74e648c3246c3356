export {
  type AuditOptions,
  type AuditReport,
  auditDirectory,
  createEmbeddedLedger,
  embeddedLedgerExists,
} from "../ledger/embedded/index.ts";
export { type BackupReport, backup, restore } from "./backup.ts";
export { type Beginning, beginNode } from "./begin.ts";
export * from "./child/index.ts";
export {
  ConfigError,
  configFromEnv,
  DEFAULT_PORT,
  type NodeConfig,
  type NodeSettings,
} from "./config.ts";
export {
  type DataDescription,
  dataDirectory,
  readDescription,
  writeDescription,
} from "./data-directory.ts";
export { demoMessages, languageOf } from "./demo/messages.ts";
export { type DemoStart, startDemo } from "./demo/start.ts";
export type { DirectoryTrouble } from "./directory-fault.ts";
export * from "./register/index.ts";
export { logKey, type RunningNode, startNode } from "./start.ts";
export { supervise } from "./supervisor.ts";
