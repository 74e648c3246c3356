import type { CborRefusal } from "./cbor/index.ts";
import type {
  AidcRefusal,
  CheckRefusal,
  CodeRefusal,
  DidRefusal,
  Gbt2260Refusal,
  HostRefusal,
  UicRefusal,
  UrnRefusal,
  UrnTypeRefusal,
} from "./code/index.ts";
import type { CoseSignatureRefusal, DerRefusal } from "./cose/index.ts";
import type {
  BodyRefusal,
  EntryRefusal,
  FactRefusal,
  JudgeRefusal,
  PlateRefusal,
} from "./data/index.ts";
import type { MapProofRefusal } from "./map/index.ts";
import type { ConsistencyRefusal, RangeRefusal, TilePathRefusal } from "./merkle/index.ts";
import type {
  CheckpointRefusal,
  NoteRefusal,
  OwnWitnessRefusal,
  PolicyRefusal,
  SignatureRefusal,
  TlogProofRefusal,
  TrustRefusal,
  VerifierKeyRefusal,
} from "./note/index.ts";
import type { ItemRefusal } from "./op/index.ts";
import type { SealTextRefusal } from "./seal/index.ts";
import type {
  ApplyRefusal,
  BlockEntryRefusal,
  GenesisRefusal,
  ImportRefusal,
} from "./state/index.ts";

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
  | DidRefusal
  | Gbt2260Refusal
  | HostRefusal
  | UrnRefusal
  | UrnTypeRefusal
  | CoseSignatureRefusal
  | DerRefusal
  | ConsistencyRefusal
  | RangeRefusal
  | TilePathRefusal
  | MapProofRefusal
  | NoteRefusal
  | VerifierKeyRefusal
  | SignatureRefusal
  | CheckpointRefusal
  | TlogProofRefusal
  | PolicyRefusal
  | OwnWitnessRefusal
  | TrustRefusal
  | ItemRefusal
  | SealTextRefusal
  | EntryRefusal
  | FactRefusal
  | JudgeRefusal
  | PlateRefusal
  | BodyRefusal
  | ApplyRefusal
  | GenesisRefusal
  | ImportRefusal
  | BlockEntryRefusal;

/** The stable name of a refusal, as listed in docs/errors.md. */
export type RefusalCode = Refusal["code"];
