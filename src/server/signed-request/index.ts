export { checkRequestSignature } from "./check.ts";
export { readSignatureInput } from "./input.ts";
export { createNonces, type MadeNonce, type Nonces, spendNonce } from "./nonces.ts";
export { type FoundKey, type SignableRequest, verifySignedRequest } from "./verify.ts";
