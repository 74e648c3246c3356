// Receipts of a ledger that four validators order, whose checkpoints they cosign, put to verifiers that know nothing of consensus:
// torchwood and transparency-dev/formats take them by the ledger's policy alone, and refuse them without enough cosignatures.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashLeaf, hex } from "../../dist/core/index.js";
import { engineBinary, openTestnet, runValidator } from "../../dist/node/index.js";
import { createClient, signerFromSeed, signOperation } from "../../dist/sdk/index.js";
import { answerOf, check } from "./check.mjs";
import { freePort } from "../../bench/lib/free-port.mjs";
import { until } from "./until.mjs";
import { discard } from "../lib/discard.mjs";

const MAIN = fileURLToPath(new URL("../../bin/cli/main.js", import.meta.url));
const CACHE = fileURLToPath(new URL("../../.cache/bin", import.meta.url));
const COUNT = 4;

export async function checkValidators(program) {
  const directory = mkdtempSync(join(tmpdir(), "cityid-validators-"));
  const [port, peerPort] = [await freePort(), await freePort()];
  const binary = await engineBinary({ env: process.env, cache: CACHE });
  const net = await openTestnet({ directory, validators: COUNT, port, peerPort });
  process.env.CITYID_LOG = "quiet";
  const ending = new AbortController();
  const running = net.validators.map(({ dataDirectory, host }) =>
    runValidator({
      ...{ dataDirectory, binary, entry: MAIN, signal: ending.signal },
      arguments: ["validator", "--supervised", "--data", dataDirectory, "--host", host, "--port", String(port)],
    }),
  );
  try {
    const url = `http://${net.validators[0].host}:${port}`;
    await until(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200, "a validator that takes writes");
    const { bytes, index } = await write(createClient({ url }), net);
    const { policy } = net.genesis;
    const receipt = await until(async () => {
      const answer = await fetch(`${url}/v1/operations/${hex(hashLeaf(bytes))}`);
      const { receipt: text } = await answer.json();
      // Besides the log's own line, as many as the policy asks for.
      return linesOf(text).length > Math.floor((2 * COUNT) / 3) + 1 ? text : undefined;
    }, "a receipt that the validators cosigned");
    const lines = linesOf(receipt);
    const alone = receipt.replace(`${lines.join("\n")}\n`, `${lines[0]}\n`);
    const base64 = (text) => Buffer.from(text).toString("base64");
    const cases = [receipt, alone].map((proof) => ({ policy, proof: base64(proof), entry: base64(bytes) }));
    const [cosigned, byTheLogAlone] = JSON.parse(await answerOf(program, [], { input: JSON.stringify(cases) }));
    for (const name of ["torchwood", "formats"]) {
      check(cosigned[name] === "", `${name} accepts entry ${index}, cosigned by ${lines.length - 1} of ${COUNT} validators ${cosigned[name]}`);
      check(byTheLogAlone[name] !== "", `and refuses it with the log's signature alone: ${byTheLogAlone[name]}`);
    }
  } finally {
    ending.abort();
    await Promise.all(running);
    discard(directory);
  }
}

/** The signature lines of the checkpoint at the end of a receipt. */
function linesOf(receipt) {
  return receipt.trimEnd().split("\n").filter((line) => line.startsWith("— "));
}

async function write(client, { genesis, memberKeys }) {
  const signer = signerFromSeed(Buffer.from(readFileSync(memberKeys[0].path, "utf8").trim(), "hex"));
  const add = [{ names: { zh: "石家庄市" }, level: "prefecture", from: "1981", source: "test" }];
  const { bytes } = await signOperation({
    ...{ iss: "member/A", aud: genesis.origin, iatSeconds: Math.floor(Date.now() / 1000), signer },
    operation: { op: "gazette", items: [{ code: "MA.156.1301", add }] },
  });
  const { status, index } = await client.submit(bytes);
  check(status === "accepted", "a validator takes an operation");
  return { bytes, index };
}
