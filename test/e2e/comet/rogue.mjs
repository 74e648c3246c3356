// The program of a validator whose rules are not the others': from some height on it makes of each block what nobody else
// does. Everything but that one method is what every validator runs.
import { sha256 } from "../../../dist/core/index.js";
import { Chain } from "../../../dist/ledger/comet/chain.js";

const { finalize } = Chain.prototype;
Chain.prototype.finalize = async function (block) {
  const done = await finalize.call(this, block);
  return block.transactions.length === 0 ? done : { ...done, appHash: sha256(done.appHash) };
};
await import("../../../dist/cli/main.js");
