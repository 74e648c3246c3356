import { decodeCbor, decodeGenesis, Frontier, hashLeaf } from "../../core/index.ts";
import type { AppState } from "../../ledger/comet/index.ts";
import { LedgerFault } from "../../ledger/index.ts";
import { readLog } from "../../log/index.ts";

/**
 * Where a chain begins that goes on with the ledger in a directory, which nobody writes meanwhile.
 *
 * @throws LogFault as of reading a log; LedgerFault LEDGER_CHAIN where its end is torn
 */
export function chainStart(directory: string): AppState {
  const frontier = Frontier.empty();
  let first: Uint8Array | undefined;
  const { torn } = readLog({ directory }, ({ entries }) => {
    first ??= entries[0];
    for (const entry of entries) frontier.append(hashLeaf(entry));
  });
  // What was being written when the node died belongs to no block yet; its next start drops it.
  if (torn !== undefined) throw new LedgerFault("LEDGER_CHAIN", { why: "torn" });
  const genesis = first ?? new Uint8Array();
  const value = decodeCbor(genesis);
  const decoded = value.ok ? decodeGenesis(value.value) : value;
  if (!decoded.ok) throw new LedgerFault("LEDGER_CHAIN", { why: "genesis" });
  const { origin } = decoded.value;
  return { origin, genesis, size: frontier.size, root: frontier.root() };
}
