export { LogFault } from "../log/index.ts";
export {
  authorise,
  authoriseFromAbove,
  type Caller,
  endForKey,
  isKeyOfGrantee,
  limitsOf,
  type ReaderAbove,
  stillHolds,
  type View,
  type ViewRefusal,
} from "./authorised-view.ts";
export {
  type ContentRefusal,
  contentRules,
  cornersOf,
  positionsIn,
} from "./content/rules.ts";
export { countLasting, lasting } from "./count-lasting.ts";
export {
  createDatasetLog,
  type DatasetLogOptions,
  type DroppedRecord,
  openDatasetLog,
  type Restored,
} from "./dataset-log.ts";
export { entityView } from "./entities/authorised.ts";
export {
  type Condition,
  type LinkedCondition,
  type LookUp,
  linksAskedFor,
  type Operand,
  type Path,
  satisfies,
} from "./entities/condition.ts";
export {
  type Attributes,
  contentOf,
  type Entity,
  type Instance,
  isJsonMap,
  type JsonMap,
  type JsonValue,
  LOCATION,
  MEMBERS,
  NGSI_NULL,
  observedAt,
  placeOf,
  saysNothing,
  underName,
} from "./entities/entity.ts";
export { dueOfAll, still } from "./entities/expiry.ts";
export { fold } from "./entities/fold.ts";
export {
  type Box,
  boxOf,
  distanceMetres,
  type Geometry,
  geometryOf,
  isGeometry,
  type Position,
} from "./entities/geometry.ts";
export type { Measure, MeasureGrouping, MeasureQuery } from "./entities/measure.ts";
export { isPattern } from "./entities/pattern.ts";
export {
  areScopesAskedFor,
  type EntityQuery,
  isAskedFor,
  type PlaceCondition,
} from "./entities/query.ts";
export {
  type Amendment,
  entityId,
  type Forgetting,
  readStatement,
  type Statement,
  saysWhenScoped,
} from "./entities/statement.ts";
export { ALL, type EntityView, isLimited, seen } from "./entities/view.ts";
export { type EntityChange, EntityChanges } from "./entity-changes.ts";
export { type Slice, SliceBuilder } from "./exports/slice.ts";
export type { Selection } from "./exports/table-task.ts";
export { createTableThread, type TableThread } from "./exports/table-thread.ts";
export {
  type FileRefusal,
  matchFiles,
  namedFiles,
} from "./files.ts";
export type {
  AccessLog,
  AccessNote,
  DatasetLog,
  DatasetLogs,
  EncodedBody,
  EntityReader,
  EntityStore,
  EntryBody,
  Inventory,
  KeptScan,
  LogReceipt,
  Observed,
  OpenStore,
  StoredEntry,
  StoreLog,
  Submission,
} from "./port.ts";
export { memoryEntityStore } from "./store/memory.ts";
export { openSqliteStore } from "./store/sqlite.ts";
export { stripMetadata } from "./strip-metadata.ts";
