export {
  type Authentication,
  type AuthenticationOptions,
  createAuthentication,
  type FindKey,
} from "./authenticate.ts";
export { isMember, mustBe, speaksFor } from "./entitlement.ts";
export {
  findLedgerKey,
  formatHolder,
  foundKey,
  type Holder,
  parseKeyid,
  type Signer,
} from "./keyid.ts";
