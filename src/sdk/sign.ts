import {
  type Apply,
  type CborValue,
  encodeCbor,
  encodePayload,
  encodeSign1,
  OPERATION_TYPE,
  type Operation,
  signatureId,
  sigStructure,
} from "../core/index.ts";
import type { Signer } from "./signer.ts";

/** What the headers of a signed thing say. */
export type Claims = {
  /** Who signs: a code, or `member/<ID>`. */
  readonly iss: string;
  /** Origin of the ledger that it is for. */
  readonly aud: string;
  readonly iatSeconds: number;
  readonly signer: Signer;
};

/** A COSE_Sign1 and the id under which decisions, manifests and registrations that it makes will stand. */
export type Signed = {
  readonly bytes: Uint8Array;
  /** SHA-256 of the Sig_structure. */
  readonly id: Uint8Array;
};

/** The content type of a claim for a bearer token. */
export const TOKEN_TYPE = "application/vnd.cityid.token+cbor";

/** Signs an operation. @see docs/spec/operations.md, The envelope */
export function signOperation(claims: Claims & { readonly operation: Operation }): Promise<Signed> {
  return signPayload(claims, OPERATION_TYPE, encodePayload(claims.operation));
}

/** Signs an application with one of the keys that it asks for; `iss` is the code asked for. */
export function signApplication(
  claims: Omit<Claims, "iss"> & { readonly application: Apply },
): Promise<Signed> {
  const { application } = claims;
  return signPayload(
    { ...claims, iss: application.code },
    OPERATION_TYPE,
    encodePayload(application),
  );
}

/** Signs a claim for a bearer token, which `POST /v1/tokens` takes. */
export function signToken(
  claims: Claims & {
    readonly nonce: Uint8Array;
    readonly seconds: number;
    /** Id of the one grant that the token is to read under. */
    readonly grant?: Uint8Array;
  },
): Promise<Signed> {
  const { nonce, seconds, grant } = claims;
  return signPayload(claims, TOKEN_TYPE, encodeCbor({ nonce, seconds, ...(grant && { grant }) }));
}

// RFC 9052 §3.1; RFC 9597; RFC 8392 §4.
/** Signs any payload under a content type of its own. */
export async function signPayload(
  claims: Claims,
  type: string,
  payload: Uint8Array,
): Promise<Signed> {
  const { iss, aud, iatSeconds, signer } = claims;
  const cwtClaims: CborValue = new Map<number, CborValue>([
    [1, iss],
    [3, aud],
    [6, iatSeconds],
  ]);
  const header: [number, CborValue][] = [
    [1, signer.alg],
    [3, type],
    [4, signer.kid],
    [15, cwtClaims],
  ];
  const protectedBytes = encodeCbor(new Map(header));
  const message = sigStructure(protectedBytes, payload);
  const signature = await signer.sign(message);
  return { bytes: encodeSign1({ protectedBytes, payload, signature }), id: signatureId(message) };
}
