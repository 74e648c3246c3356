export {
  type CborRefusal,
  decodeCbor,
  decodeCborItems,
  decodeOwnCbor,
  type ListSpans,
  type MapWatch,
  spansOfLists,
  splitCborSequence,
} from "./decode.ts";
export { encodeAllCbor, encodeCbor, fillTemplate, joinLists, templateOf } from "./encode.ts";
export { type CborTemplate, EncodedMap, EncodedValue } from "./template.ts";
export {
  type CborKeyedMap,
  type CborMap,
  type CborValue,
  isCborMap,
  MAX_CBOR_DEPTH,
} from "./value.ts";
