export { type CborRefusal, decodeCbor, type MapWatch, splitCborSequence } from "./decode.ts";
export { encodeAllCbor, encodeCbor, templateOf } from "./encode.ts";
export { type CborTemplate, EncodedMap, FilledTemplate } from "./template.ts";
export {
  type CborKeyedMap,
  type CborMap,
  type CborValue,
  isCborMap,
  MAX_CBOR_DEPTH,
} from "./value.ts";
