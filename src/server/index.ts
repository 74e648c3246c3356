export { createApp, type Server } from "./app.ts";
export type { HotPath, PagePath } from "./hot-path.ts";
export type { HotAnswer, HotRequest } from "./http/hot.ts";
export type { Ingest, IngestAnswer, IngestSource } from "./ingest/index.ts";
export {
  MAX_MQTT_CLIENTS,
  MAX_MQTT_CLIENTS_OF_ADDRESS,
  MAX_MQTT_PACKET_BYTES,
  MAX_NOTIFY_ANSWER_BYTES,
  MAX_SCRATCH_TENANTS,
} from "./limits.ts";
export type { ServedLog } from "./log/index.ts";
export { createMirrorApp, type MirrorDependencies } from "./mirror.ts";
export type { TakeBody, WritePath } from "./operations/index.ts";
export {
  type AppDependencies,
  DEFAULT_CONFIG,
  type GrantSource,
  type Log,
  type LogFacts,
  type NodeDescription,
  type Notifier,
  type NotifyMessage,
  type OtherNodes,
  type OtherNodesRefusal,
  type ParentLedger,
  type ScratchTenants,
  type ServerConfig,
} from "./options.ts";
export { type StaticFiles, staticFiles } from "./portal/index.ts";
export { type AnyRefusalCode, PROBLEM_ROWS, type Problem, problemOf } from "./problem/index.ts";
export {
  bucketName,
  familyOf,
  isLoopback,
  isNetwork,
  networksOf,
  plainAddress,
  Shares,
} from "./rate/index.ts";
export type { Peer } from "./services.ts";
export { type BlobStore, memoryStore } from "./store/index.ts";
