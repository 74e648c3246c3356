export {
  type Authentication,
  type AuthenticationOptions,
  createAuthentication,
  type FindKey,
  type Reader,
} from "./authenticate.ts";
export { heldKey, isMember, mustBe, speaksFor } from "./entitlement.ts";
export {
  findLedgerKey,
  formatHolder,
  foundKey,
  type Holder,
  parseKeyid,
  type Signer,
} from "./keyid.ts";
