import type { CborRefusal } from "./cbor/index.ts";
import type { AidcRefusal, CheckRefusal, CodeRefusal, UicRefusal } from "./code/index.ts";
import type {
  CoseKeyRefusal,
  CoseRefusal,
  CoseSignatureRefusal,
  DerRefusal,
} from "./cose/index.ts";
import type {
  ConsistencyRefusal,
  InclusionRefusal,
  RangeRefusal,
  TilePathRefusal,
} from "./merkle/index.ts";
import type {
  CheckpointRefusal,
  NoteRefusal,
  PolicyRefusal,
  TlogProofRefusal,
  TrustRefusal,
  VerifierKeyRefusal,
} from "./note/index.ts";
import type { ItemRefusal } from "./op/index.ts";
import type { ApplyRefusal, BlockEntryRefusal, GenesisRefusal } from "./state/index.ts";

/**
 * Every way the core can refuse its input. Each module declares its own refusals next to the
 * function that makes them; this file only gathers them for the tables that translate codes.
 */
export type Refusal =
  | CborRefusal
  | CodeRefusal
  | CheckRefusal
  | UicRefusal
  | AidcRefusal
  | CoseRefusal
  | CoseKeyRefusal
  | CoseSignatureRefusal
  | DerRefusal
  | ItemRefusal
  | ApplyRefusal
  | GenesisRefusal
  | BlockEntryRefusal
  | InclusionRefusal
  | ConsistencyRefusal
  | RangeRefusal
  | TilePathRefusal
  | VerifierKeyRefusal
  | NoteRefusal
  | CheckpointRefusal
  | TlogProofRefusal
  | PolicyRefusal
  | TrustRefusal;

/** The stable name of a refusal, as listed in docs/errors.md. */
export type RefusalCode = Refusal["code"];
