export { type AuditLogOptions, auditLog } from "./audit-log.ts";
export { Copy } from "./copy.ts";
export {
  type Attested,
  Follower,
  type FollowerOptions,
  type PolicySource,
  type Progress,
  type RoundResult,
  type Verified,
} from "./follower.ts";
export { Mirror, type MirrorEvents, type MirrorOptions, type RefusedReport } from "./mirror.ts";
export { pause } from "./pause.ts";
export { type AuditRefusal, isSigned, type LogRefusal } from "./refusal.ts";
export { type LogReport, type ReplayReport, reportOfRound } from "./report.ts";
export { ServedCopy } from "./served.ts";
export {
  type Fetched,
  fetchBounded,
  openSource,
  type Source,
  type SourceOptions,
  sourceOver,
} from "./source.ts";
