export type { TrustOptions } from "../trust.ts";
export { FACTS_FORMAT, type FactBundle, type Place, parseFactBundle } from "./fact-bundle.ts";
export {
  type FactsOptions,
  type FactsRefusal,
  type FactsVerdict,
  verifyFacts,
} from "./verify-facts.ts";
