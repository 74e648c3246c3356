export * from "./bytes.ts";
export * from "./cbor/index.ts";
export * from "./code/index.ts";
export { InvariantError, present } from "./invariant.ts";
export * from "./merkle/index.ts";
export * from "./op/index.ts";
export type { Refusal, RefusalCode } from "./refusal.ts";
export { err, ok, type Result } from "./result.ts";
export * from "./state/index.ts";
