export type { EntryRange } from "./entry-map.ts";
export type { LogBlock } from "./entry-store.ts";
export {
  errnoOf,
  isDiskFull,
  LOG_FAULT_CODES,
  LogFault,
  type LogFaultCode,
  type LogFaultFacts,
  type Reaction,
} from "./fault.ts";
export {
  createFile,
  createOnce,
  DRAFT,
  type FileSystem,
  makeDurable,
  nodeFiles,
  type OpenFile,
  openIfThere,
  publishDraft,
  type ReplaceOptions,
  readFile,
  readFully,
  readText,
  replaceFile,
  syncUp,
  writeFully,
  writeFullyLater,
} from "./files.ts";
export { type DirectoryLock, lockDirectory, MAX_SOCKET_PATH_BYTES } from "./lock.ts";
export type { Log, StagedEntries } from "./log.ts";
export {
  createLog,
  journalPath,
  type LogOptions,
  logExists,
  type OpenLogOptions,
  openLog,
  readLog,
} from "./open.ts";
export type { DamageCause, ScanResult } from "./scan.ts";
export { randomSpread, spreadOver } from "./spread.ts";
export { goBeforeOthers, yieldToOthers } from "./thread-priority.ts";
export { Tile } from "./tile.ts";
export { turn } from "./turn.ts";
export { openUnnamed } from "./unnamed.ts";
export { workerUrl } from "./worker-url.ts";
