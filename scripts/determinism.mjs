// Applies so many blocks of fuzzed operations to a ledger in memory, and prints the hash of all map roots. The blocks follow
// from the seed alone, so every Node must print the same line: `node scripts/determinism.mjs --blocks 100000 --seed 1`.
// `scripts/determinism.sh` compares three of them.
import { createHash } from "node:crypto";
import {
  applyBlock,
  applyGenesis,
  coseKey,
  decodeCbor,
  encodeCbor,
  encodeChunk,
  encodeChunkItems,
  encodeGenesis,
  encodePayload,
  encodeSign1,
  formatVerifierKey,
  hashLeaf,
  hashMapKey,
  hex,
  keyIdentifier,
  OPERATION_TYPE,
  readItem,
  SparseMap,
  sha256,
  signCheckpoint,
  sigStructure,
  utf8,
  verifierKey,
  verifySignature,
} from "../dist/core/index.js";
import { publicEd25519, signEd25519 } from "../dist/crypto/node.js";

const option = (name, or) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? or : Number(process.argv[at + 1]);
};
const BLOCKS = option("--blocks", 2000);
const random = mulberry32(option("--seed", 1));
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const often = (share) => random() < share;

const ORIGIN = "ledger.test/log";
const START = Date.UTC(2026, 0, 1);
/** A city in which most is taken, retired or full is left for another, else less and less would be accepted. */
const BLOCKS_A_CITY = 1000;
const CITIES_A_PROVINCE = 90;
let CITY = "";
const ALL = ["data", "govern", "issue", "record", "seal"];
const names = (zh) => ({ zh: { value: zh, validFrom: "2020-01-01" } });
/** So many keys the city or a member may be given in the place of those it had. */
const RENEWED = 40;
const keys = new Map();
/** The same key for a word in every run. */
function keyOf(word) {
  let key = keys.get(word);
  if (key === undefined) {
    const seed = sha256(utf8(`fuzzed key ${word}`));
    const publicKey = publicEd25519(seed);
    const cose = coseKey({ kind: "ed25519", bytes: publicKey });
    key = { seed, publicKey, cose, kid: keyIdentifier(cose) };
    keys.set(word, key);
  }
  return key;
}
const spec = (word, uses) => ({ key: keyOf(word).cose, uses: [...uses].sort(), label: "x" });

const values = new Map();
const map = new SparseMap();
const roots = createHash("sha256");
const state = { get: (key) => (values.has(key) ? decodeCbor(values.get(key)).value : undefined) };
let now = START;
let size = 2;
let height = 1;
const seen = { accepted: 0, refused: 0, kinds: new Set(), refusals: new Map() };
/** Entries that were taken before: sent again, they are refused or change what they did. */
const taken = [];
/** Decisions that the block's items voted on. */
const endorsed = [];
const ids = { decisions: [], registrations: [], manifests: [], chunks: [] };

const genesis = {
  app: 1,
  origin: ORIGIN,
  time: START,
  names: names("根"),
  countries: [{ country: "156", names: names("中国") }],
  members: ["A", "B", "C"].map((id) => ({ id, names: { zh: id }, keys: [spec(`member/${id}`, ["govern", "issue"])] })),
  thresholds: { issue: 2, govern: 2 },
  recoveryDelay: 60,
  voidWindow: 3600,
  policy: "quorum none\n",
};
keep(applyGenesis(genesis, encodeGenesis(genesis)).value);

/** The next city, with its keys. */
function found() {
  CITY = `MA.156.${13 + Math.floor(cities / CITIES_A_PROVINCE)}${pad(cities % CITIES_A_PROVINCE)}`;
  cities++;
  for (const list of Object.values(ids)) list.length = 0;
  block([signed({ op: "gazette", items: [{ code: CITY, add: [{ names: { zh: "市" }, level: "prefecture", from: "1981", source: "x" }] }] }, "member/A")]);
  const application = signed({ op: "apply", code: CITY, names: names("市"), keys: [spec(CITY, ALL)], evidence: [{ title: "x", commit: sha256(utf8("x")) }] }, CITY);
  block([signed({ op: "admit", application }, "member/A")]);
  const decision = readItem(application).envelope.id;
  for (const member of ["member/A", "member/B"]) block([signed({ op: "endorse", decision, vote: "approve" }, member)]);
}

function block(items) {
  const read = items.map(readItem);
  const check = (key, { alg, sigStructure: bytes, sign1 }) => verifySignature(key, alg, bytes, sign1).ok;
  const applied = applyBlock(state, { origin: ORIGIN, timeMilliseconds: now, height, first: size, items: read, check });
  for (const [i, result] of applied.results.entries()) note(read[i], items[i], result);
  if (applied.entries.length === 0) return;
  size += applied.entries.length + 1;
  height += 1;
  keep(applied.changes);
  for (const decision of endorsed.splice(0)) {
    const { state: how, inner } = state.get(`decision/${decision}`);
    if (how === "executed" && inner) seen.kinds.add(inner.op);
  }
}

function keep(changes) {
  const puts = new Map();
  for (const { key, value } of changes) {
    values.set(key, value);
    if (!key.startsWith("~")) puts.set(key, value);
  }
  const entries = [...puts];
  map.update({
    keys: Buffer.concat(entries.map(([key]) => hashMapKey(key))),
    values: Buffer.concat(entries.map(([, value]) => sha256(value))),
    refs: new Float64Array(entries.length),
  });
  roots.update(map.root());
}

function note(item, bytes, result) {
  if (!result.ok) {
    seen.refused++;
    const { code } = result.error;
    seen.refusals.set(code, (seen.refusals.get(code) ?? 0) + 1);
    return;
  }
  seen.accepted++;
  if (taken.length < 200) taken.push(bytes);
  if (item.kind === "chunk") return void seen.kinds.add("chunk");
  const op = item.body.value;
  seen.kinds.add(op.op);
  if (op.op === "propose") last(ids.decisions, item.envelope.id);
  if (op.op === "endorse") endorsed.push(hex(op.decision));
  if (op.op === "register") last(ids.registrations, item.envelope.id);
  if (op.op === "manifest") last(ids.manifests, item.envelope.id);
}

function last(list, item) {
  list.push(item);
  if (list.length > 20) list.shift();
}

function signed(body, iss, word = values.has(iss) ? openWord(iss) : iss) {
  const { kid, seed } = keyOf(word);
  const claims = new Map([[1, iss], [3, ORIGIN], [6, Math.floor(now / 1000)]]);
  const protectedBytes = encodeCbor(new Map([[1, -8], [3, OPERATION_TYPE], [4, kid], [15, claims]]));
  const payload = encodePayload(body);
  return encodeSign1({ protectedBytes, payload, signature: signEd25519(seed, sigStructure(protectedBytes, payload)) });
}

/** `prev` as it is, or as it is not. */
function prevOf(key, field = "op") {
  const value = state.get(key)?.[field];
  return often(0.93) && value !== undefined ? value : sha256(utf8(`${below(1000)}`));
}
function maybePrev(key) {
  return values.has(key) || often(0.1) ? { prev: prevOf(key) } : {};
}

/** A code at or below the city: one that stands there, mostly. */
function someCode() {
  const departments = [`${CITY}.${pad(below(40))}`];
  const things = [`${CITY}/LAMP`, `${CITY}/LAMP/${below(100_000)}`, `${CITY}/LAMP/${below(100_000)}`, `${CITY}/DATA`, `${CITY}/DATA/D${below(20)}`];
  return pick([CITY, ...departments, ...departments, ...things]);
}
function pad(n) {
  return String(n + 1).padStart(2, "0");
}
function kindOf(code) {
  if (/\/DATA\/D/.test(code)) return "dataset";
  if (/\/LAMP\//.test(code)) return "thing";
  return /\/(LAMP|DATA)$/.test(code) ? "class" : "department";
}
function reference(code) {
  return `${code}#${state.get(`code/${code}`)?.generation ?? 1}`;
}

function fuzzed() {
  const op = pick(KINDS)();
  const member = pick(["member/A", "member/A", "member/B", "member/C"]);
  if (op.op === "signed") return op.bytes;
  if (MEMBERS.has(op.op) && op.do !== "cancel") return signed({ op: "propose", inner: op }, member);
  if (op.op === "gazette") return signed(op, member);
  if (op.op === "endorse") return signed(op, often(0.85) ? voterOf(op.decision) : member);
  // Mostly the city; sometimes somebody who has no key, or another's.
  return signed(op, often(0.96) ? CITY : pick([`${CITY}.01`, "member/A"]), often(0.97) ? openWord(CITY) : pick(["nobody", CITY]));
}

/** A member that has not voted on a decision yet. */
function voterOf(decision) {
  const { votes = [] } = state.get(`decision/${hex(decision)}`) ?? {};
  const members = ["member/A", "member/B", "member/C"].filter((member) => state.get(member)?.active);
  const open = members.filter((member) => votes.every(({ by }) => by !== member));
  return pick(open) ?? "member/A";
}

/** A key that the city or a member has open: it may have been given another. */
function openWord(holder) {
  const isMember = holder.startsWith("member/");
  const others = Array.from({ length: RENEWED }, (_, n) => (isMember ? `${holder} ${n}` : `recovered ${n}`));
  const isOpen = (word) => {
    const key = `key/${isMember ? holder : `${holder}#1`}/${hex(keyOf(word).kid)}`;
    return values.has(key) && state.get(key).to === undefined;
  };
  return [holder, ...others].find(isOpen) ?? holder;
}

const MEMBERS = new Set(["classes", "member", "param", "validator", "recover"]);

/** One for each kind; the weights are how often it stands here. */
const KINDS = [
  () => {
    const code = `MA.156.${11 + below(60)}${pad(below(98))}${pad(below(98))}`;
    return { op: "gazette", items: [{ code, ...maybePrev(`gazette/${code}`), add: [{ names: { zh: "某市" }, level: "county", from: "1981", source: "x" }] }] };
  },
  () => {
    const name = pick(["LAMP", "POLE", "DATA"]);
    return { op: "classes", items: [{ class: name, ...maybePrev(`class/${name}`), names: { zh: `类 ${below(9)}` }, public: pick(["all", "cell", "nothing"]) }] };
  },
  register, register, register, register, register, register, register, register, seals, seals, seals,
  () => {
    const code = someCode();
    const change = pick([{ names: names(`名 ${below(100)}`) }, { attributes: { height: { value: below(100), validFrom: "2021-01-01" } } }, { stage: { value: "in-use", validFrom: pick(["2021-01-01", "2099-01-01"]) } }]);
    return { op: "update", code, prev: prevOf(`code/${code}`), ...change };
  },
  () => {
    const code = pick([CITY, someCode()]);
    const word = `k${below(30)}`;
    const act = often(0.7) ? { add: [spec(word, pick([["record"], ["data"], ["seal"], ["issue", "record"]]))] } : { close: [{ kid: keyOf(word).kid, why: "retired" }] };
    return { op: "keys", code, prev: prevOf(`code/${code}`, "control"), ...act };
  },
  () => {
    const code = someCode();
    const what = code === CITY ? "resume" : pick(["suspend", "resume", "resume", "retire"]);
    return { op: "status", code, prev: prevOf(`code/${code}`, "control"), do: what, reason: "x" };
  },
  () => {
    const code = `${CITY}.${pad(below(40))}`;
    const head = { op: "delegate", code, prev: prevOf(`code/${code}`, "control") };
    return often(0.5) ? { ...head, do: "start", ...childTerms(code) } : { ...head, do: "end", reason: "x" };
  },
  () => {
    const code = `${CITY}.${pad(below(40))}`;
    const log = childLog(code);
    const anchored = state.get(`anchor/${code}`);
    const first = { genesis: hashLeaf(log.entry), path: [], ...(anchored === undefined ? {} : { reset: "x" }) };
    return { op: "anchor", items: [{ code, checkpoint: log.checkpoint, ...first }] };
  },
  () => {
    const code = `${CITY}/DATA/D${below(20)}`;
    const origin = `d${below(9)}.test/log`;
    const vkeys = [formatVerifierKey(verifierKey(origin, "ed25519", keyOf(origin).publicKey))];
    return { op: "dataset", code, prev: prevOf(`code/${code}`), title: { zh: "数据" }, licence: "x", contact: "x", log: { origin, vkeys, url: "https://d.test" } };
  },
  () => ({ op: "unseal", code: CITY, kid: keyOf(CITY).kid, serials: [below(serial + 1)], reason: "x" }),
  () => {
    const id = pick(["C", "D", "E"]);
    const key = `member/${id}`;
    if (often(0.2)) return { op: "member", id, prev: prevOf(key), leave: true };
    return { op: "member", id, ...maybePrev(key), names: { zh: id }, keys: [spec(`${key} ${below(RENEWED)}`, ["govern", "issue"])] };
  },
  () => {
    const id = `v${below(25)}`;
    const key = `validator/${id}`;
    if (often(0.3)) return { op: "validator", id, prev: prevOf(key), leave: true };
    const word = `${id} ${below(9)}`;
    return { op: "validator", id, ...maybePrev(key), key: keyOf(word).publicKey, peer: sha256(utf8(word)).subarray(0, 20), power: below(2) };
  },
  () => {
    const name = pick(["voidWindow", "recoveryDelay", "thresholds", "policy", "upgrade", "order"]);
    const value = { voidWindow: 3600 + below(99), recoveryDelay: 60, thresholds: { issue: 2, govern: pick([2, 2, 9]) }, policy: { now: pick(["quorum none\n", "quorum x\n"]) }, upgrade: { app: pick([2, 3]), height: pick([1, 1_000_000_000]) }, order: "validators" }[name];
    return { op: "param", name, ...(name === "upgrade" || name === "order" ? maybePrev(`param/${name}`) : { prev: prevOf(`param/${name}`) }), value };
  },
  ...Array(8).fill(() => ({ op: "endorse", decision: someDecision(), vote: often(0.85) ? "approve" : "reject" })),
  () => ({ op: "void", registration: pick(ids.registrations) ?? sha256(utf8("x")), reason: "x" }),
  () => {
    const [from, to] = [`${CITY}.${pad(below(40))}`, `${CITY}.${pad(below(40))}`];
    const chained = (code) => [{ code, prev: prevOf(`code/${code}`) }];
    return { op: "succeed", type: pick(["merge", "rename", "split"]), from: chained(from), to: chained(to), date: "2026-01-01", source: "x", grants: "end", delegation: "end" };
  },
  () => {
    const head = { op: "recover", code: CITY, prev: prevOf(`code/${CITY}`, "control") };
    return { ...head, ...pick([{ do: "start", keys: [spec(`recovered ${below(RENEWED)}`, ALL)] }, { do: "cancel" }]) };
  },
  manifest,
  chunk, chunk,
  () => {
    const code = `MA.156.${11 + below(60)}${pad(below(98))}`;
    const application = signed({ op: "apply", code, names: names("某市"), keys: [spec(code, ALL)], evidence: [{ title: "x", commit: sha256(utf8("x")) }] }, code);
    return { op: "signed", bytes: signed({ op: "admit", application }, "member/A") };
  },
];

/** One of the last ones, mostly an open one. */
function someDecision() {
  const latest = ids.decisions.slice(-6);
  const open = latest.filter((id) => state.get(`decision/${hex(id)}`)?.state === "open");
  return (often(0.85) ? pick(open) : pick(latest)) ?? pick(latest) ?? sha256(utf8("x"));
}

function seals() {
  return { op: "seals", code: CITY, first: (serial += 1 + below(2)) % 1_000_000, count: 1, root: sha256(utf8(`${below(99)}`)) };
}

function register() {
  // Mostly one that is not there yet.
  const code = Array.from({ length: 3 }, someCode).find((each) => !values.has(`code/${each}`)) ?? someCode();
  const after = state.get(`code/${code}`);
  return { op: "register", items: [{ code, kind: kindOf(code), names: names("新"), ...(after?.status === "retired" ? { after: after.control } : {}) }] };
}

function manifest() {
  const items = Array.from({ length: 1 + below(3) }, () => ({ code: `${CITY}/LAMP/B${bulk++}`, kind: "thing", names: names("灯") }));
  const root = hashLeaf(encodeChunkItems(items));
  const bytes = signed({ op: "manifest", what: "register", under: CITY, count: items.length, chunks: 1, root }, CITY);
  last(ids.chunks, encodeChunk({ manifest: readItem(bytes).envelope.id, index: 0, items, path: [] }));
  return { op: "signed", bytes };
}
function chunk() {
  const bytes = pick(ids.chunks);
  return bytes === undefined ? register() : { op: "signed", bytes };
}

function childTerms(code) {
  const { origin, policy } = childLog(code);
  return { origin, policy, url: "https://child.test" };
}
/** The log of a child ledger with one entry. */
function childLog(code) {
  const origin = `${code.toLowerCase()}.test/log`;
  const { seed, publicKey } = keyOf(origin);
  const key = verifierKey(origin, "ed25519", publicKey);
  const entry = utf8(code);
  return { origin, entry, policy: `log ${formatVerifierKey(key)}\nquorum none\n`, checkpoint: signCheckpoint({ origin, size: 1, root: hashLeaf(entry) }, [{ key, seed }]) };
}

function mulberry32(start) {
  let value = start;
  return () => {
    value = (value + 0x6d2b79f5) | 0;
    let t = Math.imul(value ^ (value >>> 15), 1 | value);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

let cities = 0;
let bulk = 0;
let serial = 0;
for (let n = 0; n < BLOCKS; n++) {
  if (n % BLOCKS_A_CITY === 0) found();
  now += below(20_000);
  block(Array.from({ length: 1 + below(4) }, () => (often(0.03) && taken.length > 0 ? pick(taken) : fuzzed())));
}
console.error(`${Math.round((100 * seen.accepted) / (seen.accepted + seen.refused))} % accepted`);
const total = seen.accepted + seen.refused;
const MISSING = ["admit", "anchor", "chunk", "classes", "dataset", "delegate", "endorse", "gazette", "keys", "manifest", "member", "param", "propose", "recover", "register", "seals", "status", "succeed", "unseal", "update", "validator", "void"].filter((kind) => !seen.kinds.has(kind));
process.stderr.write(`${total} items, ${seen.accepted} accepted, ${seen.refusals.size} codes of refusal: ${JSON.stringify(Object.fromEntries([...seen.refusals].sort((a, b) => b[1] - a[1])))}\n`);
if (BLOCKS >= 2000 && MISSING.length > 0) throw new Error(`never accepted: ${MISSING}`);
console.log(`${BLOCKS} blocks ${roots.digest("hex")} map ${hex(map.root())}`);

