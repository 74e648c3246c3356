export { type BinaryOptions, ENGINE_VERSION, engineBinary } from "./binary.ts";
export { type CardTerms, validatorCard } from "./card.ts";
export { cosignerOf, quorumOf, validatorPolicy } from "./cosigner.ts";
export type { StateSync } from "./engine-config.ts";
export { beginNet, type NetOptions, type NetValidator } from "./net.ts";
export { originOfChain, type PrepareOptions, prepareValidator } from "./prepare.ts";
export { type Promoted, type PromoteOptions, promote } from "./promote.ts";
export { openTestnet, type Testnet, type TestnetOptions } from "./testnet.ts";
export { type RunningPair, runValidator, type ValidatorOptions } from "./validator.ts";
