import { type FoundingValidator, formatVerifierKey, fromHex, present } from "../../core/index.ts";
import { dataDirectory } from "../data-directory.ts";
import { seedFile } from "../secrets.ts";
import { cosignerOf } from "./cosigner.ts";
import { type EngineKey, engineKey } from "./keys.ts";

/** The keys of a validator's engine, which are made once. */
export type ValidatorKeys = { readonly validatorKey: EngineKey; readonly nodeKey: EngineKey };

export async function validatorKeys(root: string): Promise<ValidatorKeys> {
  const { validatorKey, peerKey } = dataDirectory(root);
  return {
    validatorKey: engineKey(await seedFile(validatorKey)),
    nodeKey: engineKey(await seedFile(peerKey)),
  };
}

export type CardTerms = {
  readonly id: string;
  readonly dataDirectory: string;
  /** Name of the ledger's log. */
  readonly origin: string;
  /** Where its peers reach it: `host:port`. */
  readonly address: string;
  /** Where its node answers. */
  readonly url?: string;
};

/** What the members decide upon when they take a validator in: public, made from keys that stay where they are. */
export async function validatorCard(terms: CardTerms): Promise<FoundingValidator> {
  const { id, dataDirectory: root, origin, address, url } = terms;
  const { validatorKey, nodeKey } = await validatorKeys(root);
  return {
    id,
    key: validatorKey.publicKey,
    peer: present(fromHex(nodeKey.id), "a peer's name"),
    address,
    ...(url === undefined ? {} : { url }),
    cosigner: formatVerifierKey((await cosignerOf(root, origin)).key),
  };
}
