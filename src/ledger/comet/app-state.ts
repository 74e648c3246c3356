import { base64, equalBytes, fromBase64, type Hash } from "../../core/index.ts";
import { LedgerFault } from "../fault.ts";

// `app_state` of the engine's genesis file: which ledger the chain is of, and all that a validator needs to begin it.

const FORMAT = "cityid/chain/v1";

export type AppState = {
  readonly origin: string;
  /** Entry 0 of the log: the genesis. */
  readonly genesis: Uint8Array;
  /** Entries that the log had when the chain began. */
  readonly size: number;
  /** Root of the tree over them. */
  readonly root: Hash;
};

/** As JSON, to stand in the genesis file. */
export function formatAppState({ origin, genesis, size, root }: AppState): object {
  return { format: FORMAT, origin, size, root: base64(root), genesis: base64(genesis) };
}

/** @throws LedgerFault LEDGER_CHAIN */
export function parseAppState(text: string): AppState {
  const { format, origin, size, genesis, root } = read(text);
  const bytes = typeof genesis === "string" ? fromBase64(genesis) : undefined;
  const hash = typeof root === "string" ? fromBase64(root) : undefined;
  const isRight =
    format === FORMAT && typeof origin === "string" && Number.isSafeInteger(size) && bytes;
  if (!isRight || hash?.length !== 32) throw new LedgerFault("LEDGER_CHAIN", { why: "app_state" });
  return { origin, genesis: bytes, size: Number(size), root: hash as Hash };
}

/** @throws LedgerFault LEDGER_CHAIN where the chain is of another ledger than this one, or begins elsewhere in it */
export function checkAppState(chain: AppState, own: AppState): void {
  const isOther = chain.origin !== own.origin || !equalBytes(chain.genesis, own.genesis);
  if (isOther) {
    throw new LedgerFault("LEDGER_CHAIN", { why: "ledger", want: chain.origin, got: own.origin });
  }
  if (chain.size !== own.size) {
    throw new LedgerFault("LEDGER_CHAIN", { why: "size", want: chain.size, got: own.size });
  }
  if (!equalBytes(chain.root, own.root)) {
    const facts = { want: base64(chain.root), got: base64(own.root) };
    throw new LedgerFault("LEDGER_CHAIN", { why: "root", ...facts });
  }
}

function read(text: string): { readonly [field: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
