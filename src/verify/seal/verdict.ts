import type {
  Code,
  CodeRecord,
  InclusionRefusal,
  KeyRecord,
  ScannedSeal,
  SealTextRefusal,
} from "../../core/index.ts";

/**
 * Why a seal is not found to be genuine and current. `subject` is the code that it is for, times are Unix seconds, `kid` is
 * hexadecimal.
 */
export type SealReason = SealWrong | SealEnded | SealUnsure;

/** It is no seal of this plate, whatever else may come to light. */
export type SealWrong =
  | SealTextRefusal
  /** The address names another code than the seal. */
  | { readonly code: "SEAL_SWAPPED"; readonly got: Code; readonly subject: Code }
  | { readonly code: "SEAL_NEVER_ISSUED"; readonly subject: Code }
  | {
      readonly code: "SEAL_OLD_GENERATION";
      readonly subject: Code;
      readonly generation: number;
      readonly present: number;
    }
  | { readonly code: "SEAL_FOREIGN"; readonly subject: Code }
  | { readonly code: "SEAL_BORN"; readonly subject: Code; readonly generation: number }
  | { readonly code: "SEAL_KEY_UNKNOWN"; readonly subject: Code; readonly kid: string }
  | { readonly code: "SEAL_KEY_USE"; readonly kid: string; readonly holder: string }
  | {
      readonly code: "SEAL_KEY_SCOPE";
      readonly kid: string;
      readonly scope: "under" | "classes" | "until";
    }
  | { readonly code: "SEAL_KEY_NEARER"; readonly holder: string; readonly nearer: string }
  | {
      readonly code: "SEAL_KEY_TIME";
      readonly kid: string;
      readonly iat: number;
      readonly from: number;
      readonly to?: number;
    }
  | { readonly code: "SEAL_SIGNATURE"; readonly kid: string }
  | { readonly code: "SEAL_UNLOGGED"; readonly kid: string; readonly serial: number }
  | { readonly code: "SEAL_NOT_IN_BATCH"; readonly kid: string; readonly serial: number }
  | {
      readonly code: "SEAL_BATCH_LATE";
      readonly kid: string;
      readonly logged: number;
      readonly until: number;
    };

/** It was genuine, and counts no longer. */
export type SealEnded =
  | { readonly code: "SEAL_EXPIRED"; readonly exp: number }
  | { readonly code: "SEAL_WITHDRAWN"; readonly serial: number }
  | { readonly code: "SEAL_SUSPENDED"; readonly subject: Code; readonly because: string }
  | {
      readonly code: "SEAL_RETIRED";
      readonly subject: Code;
      readonly because: string;
      readonly successors: readonly string[];
    }
  | { readonly code: "SEAL_VOID"; readonly subject: Code; readonly because: string };

/** What is at hand does not tell. */
export type SealUnsure =
  /** No proof at hand says what stands under a map key. */
  | { readonly code: "SEAL_NOT_SHOWN"; readonly key: string }
  /** The proof of the record does not bring all that its effective status depends on. */
  | { readonly code: "SEAL_STATUS_NOT_SHOWN"; readonly subject: Code }
  /** A nearer holder has a key now, and nobody shows since when. */
  | { readonly code: "SEAL_NEARER_SINCE"; readonly holder: string; readonly nearer: string }
  | { readonly code: "SEAL_NO_PATH"; readonly kid: string; readonly serial: number }
  | {
      readonly code: "SEAL_PATH";
      readonly serial: number;
      readonly why: InclusionRefusal["code"];
    }
  | { readonly code: "SEAL_EARLY"; readonly iat: number }
  /** The status bits with this hash are not at hand. */
  | { readonly code: "SEAL_NO_STATUS"; readonly kid: string; readonly hash: string }
  | { readonly code: "SEAL_OLD"; readonly ageSeconds: number; readonly maxSeconds: number };

/** What was found out, in the order of the checks. */
export type SealFact =
  /** The address names the code of the seal. */
  | { readonly fact: "address" }
  /** The code was issued, and this generation of it. */
  | { readonly fact: "issued"; readonly ageSeconds: number }
  /** The key of `signer` was entitled when it signed. */
  | { readonly fact: "entitled"; readonly ageSeconds: number }
  | { readonly fact: "signature" }
  /** The seal stands in a batch that was logged in time. */
  | { readonly fact: "batch"; readonly ageSeconds: number }
  /** It has not expired by the clock of whoever checks. */
  | { readonly fact: "unexpired" }
  | { readonly fact: "not-withdrawn"; readonly ageSeconds: number }
  | { readonly fact: "active"; readonly ageSeconds: number };

/**
 * Facts that hold for good once they are shown, so that they are certain off line; of the others only the network tells whether
 * they still do, and `ageSeconds` how old they are.
 */
export function isLasting({ fact }: SealFact): boolean {
  return fact !== "entitled" && fact !== "not-withdrawn" && fact !== "active";
}

/** Whose key signed: the signature was checked. */
export type SealSigner = {
  /** `code#generation` */
  readonly holder: string;
  readonly kid: string;
  readonly key: KeyRecord;
};

/**
 * What is to be said of a seal. `genuine` is said only of what is proved and fresh; it proves where a plate comes from, not that
 * the plate is no copy.
 */
export type SealVerdict = {
  readonly scanned?: ScannedSeal;
  /** The record as it was shown. */
  readonly record?: CodeRecord;
  readonly signer?: SealSigner;
  readonly facts: readonly SealFact[];
} & (
  | { readonly outcome: "genuine" }
  | { readonly outcome: "wrong"; readonly because: SealWrong }
  | { readonly outcome: "ended"; readonly because: SealEnded }
  | { readonly outcome: "unsure"; readonly because: SealUnsure }
);
