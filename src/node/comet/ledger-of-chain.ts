import { rmSync } from "node:fs";
import { decodeCbor, decodeGenesis } from "../../core/index.ts";
import { isHalfJoined, parseAppState } from "../../ledger/comet/index.ts";
import { createEmbeddedLedger, embeddedLedgerExists } from "../../ledger/embedded/index.ts";
import { LedgerFault } from "../../ledger/index.ts";
import { nodeFiles, readText } from "../../log/index.ts";
import type { DataDirectory } from "../data-directory.ts";
import { engineHome } from "./home.ts";
import { appStateIn } from "./prepare.ts";

/**
 * Begins the ledger of a validator that has none, from the genesis of its chain: everything after block 0 it gets from the
 * others. One that is there stays, unless it was left while it took a snapshot in: then it begins again.
 *
 * @throws LedgerFault LEDGER_CHAIN where the genesis of the chain does not hold that of the ledger
 */
export async function beginLedgerOfChain(directory: DataDirectory): Promise<void> {
  if (isHalfJoined(directory.ledger)) rmSync(directory.ledger, { recursive: true, force: true });
  if (embeddedLedgerExists(directory.ledger)) return;
  const file = await readText(nodeFiles, engineHome(directory.root).genesis);
  const { genesis } = parseAppState(JSON.stringify(appStateIn(file ?? "")));
  const value = decodeCbor(genesis);
  const decoded = value.ok ? decodeGenesis(value.value) : value;
  if (!decoded.ok) throw new LedgerFault("LEDGER_CHAIN", { why: "app_state" });
  // What a child ledger took over does not stand in the chain's genesis.
  if ("parent" in decoded.value) throw new LedgerFault("LEDGER_CHAIN", { why: "imports" });
  await createEmbeddedLedger(directory.ledger, decoded.value);
}
