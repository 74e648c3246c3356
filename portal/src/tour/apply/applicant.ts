import { fromHex, hex, type Signer, signerFromSeed } from "cityid/sdk";
import { readStored, writeStored } from "../../app/preferences.ts";

const SEED_BYTES = 32;

/** The key of a city that applies: made in this browser, and kept in it, since the city goes on using it. */
export function applicantSigner(code: string): Signer {
  const name = `cityid.applicant.${code}`;
  const stored = fromHex(readStored(name) ?? "");
  if (stored?.length === SEED_BYTES) return signerFromSeed(stored);
  const seed = crypto.getRandomValues(new Uint8Array(SEED_BYTES));
  writeStored(name, hex(seed));
  return signerFromSeed(seed);
}
