export {
  completeEntry,
  composeEntry,
  DATA_TYPE,
  type DataEntry,
  decodeEntry,
  type EntryClaims,
  type EntryHeader,
  type EntryRefusal,
  encodeEntry,
  encodeEntryHeader,
  type UnsignedEntry,
} from "./entry.ts";
export {
  decodeFact,
  decodeObservations,
  decodingObservations,
  encodeFact,
  encodeObservations,
  type Fact,
  type FactRefusal,
  factLeaf,
  factNumber,
  factRoot,
  fitObservations,
  isShown,
  joinObservations,
  type Observation,
  observationsRoot,
  rootOfEncoded,
} from "./fact.ts";
export {
  type BodyRefusal,
  type EntryCheck,
  type EntrySigner,
  isSignedBy,
  type JudgeRefusal,
  judgeDataScope,
  judgeEntry,
  matchBody,
  type OpenDataset,
  openDataset,
  ownerOf,
} from "./judge.ts";
export * from "./limits.ts";
export {
  asciiOf,
  beginsWith,
  type PictureType,
  PNG_SIGNATURE,
  pictureType,
} from "./picture.ts";
export {
  isOfGeneration,
  judgePlateScan,
  PLATE_SCAN_TYPE,
  PLATE_STATES,
  type PlateRefusal,
  type PlateScan,
  type PlateState,
  readPlateScan,
} from "./plate-scan.ts";
export { type Plate, platesOf, type SaidOfPlate } from "./plates.ts";
