export type { TrustOptions } from "../trust.ts";
export { FACTS_FORMAT, type FactBundle, type Place, parseFactBundle } from "./fact-bundle.ts";
export {
  EXPORT_FORMAT,
  type ExportCheck,
  type ExportRefusal,
  type ExportVerdict,
  openExportProof,
  type ShownEntry,
} from "./verify-export.ts";
export {
  type FactsOptions,
  type FactsRefusal,
  type FactsVerdict,
  verifyFacts,
} from "./verify-facts.ts";
