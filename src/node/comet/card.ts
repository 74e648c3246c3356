import {
  equalBytes,
  type FoundingValidator,
  formatVerifierKey,
  fromHex,
  hex,
  present,
} from "../../core/index.ts";
import { LedgerFault } from "../../ledger/index.ts";
import { dataDirectory } from "../data-directory.ts";
import { readSeed, seedFile } from "../secrets.ts";
import { cosignerOf } from "./cosigner.ts";
import { type EngineKey, engineKey } from "./keys.ts";

/** The keys of a validator's engine. */
export type ValidatorKeys = { readonly validatorKey: EngineKey; readonly nodeKey: EngineKey };

/** Those of a directory, which are made once. */
export async function validatorKeys(root: string): Promise<ValidatorKeys> {
  const { validatorKey, peerKey } = dataDirectory(root);
  return {
    validatorKey: engineKey(await seedFile(validatorKey)),
    nodeKey: engineKey(await seedFile(peerKey)),
  };
}

/** What a validator is known by among the others. */
type Named = { readonly key: Uint8Array; readonly peer: Uint8Array };

/**
 * Which of the validators this directory is, and its keys. None are made here: nobody would know them.
 *
 * @throws LedgerFault LEDGER_CHAIN (`key`) where its keys are those of none of them, or it has none
 */
export async function ownAmong<V extends Named>(
  root: string,
  validators: readonly V[],
): Promise<{ readonly own: V; readonly keys: ValidatorKeys }> {
  const files = dataDirectory(root);
  const [vote, peer] = [await readSeed(files.validatorKey), await readSeed(files.peerKey)];
  if (vote !== undefined && peer !== undefined) {
    const keys = { validatorKey: engineKey(vote), nodeKey: engineKey(peer) };
    const own = validators.find(
      (each) =>
        equalBytes(each.key, keys.validatorKey.publicKey) && hex(each.peer) === keys.nodeKey.id,
    );
    if (own !== undefined) return { own, keys };
  }
  throw new LedgerFault("LEDGER_CHAIN", { why: "key", path: root });
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
