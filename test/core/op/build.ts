import { signEd25519 } from "#crypto";
import {
  type CborValue,
  encodeCbor,
  encodeSign1,
  OPERATION_TYPE,
  sigStructure,
} from "../../../src/core/index.ts";
import { ORIGIN, START_MILLISECONDS, testKey } from "../state/kit.ts";

export type Parts = {
  readonly alg?: CborValue;
  readonly type?: CborValue;
  readonly kid?: CborValue;
  readonly iss?: CborValue;
  readonly aud?: CborValue;
  readonly iat?: CborValue;
  /** Replaces the claims as a whole. */
  readonly claims?: CborValue;
  /** Added to the protected header. */
  readonly more?: readonly (readonly [number, CborValue])[];
  readonly payload: CborValue;
  readonly key?: string;
  /** Encoded payload, where it should be none of ours. */
  readonly payloadBytes?: Uint8Array;
};

export const NOW_SECONDS: number = START_MILLISECONDS / 1000;

/** An envelope with whatever is wrong about it, and a right signature over that. */
export function envelope(parts: Parts): Uint8Array {
  const { kid, seed } = testKey(parts.key ?? "city");
  const claims = new Map<number, CborValue>([
    [1, parts.iss ?? "MA.156.1301"],
    [3, parts.aud ?? ORIGIN],
    [6, parts.iat ?? NOW_SECONDS],
  ]);
  const header = new Map<number, CborValue>([
    [1, parts.alg ?? -8],
    [3, parts.type ?? OPERATION_TYPE],
    [4, parts.kid ?? kid],
    [15, parts.claims ?? claims],
    ...(parts.more ?? []),
  ]);
  const protectedBytes = encodeCbor(header);
  const payload = parts.payloadBytes ?? encodeCbor(parts.payload);
  const signature = signEd25519(seed, sigStructure(protectedBytes, payload));
  return encodeSign1({ protectedBytes, payload, signature });
}
