export { openSignaturePool, type SignaturePoolOptions } from "./pool.ts";
