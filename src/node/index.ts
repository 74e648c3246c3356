export {
  type AuditLogOptions,
  auditLog,
  type LogReport,
  type Mirror,
  type MirrorOptions,
  pause,
  type ReplayReport,
} from "../audit/index.ts";
export {
  type AuditOptions,
  type AuditReport,
  auditDirectory,
  createEmbeddedLedger,
  embeddedLedgerExists,
} from "../ledger/embedded/index.ts";
export { lockDirectory } from "../log/index.ts";
export { witnessAddress } from "../witness/index.ts";
export { type BackupReport, backup, restore } from "./backup.ts";
export { type Beginning, beginNode } from "./begin.ts";
export * from "./child/index.ts";
export * from "./comet/index.ts";
export {
  ConfigError,
  configFromEnv,
  DEFAULT_PORT,
  mqttFrom,
  type NodeConfig,
  type NodeSettings,
} from "./config.ts";
export {
  type DataDescription,
  dataDirectory,
  readDescription,
  writeDescription,
} from "./data-directory.ts";
export { type CityStart, startDemoCity } from "./demo/city/start.ts";
export { languageOf } from "./demo/messages.ts";
export { type DemoStart, startDemo } from "./demo/start.ts";
export { type DemoSupervision, superviseDemo } from "./demo/supervise.ts";
export type { DirectoryTrouble } from "./directory-fault.ts";
export { isPublic } from "./follow/address.ts";
export { logKey, makeNextLogKey } from "./log-key.ts";
export { DEFAULT_MIRROR_PORT, openMirror, serveMirror } from "./mirror.ts";
export * from "./register/index.ts";
export { type RunningNode, startNode } from "./start.ts";
export { onSupervisorGone, tellSupervisor } from "./supervisor.ts";
export { addLogs, readLogs, readWitnessVkey, writeFraud } from "./witness.ts";
