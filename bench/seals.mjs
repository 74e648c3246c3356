// Seals made and checked a second on one core, beside raw signing and checking by the same library in the same run.
// `node bench/seals.mjs [seconds a part]`, after npm run build. `--short` shows that every figure can be taken, not what it is.
import { performance } from "node:perf_hooks";
import sodium from "sodium-native";
import {
  codeKey,
  composeSeal,
  effectiveStatus,
  encodeCbor,
  encodeDigits,
  encodeSeal,
  formatSealUrl,
  parseCode,
  parseResolverHost,
  sealEvidenceKeys,
} from "../dist/core/index.js";
import { makeSeal, signerFromSeed } from "../dist/sdk/index.js";
import { SealKnowledge, judgeSeal } from "../dist/verify/seal/index.js";

const short = process.argv.includes("--short");
const SECONDS = short ? 0.3 : Number(process.argv[2] ?? 2);
const COUNT = short ? 200 : 2000;
const BOUND = 0.6;
const now = 1_795_000_000;

const must = (result) => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const code = (text) => must(parseCode(text));
const host = must(parseResolverHost("id.example"));

const seed = new Uint8Array(32).fill(7);
const signer = signerFromSeed(seed);
const pair = { publicKey: new Uint8Array(32), secretKey: new Uint8Array(64) };
sodium.crypto_sign_seed_keypair(pair.publicKey, pair.secretKey, seed);

const OFFICE = "MA.156.1301.02";
const lamps = Array.from({ length: COUNT }, (_, i) => code(`${OFFICE}/LAMP/${String(i).padStart(6, "0")}`));
const born = new Uint8Array(32).fill(9);
const claims = lamps.map((each, serial) => ({ code: each, serial, iatSeconds: now - 60, expSeconds: now + 1e6, born: born.slice(0, 8) }));

/** What was verified before, once for the office: here only what a seal costs on top of it is measured. */
const values = new Map();
const record = (text) => ({
  code: text, generation: 1, born, op: born, control: new Uint8Array(32), kind: "thing", status: "active", suspendedBy: [], names: {},
  threshold: 1, holds: text === OFFICE ? ["seal"] : [], aliases: [], links: [], attributes: {}, predecessors: [], successors: [],
  children: { count: 0, root: born },
  ...(text.includes(".") && { parent: `${text.slice(0, Math.max(text.lastIndexOf("."), text.lastIndexOf("/")))}#1` }),
});
for (const text of ["MA", "MA.156", "MA.156.1301", OFFICE, `${OFFICE}/LAMP`, ...lamps]) values.set(codeKey(text), record(text));
const kid = Buffer.from(signer.kid).toString("hex");
values.set(`key/${OFFICE}#1/${kid}`, { key: signer.publicKey, uses: ["seal"], label: "x", from: 0 });
const reader = { get: (key) => values.get(key) };
for (const each of lamps) for (const key of sealEvidenceKeys(reader, each, signer.kid)) if (!values.has(key)) values.set(key, undefined);
const verdict = { checkpoint: { size: 1 } };
const knowledge = new SealKnowledge([{ verdict, values, depth: 0, ageSeconds: 10, judged: new Map(), known: new Map() }], [], {});
if (effectiveStatus(reader, record(lamps[0])).status !== "active") throw new Error("the world is wrong");

const unsigned = claims.map((each) => composeSeal(each, signer));
const messages = unsigned.map(({ message }) => message);
const signatures = messages.map((message) => {
  const signature = new Uint8Array(64);
  sodium.crypto_sign_detached(signature, message, pair.secretKey);
  return signature;
});
const texts = unsigned.map((each, i) => formatSealUrl(host, lamps[i], encodeSeal(each, signatures[i])));

const parts = {
  "sign (library alone)": (i) => {
    sodium.crypto_sign_detached(new Uint8Array(64), messages[i], pair.secretKey);
  },
  "made (signed, as an address)": async (i) => {
    formatSealUrl(host, lamps[i], await makeSeal(claims[i], signer));
  },
  "verify (library alone)": (i) => {
    if (!sodium.crypto_sign_verify_detached(signatures[i], messages[i], pair.publicKey)) throw new Error("wrong");
  },
  "checked (from the address to the verdict)": async (i) => {
    const { outcome } = await judgeSeal(texts[i], knowledge, { nowSeconds: now, maxAgeSeconds: 3600 });
    if (outcome !== "genuine") throw new Error(outcome);
  },
};

/** In turns, so that whatever else the machine does hits all alike. */
const spent = Object.fromEntries(Object.keys(parts).map((name) => [name, { calls: 0, milliseconds: 0 }]));
for (const [name, run] of Object.entries(parts)) for (let i = 0; i < COUNT; i++) await run(i);
const until = performance.now() + SECONDS * 1000 * Object.keys(parts).length;
while (performance.now() < until) {
  for (const [name, run] of Object.entries(parts)) {
    const begun = performance.now();
    for (let i = 0; i < COUNT; i++) await run(i);
    spent[name].milliseconds += performance.now() - begun;
    spent[name].calls += COUNT;
  }
}
const rate = (name) => (spent[name].calls / spent[name].milliseconds) * 1000;
const names = Object.keys(parts);
for (const name of names) console.log(`${String(Math.round(rate(name))).padStart(8)}/s  ${name}`);
const shares = [
  ["made", rate(names[1]) / rate(names[0])],
  ["checked", rate(names[3]) / rate(names[2])],
];
for (const [what, share] of shares) console.log(`${what}: ${share.toFixed(2)} of the library alone (bound ${BOUND})`);
if (!short && shares.some(([, share]) => share < BOUND)) process.exitCode = 1;
