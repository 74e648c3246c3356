export { LogFault } from "../log/index.ts";
export {
  authorise,
  type Caller,
  endFor,
  HEAD_FACTS,
  isKeyOfGrantee,
  stillHolds,
  type View,
  type ViewRefusal,
} from "./authorised-view.ts";
export {
  createDatasetLog,
  type DatasetLogOptions,
  openDatasetLog,
  type Restored,
} from "./dataset-log.ts";
export {
  type FileName,
  type FileRefusal,
  matchFiles,
  namedFiles,
} from "./files.ts";
export type {
  AccessLog,
  AccessNote,
  Busy,
  DatasetLog,
  DatasetLogs,
  EntryBody,
  KeptScan,
  LogReceipt,
  Submission,
} from "./port.ts";
export { stripMetadata } from "./strip-metadata.ts";
export { type Bounds, boundsOf, isInside, momentOf } from "./where-and-when.ts";
