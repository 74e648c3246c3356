// Receipts of a live node, as they were served and forged, put to torchwood, to transparency-dev/formats, to sigstore's
// verifier and to `cityid verify`.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashLeaf, hex } from "../../dist/core/index.js";
import { answerOf, check, runCityid, someAtOnce } from "./check.mjs";
import { checkOperations } from "./cose.mjs";
import { entryAt, get, newestSize } from "./log.mjs";
import { bySigstore } from "./sigstore.mjs";
import { until } from "./until.mjs";
import { discard } from "../lib/discard.mjs";

const RECEIPTS = 500;

export async function checkReceipts(ledger, program) {
  const size = await newestSize(ledger);
  const receipts = await someAtOnce(spread(size), (index) => receiptOf(ledger, index));
  const { policy } = ledger;
  const honest = await verdicts(program, receipts.map((each) => ({ policy, ...each })));
  for (const name of ["torchwood", "formats"]) {
    const refused = honest.find((each) => each[name] !== "");
    check(refused === undefined, `${name} accepts ${receipts.length} receipts of a log of ${size} entries ${refused?.[name] ?? ""}`);
  }
  const sigstore = receipts.map((each) => bySigstore(ledger.vkey, each)).filter((why) => why !== "");
  check(sigstore.length === 0, `@sigstore/verify accepts checkpoint and inclusion of the same ${sigstore[0] ?? ""}`);
  await checkOperations(ledger, receipts.map(({ entry }) => entry));
  await checkForged(ledger, program, receipts[Math.floor(receipts.length / 2)]);
}

/** Both ends, the edges of tiles, and what lies between. */
function spread(size) {
  const some = Array.from({ length: RECEIPTS }, (_, n) => Math.floor((n * size) / RECEIPTS));
  const wanted = [...some, 1, 255, 256, 257, 65_535, 65_536, size - 2, size - 1];
  return [...new Set(wanted)].filter((index) => index < size).sort((a, b) => a - b);
}

async function receiptOf(ledger, index) {
  const entry = await entryAt(ledger, index);
  const answer = await get(`${ledger.url}/v1/operations/${hex(hashLeaf(entry))}`);
  const { receipt } = await answer.json();
  return { proof: receipt, entry };
}

/** What both Go verifiers say: empty where they accept. */
async function verdicts(program, cases) {
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  const input = cases.map(({ policy, proof, entry }) => ({ policy, proof: base64(proof), entry: base64(entry) }));
  return JSON.parse(await answerOf(program, [], { input: JSON.stringify(input) }));
}

async function checkForged(ledger, program, honest) {
  const cases = await forgeries(ledger, honest);
  const theirs = await verdicts(program, cases);
  const directory = mkdtempSync(join(tmpdir(), "cityid-receipts-"));
  try {
    const ours = await someAtOnce(cases, (each, n) => byCityid(join(directory, String(n)), each));
    for (const [n, each] of cases.entries()) {
      const said = ours[n];
      check(said === each.cause, `${each.cause ?? "right"}: ${each.name} ${said === each.cause ? "" : `(cityid: ${said})`}`);
      for (const [name, why] of Object.entries(theirs[n])) {
        if ((why === "") !== (each.cause === undefined)) throw new Error(`${name} says of ${each.name}: ${why || "right"}`);
      }
      if (each.sigstore === undefined) continue;
      const why = bySigstore(ledger.vkey, each);
      if ((why === "") !== each.sigstore) throw new Error(`@sigstore/verify says of ${each.name}: ${why || "right"}`);
    }
  } finally {
    discard(directory);
  }
  console.log("  torchwood, formats and cityid agree on each of them");
}

/** @returns the cause of the refusal, `undefined` where the receipt is accepted */
async function byCityid(path, { policy, proof, entry }) {
  writeFileSync(path, proof);
  writeFileSync(`${path}.cose`, entry);
  writeFileSync(`${path}.policy`, policy);
  const { status, said } = await runCityid("verify", path, "--policy", `${path}.policy`, "--json");
  if (status === 0) return undefined;
  if (status !== 6) throw new Error(`cityid verify ended with ${status}: ${said}`);
  return JSON.parse(said).facts.cause;
}

/** `cause`: why we refuse, absent where all must accept; `sigstore`: its verdict, which knows neither quorum nor witnesses. */
async function forgeries(ledger, { proof, entry }) {
  const { policy, vkey, witnesses } = ledger;
  const lines = parts(proof);
  const { index, path, text, logLine, cosignatures: [w0, w1, w2] } = lines;
  const again = await cosignedAgain(witnesses[0], text, logLine, w0);
  const stranger = `— stranger.example/w ${Buffer.alloc(76, 7).toString("base64")}`;
  const made = (name, changes, cause, sigstore) => ({ name, policy, entry, proof: join3({ ...lines, ...changes }), cause, sigstore });
  const signed = (name, signatures, cause) => made(name, { signatures }, cause);
  const size = Number(text.split("\n")[1]);
  return [
    made("a receipt as it was served", {}, undefined, true),
    signed("two of three cosignatures", [logLine, w2, w0]),
    signed("a signature of somebody whom nobody knows besides", [logLine, w0, stranger, w1]),
    signed("too few cosignatures", [logLine, w1], "POLICY_QUORUM"),
    signed("no cosignature", [logLine], "POLICY_QUORUM"),
    signed("one witness twice, at two times", [logLine, w0, again], "POLICY_QUORUM"),
    signed("one cosignature twice", [logLine, w0, w0], "POLICY_QUORUM"),
    signed("one witness and a stranger", [logLine, w0, stranger], "POLICY_QUORUM"),
    made("no signature of the log", { signatures: [w0, w1, w2] }, "POLICY_LOG", false),
    made("a wrong signature of the log", { signatures: [flipLine(logLine), w0, w1, w2] }, "NOTE_SIGNATURE", false),
    signed("one bad cosignature of a known witness beside two good ones", [logLine, w0, flipLine(w1), w2], "NOTE_SIGNATURE"),
    { name: "another log than the policy's", entry, proof, cause: "POLICY_LOG", policy: policy.replace(vkey, witnesses[0].logVkey) },
    made("a size that nobody signed", { text: text.replace(`\n${size}\n`, `\n${size + 1}\n`) }, "NOTE_SIGNATURE", false),
    { ...made("another entry", {}, "PROOF_ROOT", false), entry: entry.with(entry.length - 1, entry.at(-1) ^ 1) },
    made("the entry's neighbour in the tree", { index: index ^ 1 }, "PROOF_ROOT", false),
    made("an index far away", { index: index ^ 1024 }, "PROOF_ROOT", false),
    made("an index beyond the log", { index: size }, "PROOF_INDEX", false),
    made("a flipped first hash", { path: path.with(0, flipText(path[0])) }, "PROOF_ROOT", false),
    made("a flipped last hash", { path: path.with(-1, flipText(path.at(-1))) }, "PROOF_ROOT", false),
    made("two hashes exchanged", { path: [path[1], path[0], ...path.slice(2)] }, "PROOF_ROOT", false),
    made("a hash too few", { path: path.slice(0, -1) }, "PROOF_LENGTH", false),
    made("a hash too many", { path: [...path, path[0]] }, "PROOF_LENGTH", false),
    made("no hashes", { path: [] }, "PROOF_LENGTH", false),
  ];
}

function parts(proof) {
  const [head, text, signatures] = proof.split("\n\n");
  const [magic, index, ...path] = head.split("\n");
  const [logLine, ...cosignatures] = signatures.trimEnd().split("\n");
  return { magic, index: Number(index.slice("index ".length)), path, text: `${text}\n`, logLine, cosignatures, signatures: [logLine, ...cosignatures] };
}

function join3({ magic, index, path, text, signatures }) {
  return `${[magic, `index ${index}`, ...path].join("\n")}\n\n${text}\n${signatures.join("\n")}\n`;
}

/** The same witness, the same checkpoint, a later time. */
async function cosignedAgain(witness, text, logLine, before) {
  const size = text.split("\n")[1];
  const body = `old ${size}\n\n${text}\n${logLine}\n`;
  return until(async () => {
    const answer = await fetch(`${witness.url}/witness/add-checkpoint`, { method: "POST", body });
    const line = (await answer.text()).trimEnd();
    if (answer.status !== 200) throw new Error(`${answer.status} ${line}`);
    return line !== before && line;
  }, "a later cosignature");
}

function flipLine(line) {
  const at = line.lastIndexOf(" ") + 1;
  return line.slice(0, at) + flipText(line.slice(at));
}

function flipText(base64) {
  const bytes = Buffer.from(base64, "base64");
  bytes[bytes.length - 1] ^= 1;
  return bytes.toString("base64");
}
