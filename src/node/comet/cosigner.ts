import { publicEd25519 } from "#crypto";
import { formatVerifierKey, hex, type NoteSigner, sha256, verifierKey } from "../../core/index.ts";
import type { Ledger } from "../../ledger/index.ts";
import { createValidatorWitness, type Witness } from "../../witness/index.ts";
import { dataDirectory } from "../data-directory.ts";
import { seedFile } from "../secrets.ts";
import type { NetValidator } from "./net.ts";

/** The key that a validator cosigns its ledger with, made the first time. */
export async function cosignerOf(root: string, origin: string): Promise<NoteSigner> {
  const seed = await seedFile(dataDirectory(root).cosignerKey);
  const publicKey = publicEd25519(seed);
  // Each validator needs a name of its own, and has none in the ledger.
  const name = `${origin.replace(/\/log$/, "")}/validator/${hex(sha256(publicKey)).slice(0, 8)}`;
  return { key: verifierKey(name, "cosignature", publicKey), seed };
}

/** The validator as a witness of its own ledger. */
export function ownCosigner(
  ledger: Ledger,
  signer: NoteSigner,
  logKeys: readonly NoteSigner[],
): Witness {
  const witness = createValidatorWitness({
    signer,
    head: ledger.head(),
    keys: () => logKeys.map(({ key }) => key),
    clock: Date.now,
    pause: (milliseconds, then) => void setTimeout(then, milliseconds).unref(),
  });
  ledger.onBlock((head) => witness.committed(head));
  return witness;
}

/** More than two thirds of the validators: as many as consensus itself asks for. */
export function quorumOf(validators: number): number {
  return Math.floor((2 * validators) / 3) + 1;
}

/** The trust policy of a ledger whose checkpoints its validators cosign, each asked at the address of its node. */
export async function validatorPolicy(
  validators: readonly (NetValidator & { readonly url: string })[],
  ledger: { readonly origin: string; readonly vkey: string },
): Promise<string> {
  const cards = await Promise.all(
    validators.map(async ({ name: id, dataDirectory: root, url }) => {
      const { key } = await cosignerOf(root, ledger.origin);
      return { id, cosigner: formatVerifierKey(key), url };
    }),
  );
  return policyOfCards(cards, ledger.vkey);
}

/** The same, of what validators show of themselves. */
export function policyOfCards(
  cards: readonly { readonly id: string; readonly cosigner: string; readonly url: string }[],
  vkey: string,
): string {
  const witnesses = cards.map(({ id, cosigner, url }) => {
    return `witness ${id} ${cosigner} ${url.replace(/\/$/, "")}/validator\n`;
  });
  const names = cards.map(({ id }) => id).join(" ");
  const group = `group validators ${quorumOf(cards.length)} ${names}\n`;
  return `log ${vkey}\n${witnesses.join("")}${group}quorum validators\n`;
}
