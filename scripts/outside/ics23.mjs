// The map of a live ledger, judged by the crate `ics23` and its own SMT specification. Proofs come from the node; whose
// neighbour somebody is, which absence needs, comes from a replay of its log.
import { decodeBlockEntry, hashMapKey, hex, utf8 } from "../../dist/core/index.js";
import { parseProofBundle } from "../../dist/verify/bundle.js";
import { answerOf, check, someAtOnce } from "./check.mjs";
import { encodeAbsence, encodePresence, presence } from "./commitment-proof.mjs";
import { get } from "./log.mjs";
import { neighboursOf, replayMap } from "./replayed-map.mjs";

const EACH = 500;
const FORGED_EACH = 100;

export async function checkMap(ledger, program) {
  const replayed = replayMap(ledger);
  const judge = (statements) => verdicts(program, statements);
  const there = await someAtOnce(everyNth(replayed.byHash).map(({ key }) => key), (key) => presenceOf(ledger, replayed, key));
  const present = await judge(there.map(presenceStatement));
  check(present.length === EACH && present.every(Boolean), `ics23 accepts ${EACH} proofs of presence in a map of ${replayed.byHash.length} keys`);
  const away = await someAtOnce(absentKeys(replayed.byHash), (key) => placeOf(ledger, replayed, key));
  check(away.every(({ isThere }) => !isThere), "the node says of none of those keys that it is there");
  const absent = await judge(away.map(absenceStatement));
  check(absent.length === EACH && absent.every(Boolean), `ics23 accepts ${EACH} proofs of absence, both ends among them`);
  const some = there.slice(0, FORGED_EACH);
  const taken = await someAtOnce(some, ({ key }) => placeOf(ledger, replayed, text(key)));
  for (const [name, statements] of Object.entries(forgeries(some, away.slice(0, FORGED_EACH), taken))) {
    const accepted = (await judge(statements)).filter(Boolean).length;
    check(statements.length > 0 && accepted === 0, `ics23 refuses ${name} (${statements.length}, accepted ${accepted})`);
  }
}

function everyNth(list) {
  return Array.from({ length: EACH }, (_, n) => list[Math.floor((n * list.length) / EACH)]);
}

/** Keys that nobody registered, two of them beyond all others. */
function absentKeys(byHash) {
  const some = Array.from({ length: EACH - 2 }, (_, n) => `code/MA.156.1301.02/LAMP/absent${n}`);
  const found = (wanted) => {
    for (let n = 0; ; n++) if (wanted(hex(hashMapKey(`key ${n}`)))) return `key ${n}`;
  };
  return [...some, found((hash) => hash < byHash[0].hash), found((hash) => hash > byHash.at(-1).hash)];
}

/** Claims of a node about several keys under one map root, which must be the replayed one. */
async function claims({ url }, { root }, keys) {
  const [first, ...more] = keys.map(encodeURIComponent);
  const answer = await get(`${url}/v1/proof?key=${first}${more.map((key) => `&more=${key}`).join("")}`);
  const bundle = parseProofBundle(await answer.text());
  const block = bundle.ok ? decodeBlockEntry(bundle.value.block) : bundle;
  if (!block.ok) throw new Error(JSON.stringify(block.error));
  const { mapRoot } = block.value;
  if (hex(mapRoot) !== root) throw new Error(`map root ${hex(mapRoot)}, replayed ${root}`);
  const all = [bundle.value, ...bundle.value.more];
  return { root: mapRoot, claimed: keys.map((key) => all.find((each) => each.key === key)) };
}

async function presenceOf(ledger, replayed, key) {
  const { root, claimed } = await claims(ledger, replayed, [key]);
  return { root, ...presence(claimed[0]) };
}

/** Where a key stands, or would stand: both neighbours, of which one is absent at an end. */
async function placeOf(ledger, replayed, key) {
  const { left, right } = neighboursOf(replayed.byHash, key);
  const keys = [left, right].filter((each) => each !== undefined);
  const { root, claimed } = await claims(ledger, replayed, [key, ...keys]);
  const proofOf = (wanted) => wanted && presence(claimed.find((each) => each.key === wanted));
  return { root, key: utf8(key), isThere: claimed[0].value !== undefined, left: proofOf(left), right: proofOf(right) };
}

function presenceStatement(each) {
  return [each.root, each.key, each.value, encodePresence(each)];
}

function absenceStatement(each) {
  return [each.root, each.key, undefined, encodeAbsence(each)];
}

/** Every one of them is wrong, and must be refused. */
function forgeries(there, away, taken) {
  const inner = away.filter(({ left, right }) => left !== undefined && right !== undefined);
  const other = (n) => there[(n + 1) % there.length];
  const present = (change) => there.map((each, n) => change(each, n));
  const absent = (change) => inner.map((each, n) => absenceStatement({ ...each, ...change(each, n) }));
  const strangers = inner.map((each, n) => ({ ...each, left: inner[(n + 7) % inner.length].left }));
  return {
    "another root": present((each) => [flip(each.root), ...presenceStatement(each).slice(1)]),
    "another value than the proof's": present((each) => [each.root, each.key, flip(each.value), encodePresence(each)]),
    "another value, in the proof too": present((each) => presenceStatement({ ...each, value: flip(each.value) })),
    "the proof of another key": present((each, n) => [each.root, each.key, each.value, encodePresence(other(n))]),
    "a path that lost a step": present((each) => presenceStatement({ ...each, steps: each.steps.slice(1) })),
    "a path with another hash": present((each) => presenceStatement({ ...each, steps: flippedStep(each.steps) })),
    "presence taken for absence": there.map((each) => [each.root, each.key, undefined, encodePresence(each)]),
    "absence of what is there, between its neighbours": taken.map(absenceStatement),
    "absence of what is there, beside itself": there.map((each, n) => absenceStatement({ ...each, left: each, right: other(n) })),
    "absence under another root": absent((each) => ({ root: flip(each.root) })),
    "absence without its left neighbour": absent(() => ({ left: undefined })),
    "absence without its right neighbour": absent(() => ({ right: undefined })),
    "absence with the neighbours exchanged": absent(({ left, right }) => ({ left: right, right: left })),
    "absence beside somebody who is no neighbour": strangers
      .filter(({ left }, n) => text(left.key) !== text(inner[n].left.key))
      .map(absenceStatement),
    "absence with a changed value beside it": absent(({ right }) => ({ right: { ...right, value: flip(right.value) } })),
  };
}

const text = (bytes) => Buffer.from(bytes).toString();

function flip(bytes) {
  return bytes.with(bytes.length - 1, bytes.at(-1) ^ 1);
}

function flippedStep([first, ...rest]) {
  const { prefix, suffix } = first;
  return [suffix.length === 0 ? { prefix: flip(prefix), suffix } : { prefix, suffix: flip(suffix) }, ...rest];
}

async function verdicts(program, statements) {
  const word = (bytes) => (bytes === undefined ? "-" : hex(bytes));
  const input = `${statements.map((each) => each.map(word).join(" ")).join("\n")}\n`;
  const answer = await answerOf(program, [], { input });
  return [...answer.trim()].map((verdict) => verdict === "1");
}
