export {
  type ConsistencyProof,
  type ConsistencyRefusal,
  type GrowthShapeRefusal,
  rootsOfGrowth,
  verifyConsistency,
} from "./consistency.ts";
export { decodeEntryBundle, type EntryBundleRefusal } from "./entry-bundle.ts";
export { rootsOf } from "./forest.ts";
export { Frontier, merkleRoot } from "./frontier.ts";
export {
  EMPTY_ROOT,
  HASH_BYTES,
  type Hash,
  hashAt,
  hashEachLeaf,
  hashLeaf,
  hashLeafRows,
  hashLeaves,
  hashNode,
  hashPairs,
  hashSpans,
  joinHashes,
  sameHash,
  toHash,
} from "./hash.ts";
export {
  type InclusionProof,
  type InclusionRefusal,
  rootFromInclusion,
  verifyInclusion,
} from "./inclusion.ts";
export { type RangeProof, type RangeRefusal, verifyRange } from "./range.ts";
export { half } from "./shape.ts";
export {
  formatTilePath,
  parseTilePath,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TilePath,
  type TilePathRefusal,
  tileRow,
} from "./tile-path.ts";
export {
  consistencyPath,
  frontierOf,
  growthPath,
  inclusionPath,
  inclusionPathBy,
  rangePath,
  rootOf,
  spanRoot,
  type Tree,
  treeOf,
} from "./tree.ts";
