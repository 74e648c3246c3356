import {
  ApiProblem,
  type Client,
  fromHex,
  type Outcome,
  type Signed,
  type Signer,
  signerFromSeed,
  signOperation,
} from "cityid/sdk";
import { readDemoKey } from "./demo.ts";

/** Whose hand signs: a holder and one of its keys. */
export type Hand = { readonly issuer: string; readonly signer: Signer };

/** Borrows a demonstration key from the node; the signing happens in this page. */
export async function lendHand(who: string, send: typeof fetch): Promise<Hand> {
  const { issuer, seed } = await readDemoKey(who, send);
  return { issuer, signer: signerFromSeed(readSeed(seed)) };
}

/** Signs an operation now. @param ledger origin of the ledger that it is for */
export function sign(
  { issuer, signer }: Hand,
  operation: Parameters<typeof signOperation>[0]["operation"],
  ledger: string,
): Promise<Signed> {
  return signOperation({ iss: issuer, aud: ledger, iatSeconds: nowSeconds(), signer, operation });
}

/** Submits one operation. @throws ApiProblem when it is refused */
export async function submitSigned(client: Client, { bytes }: Signed): Promise<Accepted> {
  return accepted(await client.submit(bytes));
}

export type Accepted = Extract<Outcome, { readonly status: "accepted" }>;

/** @throws ApiProblem when the ledger refused */
export function accepted(outcome: Outcome): Accepted {
  if (outcome.status === "accepted") return outcome;
  const { code, title = code, facts, remedy } = outcome;
  throw new ApiProblem(422, { code, title, facts, remedy });
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Statements say since when; the ledger refuses days that have not begun in UTC. */
export function todayUtc(): string {
  return new Date().toISOString().slice(0, 10);
}

export function readSeed(seed: string): Uint8Array {
  const bytes = fromHex(seed);
  if (bytes?.length !== 32) throw new Error("the node lent something that is no key");
  return bytes;
}
