import { hashLeaf, hex } from "../../core/index.ts";
import { type AppState, engineId, formatAppState } from "../../ledger/comet/index.ts";
import { type EngineKey, publicKeyJson } from "./keys.ts";

/** A block of the engine takes so many bytes at most. */
const MAX_BLOCK_BYTES = 2 * 1024 * 1024;

export type GenesisValidator = Pick<EngineKey, "publicKey"> & { readonly name: string };

/** The engine's name of a ledger's chain. */
export function chainIdOf({ genesis }: Pick<AppState, "genesis">): string {
  return `cityid-${hex(hashLeaf(genesis)).slice(0, 16)}`;
}

/** `genesis.json`: the same bytes on every validator. All have equal power. */
export function engineGenesis(
  app: AppState,
  validators: readonly GenesisValidator[],
  timeMilliseconds: number,
): string {
  const genesis = {
    genesis_time: new Date(timeMilliseconds).toISOString(),
    chain_id: chainIdOf(app),
    initial_height: "1",
    consensus_params: {
      block: { max_bytes: String(MAX_BLOCK_BYTES), max_gas: "-1" },
      evidence: {
        max_age_num_blocks: "100000",
        max_age_duration: "172800000000000",
        max_bytes: "65536",
      },
      validator: { pub_key_types: ["ed25519"] },
      version: { app: "0" },
      abci: { vote_extensions_enable_height: "0" },
    },
    validators: validators.map((validator) => ({
      address: engineId(validator.publicKey).toUpperCase(),
      pub_key: publicKeyJson(validator),
      power: "1",
      name: validator.name,
    })),
    app_hash: "",
    app_state: formatAppState(app),
  };
  return `${JSON.stringify(genesis, null, 2)}\n`;
}
