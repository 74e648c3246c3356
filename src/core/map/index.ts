export { type DumpPiece, MapDump, MIN_DUMP_PIECE_BYTES } from "./dump.ts";
export { EMPTY_PLACE, hashMapKey, hashMapLeaf, hashMapNode, MAP_BITS } from "./hashing.ts";
export { MAX_MAP_PUTS } from "./key-order.ts";
export type { MapPath } from "./path.ts";
export { type MapProof, type MapProofRefusal, verifyMapProof } from "./proof.ts";
export { type MapPut, type MapPuts, mapPuts } from "./puts.ts";
export { SparseMap } from "./sparse-map.ts";
export type { MapLeaf } from "./tree.ts";
