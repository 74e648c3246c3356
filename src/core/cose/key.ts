import { isEd25519KeyWellFormed, sha256 } from "#crypto";
import { concat } from "../bytes.ts";
import { type CborKeyedMap, type CborValue, encodeCbor } from "../cbor/index.ts";
import { err, ok, type Result } from "../result.ts";
import { isOnP256 } from "./p256-curve.ts";

/** A public key that was read strictly: Ed25519 (32 bytes, RFC 8032), or P-256 (the point x‖y, 64 bytes). */
export type PublicKey = {
  readonly kind: "ed25519" | "p256";
  readonly bytes: Uint8Array;
};

/** Why a value is no COSE_Key of ours. */
export type CoseKeyRefusal =
  | { readonly code: "COSE_KEY_MAP" }
  | { readonly code: "COSE_KEY_TYPE"; readonly want: string }
  | { readonly code: "COSE_KEY_MEMBERS"; readonly got: number; readonly want: number }
  | { readonly code: "COSE_KEY_LENGTH"; readonly label: number; readonly want: number }
  | { readonly code: "COSE_KEY_POINT"; readonly kind: PublicKey["kind"] };

// RFC 9053 §7.1, §7.2.
const KTY = 1;
const CRV = -1;
const X = -2;
const Y = -3;
const KTY_OKP = 1;
const CRV_ED25519 = 6;
const KTY_EC2 = 2;
const CRV_P256 = 1;
const COORDINATE_BYTES = 32;
const KEY_IDENTIFIER_BYTES = 8;

/**
 * Reads a COSE_Key that holds the public members of an Ed25519 or P-256 key and nothing else.
 *
 * The value is not trusted. An Ed25519 key that is no point of the curve passes: finding out costs as much as a
 * signature check, which such a key never passes.
 *
 * @returns the key, or the first check that failed: `COSE_KEY_MAP`, `COSE_KEY_TYPE`, `COSE_KEY_MEMBERS`,
 *   `COSE_KEY_LENGTH`, `COSE_KEY_POINT`
 * @see RFC 9052 §7, RFC 9053 §7
 */
export function parseCoseKey(value: CborValue): Result<PublicKey, CoseKeyRefusal> {
  if (!(value instanceof Map)) return err({ code: "COSE_KEY_MAP" });
  const key: CborKeyedMap = value;
  const isOkp = key.get(KTY) === KTY_OKP && key.get(CRV) === CRV_ED25519;
  const isEc2 = key.get(KTY) === KTY_EC2 && key.get(CRV) === CRV_P256;
  if (!isOkp && !isEc2) return err({ code: "COSE_KEY_TYPE", want: "Ed25519 or P-256" });
  const labels = isOkp ? [X] : [X, Y];
  if (key.size !== 2 + labels.length) {
    return err({ code: "COSE_KEY_MEMBERS", got: key.size, want: 2 + labels.length });
  }
  const coordinates = readCoordinates(key, labels);
  if (!coordinates.ok) return coordinates;
  const bytes = coordinates.value;
  const kind = isOkp ? "ed25519" : "p256";
  const isPoint = isOkp ? isEd25519KeyWellFormed(bytes) : isOnP256(bytes);
  return isPoint ? ok({ kind, bytes }) : err({ code: "COSE_KEY_POINT", kind });
}

function readCoordinates(
  key: CborKeyedMap,
  labels: readonly number[],
): Result<Uint8Array, CoseKeyRefusal> {
  const parts: Uint8Array[] = [];
  for (const label of labels) {
    const part = key.get(label);
    if (!(part instanceof Uint8Array) || part.length !== COORDINATE_BYTES) {
      return err({ code: "COSE_KEY_LENGTH", label, want: COORDINATE_BYTES });
    }
    parts.push(part);
  }
  return ok(concat(...parts));
}

/** The COSE_Key of a public key: the members that its thumbprint covers, and nothing else. */
export function coseKey({ kind, bytes }: PublicKey): CborKeyedMap {
  const x = bytes.slice(0, COORDINATE_BYTES);
  const members: [number, CborValue][] =
    kind === "ed25519"
      ? [
          [KTY, KTY_OKP],
          [CRV, CRV_ED25519],
          [X, x],
        ]
      : [
          [KTY, KTY_EC2],
          [CRV, CRV_P256],
          [X, x],
          [Y, bytes.slice(COORDINATE_BYTES)],
        ];
  return new Map(members);
}

/** SHA-256 thumbprint of a COSE_Key that `parseCoseKey` took: the hash of its deterministic encoding. RFC 9679 §3. */
export function thumbprint(key: CborKeyedMap): Uint8Array {
  return sha256(encodeCbor(key));
}

/** The `kid` of a key: the first 8 bytes of its thumbprint. It selects a key and proves nothing. */
export function keyIdentifier(key: CborKeyedMap): Uint8Array {
  return thumbprint(key).slice(0, KEY_IDENTIFIER_BYTES);
}
