export { LogFault } from "../log/index.ts";
export { createDatasetLog, type DatasetLogOptions, openDatasetLog } from "./dataset-log.ts";
export {
  type FileName,
  type FileRefusal,
  matchFiles,
  namedFiles,
} from "./files.ts";
export type {
  Busy,
  DatasetLog,
  DatasetLogs,
  EntryBody,
  KeptScan,
  LogReceipt,
  Submission,
} from "./port.ts";
export { stripMetadata } from "./strip-metadata.ts";
