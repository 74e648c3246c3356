export { type CborRefusal, decodeCbor, splitCborSequence } from "./decode.ts";
export { CborTemplate, encodeAllCbor, encodeCbor, FilledTemplate } from "./encode.ts";
export {
  type CborKeyedMap,
  type CborMap,
  type CborValue,
  isCborMap,
  MAX_CBOR_DEPTH,
} from "./value.ts";
