import {
  type Client,
  fromHex,
  hex,
  makeSeal,
  parsePolicy,
  parseResolverHost,
  type RecordAnswer,
  readSealEvidence,
  type SealSegments,
  type Signer,
  sealSegments,
  signerFromSeed,
} from "cityid/sdk";
import { checkSeal, readSeal, type SealVerdict } from "cityid/verify/seal";
import { type Hand, nowSeconds } from "../../api/signing.ts";
import { codeOf } from "../codes.ts";

/** Plates that the tour prints. */
export const PLATES = 10;

/** A plate as it is printed: what stands on it, and what its symbol says. */
export type Plate = {
  readonly code: string;
  readonly check: string;
  readonly names: RecordAnswer["record"]["names"];
  readonly born: Uint8Array;
  readonly segments: SealSegments;
};

export type Attack = "none" | "forged" | "swapped";

export type Checked = {
  readonly attack: Attack;
  readonly text: string;
  readonly verdict: SealVerdict;
};

/** Seals the first lamps of a class, in this page, with the key of the department that they belong to. */
export async function printPlates(
  client: Client,
  { signer }: Hand,
  under: string,
): Promise<readonly Plate[]> {
  const { items } = await client.childrenPage(under, { limit: 50 });
  const lamps = items.filter(({ effective }) => effective.status === "active").slice(0, PLATES);
  const records = await Promise.all(lamps.map(({ code }) => client.record(code)));
  // Samples for this page: an office keeps count of its serials (`cityid plates`), so that no two seals have the same.
  const first = (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) * 16;
  const plates: Plate[] = [];
  for (const [i, { code, check, record }] of records.entries()) {
    const born = (fromHex(record.born) ?? new Uint8Array()).slice(0, 8);
    const segments = await sealFor(code, born, first + i, signer);
    plates.push({ code, check, names: record.names, born, segments });
  }
  return plates;
}

async function sealFor(
  text: string,
  born: Uint8Array,
  serial: number,
  signer: Signer,
): Promise<SealSegments> {
  const host = parseResolverHost(location.host);
  if (!host.ok) throw new Error(`${location.host} is no host`);
  const code = codeOf(text);
  const bytes = await makeSeal({ code, serial, born, iatSeconds: nowSeconds() }, signer);
  return sealSegments(host.value, code, bytes);
}

export function textOf({ segments }: Plate): string {
  return segments.alphanumeric + segments.numeric;
}

/**
 * What a forger prints who has no key of the office: all as it should be, its `kid` too, but signed with a key of his own.
 */
export async function forge(plate: Plate, { signer: { kid, alg } }: Hand): Promise<string> {
  const own = signerFromSeed(crypto.getRandomValues(new Uint8Array(32)));
  const forger: Signer = { ...own, kid, alg };
  const { alphanumeric, numeric } = await sealFor(plate.code, plate.born, 1, forger);
  return alphanumeric + numeric;
}

/** The seal of one plate under the address of another. */
export function swap(address: Plate, seal: Plate): string {
  return address.segments.alphanumeric + seal.segments.numeric;
}

/** As a phone does it: what the node can prove, judged in this page by the policy. */
export async function check(client: Client, attack: Attack, text: string): Promise<Checked> {
  const read = readSeal(text);
  if (!read.ok) throw new Error(read.error.code);
  const { code, kid, serial } = read.value.seal;
  const [{ policy }, evidence] = await Promise.all([
    client.node(),
    client.sealEvidence(code, hex(kid), serial),
  ]);
  const parsed = parsePolicy(policy);
  if (!parsed.ok) throw new Error(parsed.error.code);
  const verdict = await checkSeal(text, await readSealEvidence(evidence), {
    policy: parsed.value,
    nowSeconds: nowSeconds(),
    maxAgeSeconds: 86_400,
  });
  return { attack, text, verdict };
}
