export { memoryStore } from "./memory.ts";
export type { BlobStore } from "./port.ts";
