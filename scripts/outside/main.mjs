// One real ledger, judged by programs that nobody here wrote. Usage: main.mjs TOOLS [ENTRIES]; check-proofs.sh makes the tools.
import { join } from "node:path";
import { answerOf, check } from "./check.mjs";
import { checkWithFsck } from "./fsck.mjs";
import { checkMap } from "./ics23.mjs";
import { startLedger } from "./ledger.mjs";
import { newestSize } from "./log.mjs";
import { checkReceipts } from "./receipts.mjs";
import { checkValidators } from "./validators.mjs";

const [tools, entries = "70000"] = process.argv.slice(2);
const began = performance.now();
const say = (what) => console.log(`${what} (${Math.round((performance.now() - began) / 1000)}s)`);

say(`a ledger of ${entries} operations, three witnesses`);
const running = [];
const endAll = () => Promise.all(running.map((each) => each.end()));
// As check-proofs.sh ends this when its time is over.
process.once("SIGTERM", () => endAll().then(() => process.exit(1)));
try {
  const ledger = await startLedger(Number(entries), running);
  say(`golang.org/x/mod/sumdb on its ${await newestSize(ledger)} entries`);
  const report = await answerOf(join(tools, "check"), [`${ledger.url}/log`, ledger.vkey]);
  check(/^ok .*grown=0\n$/.test(report), report);
  say("Tessera's fsck");
  await checkWithFsck(ledger, join(tools, "fsck"));
  say("receipts");
  await checkReceipts(ledger, join(tools, "receipts"));
  say("receipts that validators cosigned");
  await checkValidators(join(tools, "receipts"));
  say("the map");
  await checkMap(ledger, join(tools, "cityid-ics23"));
  say("every program that nobody here wrote agrees");
} finally {
  await endAll();
}
