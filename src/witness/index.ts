export type { AskDependencies, AskedWitness, AskFailure } from "./ask.ts";
export { askWitness } from "./ask.ts";
export {
  Collector,
  type CollectorDependencies,
  type WitnessedLog,
  type WitnessStatus,
  type WitnessTrouble,
  witnessAddress,
} from "./collector.ts";
export { type FraudProof, formatFraudProof } from "./fraud.ts";
export { type KnownLogs, knownLogs, type UnreadablePolicy } from "./known-logs.ts";
export {
  DEFAULT_AGE_SECONDS,
  MAX_ADD_CHECKPOINT_BYTES,
  WITNESS_PATIENCE_MILLISECONDS,
} from "./limits.ts";
export {
  type AddCheckpoint,
  type AddCheckpointRefusal,
  formatAddCheckpoint,
  parseAddCheckpoint,
} from "./request.ts";
export { createValidatorWitness, type ValidatorWitness } from "./validator.ts";
export {
  createWitness,
  originHash,
  type Witness,
  type WitnessMemory,
  type WitnessRefusal,
} from "./witness.ts";
