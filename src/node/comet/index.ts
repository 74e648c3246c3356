export { type BinaryOptions, ENGINE_VERSION, engineBinary } from "./binary.ts";
export { cosignerOf, quorumOf, validatorPolicy } from "./cosigner.ts";
export { MAX_VALIDATORS } from "./genesis.ts";
export { beginNet, type NetOptions, type NetValidator } from "./net.ts";
export { openTestnet, type Testnet, type TestnetOptions } from "./testnet.ts";
export { type RunningPair, runValidator, type ValidatorOptions } from "./validator.ts";
