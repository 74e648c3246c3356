import { publicEd25519 } from "#crypto";
import { base64, concat } from "../../core/index.ts";
import { engineId } from "../../ledger/comet/index.ts";

/** An Ed25519 key of the engine: the one that a validator votes with, or the one that its peers know it by. */
export type EngineKey = {
  /** 20 bytes in hex: a validator's address, a peer's name. */
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly seed: Uint8Array;
};

export function engineKey(seed: Uint8Array): EngineKey {
  const publicKey = publicEd25519(seed);
  return { id: engineId(publicKey), publicKey, seed };
}

/** As the engine's JSON spells a public key. */
export function publicKeyJson({ publicKey }: Pick<EngineKey, "publicKey">): object {
  return { type: "tendermint/PubKeyEd25519", value: base64(publicKey) };
}

function privateKeyJson({ seed, publicKey }: EngineKey): object {
  return { type: "tendermint/PrivKeyEd25519", value: base64(concat(seed, publicKey)) };
}

/** `priv_validator_key.json` */
export function validatorKeyFile(key: EngineKey): object {
  const address = key.id.toUpperCase();
  return { address, pub_key: publicKeyJson(key), priv_key: privateKeyJson(key) };
}

/** `node_key.json` */
export function nodeKeyFile(key: EngineKey): object {
  return { priv_key: privateKeyJson(key) };
}
