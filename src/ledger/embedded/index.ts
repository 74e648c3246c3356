export {
  createEmbeddedLedger,
  type EmbeddedOptions,
  embeddedLedgerExists,
  openEmbeddedLedger,
  type Recovery,
} from "./open.ts";
