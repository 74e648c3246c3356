export { divisionOf, inForce } from "./aliases.ts";
export {
  type AppliedBlock,
  type ApplyRefusal,
  applyBlock,
  type Block,
  needOf,
  OpenBlock,
} from "./apply-block.ts";
export {
  type AuthorityRefusal,
  judgeCover,
  judgeScope,
  type Need,
  nearestHolder,
  selfAndAncestors,
} from "./authority.ts";
export {
  type BlockEntry,
  type BlockEntryRefusal,
  decodeBlockEntry,
  encodeBlockEntry,
  isBlockEntry,
} from "./block-entry.ts";
export { type Context, isoDate, type OperationCheck } from "./context.ts";
export { hasExpired } from "./decision.ts";
export {
  type Above,
  type EffectiveStatus,
  effectiveKeys,
  effectiveStatus,
  referenceTo,
  referredCode,
  statusBelow,
  type ValueReader,
} from "./effective.ts";
export {
  applyGenesis,
  type ChildGenesis,
  decodeGenesis,
  encodeGenesis,
  type FoundingValidator,
  type Genesis,
  type GenesisRefusal,
} from "./genesis.ts";
export {
  type GrantEnd,
  grantEnd,
  grantedDatasets,
  grantees,
  grantsOf,
  type HeldKey,
  isKeyOfSide,
} from "./grants.ts";
export { applyChildGenesis, childGenesisInTurns, importRoot } from "./import.ts";
export {
  type EntryList,
  encodeImports,
  type ImportRefusal,
  type ImportRow,
} from "./import-entry.ts";
export { BirthOrder, isImportable, selectImport } from "./import-select.ts";
export { datasetPolicy } from "./kinds/dataset.ts";
export { canSeal } from "./kinds/seals.ts";
export { type VoteChange, voteChanges } from "./kinds/validator.ts";
export * from "./map-keys.ts";
export { RULE_VERSION, rulesAt } from "./rule-version.ts";
export { isWithdrawn, STATUS_BYTES, statusBits } from "./status-bits.ts";
export { type Change, type StateReader, Transaction } from "./transaction.ts";
export type * from "./values.ts";
