export { UNITS_PER_DEGREE } from "./degrees.ts";
export { type Envelope, type EnvelopeRefusal, OPERATION_TYPE, openEnvelope } from "./envelope.ts";
export {
  type Application,
  encodeChunk,
  encodeChunkItems,
  encodePayload,
  type Item,
  type ItemRefusal,
  isChunk,
  readApplication,
  readHashedItem,
  readItem,
} from "./item.ts";
export * from "./limits.ts";
export * from "./operation.ts";
export { fitShape, type Shape, type ShapeRefusal } from "./shape.ts";
export { application, chunkItem, geometry, operation } from "./shapes.ts";
export type * from "./statement.ts";
