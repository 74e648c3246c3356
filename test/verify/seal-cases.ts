import { signEd25519 } from "#crypto";
import {
  anchorKey,
  base64,
  type Code,
  codeKey,
  composeSeal,
  consistencyPath,
  coseKey,
  effectiveKeys,
  encodeCbor,
  encodeDigits,
  encodeSeal,
  formatSealUrl,
  formatVerifierKey,
  type Hash,
  hashLeaf,
  inclusionPath,
  isBelow,
  type KeySpec,
  keyIdentifier,
  keyKey,
  type NoteSigner,
  type Operation,
  parseResolverHost,
  present,
  type RegisterItem,
  rootOf,
  type SealClaims,
  sealBatchKey,
  sealEvidenceKeys,
  sealRunsKey,
  sha256,
  treeOf,
  unsealKey,
  utf8,
  type ValueReader,
} from "../../src/core/index.ts";
import { publicP256, signP256 } from "../../src/crypto/web.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  register,
  type Signing,
  START_MILLISECONDS,
  type TestLedger,
  testKey,
} from "../core/state/kit.ts";
import {
  LOG,
  noteOf,
  OTHER_LOG,
  type ProofOptions,
  proveText,
  THIRD_LOG,
  TWO_OF_THREE_TEXT,
} from "./kit.ts";

// Every verdict on a seal, each with all that it rests on: vectors/seal/checks.json.

/** Bytes are base64, status bits the serials whose bit is set. */
export type SealCase = {
  readonly name: string;
  readonly text: string;
  readonly policy: string;
  readonly nowSeconds: number;
  readonly maxAgeSeconds: number;
  readonly proofs: readonly unknown[];
  readonly statuses: readonly (readonly number[])[];
  readonly paths: readonly PathCase[];
  readonly expect: {
    readonly outcome: string;
    readonly because?: { readonly code: string; readonly [fact: string]: unknown };
    readonly facts: readonly string[];
    readonly signer?: string;
  };
};

type PathCase = {
  readonly kid: string;
  readonly serial: number;
  readonly first: number;
  readonly leaf?: string;
  readonly path: readonly string[];
};

const CITY = code("MA.156.1301");
const DEPT = code(`${CITY}.02`);
const PARK = code(`${CITY}.03`);
const LAMPS = code(`${DEPT}/LAMP`);
const LAMP = code(`${LAMPS}/0001`);
const POST = code(`${DEPT}/POST`);
const BENCH = code(`${PARK}/BENCH`);
const dept: Signing = { iss: DEPT, key: "chief" };
const sealer: Signing = { iss: DEPT, key: "sealer" };
const START = START_MILLISECONDS / 1000;
const DAY = 86_400;

const POLICY = `log ${formatVerifierKey(LOG.key)}\nquorum none\n`;
const PHONE = sha256(utf8("test key phone"));
const PHONE_KEY = coseKey({ kind: "p256", bytes: publicP256(PHONE) });
const PASSKEY = { rpId: "city.example", origin: "https://city.example" };

/** A department with keys of every kind, its lamps, and a park that has none. */
function town(): TestLedger {
  const ledger = cityLedger();
  const scope = (more: NonNullable<KeySpec["scope"]>) => ({ scope: more });
  const keys: KeySpec[] = [
    keySpec("chief", ["govern", "issue", "record", "seal"]),
    keySpec("sealer", ["seal"]),
    keySpec("clerk", ["record"]),
    keySpec("passkey", ["seal"], PASSKEY),
    keySpec("posts", ["seal"], scope({ under: POST })),
    keySpec("signs", ["seal"], scope({ classes: ["SIGN"] })),
    keySpec("brief", ["seal"], scope({ until: START + 5 })),
    { key: PHONE_KEY, uses: ["seal"], label: "phone" },
  ];
  register(ledger, [child(DEPT, "department", { keys }), child(PARK, "department")]);
  register(ledger, [child(BENCH, "class")]);
  register(ledger, [child(LAMPS, "class"), child(POST, "class"), child(LAMP, "thing")], dept);
  return ledger;
}

type Made = Partial<SealClaims> & { readonly by?: string };

/** A seal of the lamp by the key `by`. */
function make(ledger: TestLedger, { by = "sealer", ...claims }: Made = {}): Uint8Array {
  const of = claims.code ?? LAMP;
  const born = ledger.values.has(codeKey(of))
    ? ledger.record(of).born.slice(0, 8)
    : new Uint8Array(8);
  const all = { code: of, iatSeconds: START + 10, serial: 2, born, ...claims };
  const isPhone = by === "phone";
  const kid = isPhone ? keyIdentifier(PHONE_KEY) : testKey(by).kid;
  const unsigned = composeSeal(all, { alg: isPhone ? -7 : -8, kid });
  const { message } = unsigned;
  const signature = isPhone ? signP256(PHONE, message) : signEd25519(testKey(by).seed, message);
  return encodeSeal(unsigned, signature);
}

const HOST = parseResolverHost("id.example");
const host = present(HOST.ok ? HOST.value : undefined, "host");
const url = (bytes: Uint8Array, of: Code = LAMP) => formatSealUrl(host, of, bytes);

const kidOf = (by: string) => (by === "phone" ? keyIdentifier(PHONE_KEY) : testKey(by).kid);

/** The bundle that a node would serve for a seal. */
function shown(
  ledger: TestLedger,
  { of = LAMP, by = "sealer", at = START_MILLISECONDS, also = [] as readonly string[] } = {},
): unknown {
  const keys = [...sealEvidenceKeys(ledger as ValueReader, of, kidOf(by)), ...also];
  return JSON.parse(proveText(ledger.values, { keys, timeMilliseconds: at }));
}

type Draft = Partial<Omit<SealCase, "name" | "expect">>;

function close(ledger: TestLedger, why: "retired" | "compromised", since = 0, by = "sealer") {
  const end = { kid: kidOf(by), ...(why === "retired" ? { why } : { why, since }) };
  ledger.must({ op: "keys", code: DEPT, prev: ledger.record(DEPT).control, close: [end] }, dept);
}

function status(ledger: TestLedger, of: Code, what: "suspend" | "retire", more: object = {}) {
  const prev = ledger.record(of).control;
  const change = { op: "status", code: of, prev, do: what, reason: "test", ...more } as Operation;
  ledger.must(change, of === CITY ? city : dept);
}

/** Seals with the serials 0 to 4, logged as a batch. */
function batch(ledger: TestLedger): readonly Uint8Array[] {
  const seals = [0, 1, 2, 3, 4].map((serial) => make(ledger, { serial }));
  const root = rootOf(treeOf(seals.map(hashLeaf)));
  ledger.must({ op: "seals", code: DEPT, first: 0, count: 5, root }, sealer);
  return seals;
}

function pathTo(seals: readonly Uint8Array[], serial: number, more: object = {}): PathCase {
  const path = inclusionPath(treeOf(seals.map(hashLeaf)), serial).map(base64);
  return { kid: base64(kidOf("sealer")), serial, first: 0, path, ...more };
}

const BATCH = sealBatchKey(`${DEPT}#1`, kidOf("sealer"), 0);
const GENUINE = ["issued", "entitled", "signature", "unexpired", "not-withdrawn", "active"];
const ADDRESSED = ["address", ...GENUINE];
const without = (...facts: readonly string[]) => ADDRESSED.filter((each) => !facts.includes(each));

/** The cases as they stand in the file: proofs that several of them share, once. */
export type SealFile = {
  readonly proofs: readonly unknown[];
  readonly checks: readonly (Omit<SealCase, "proofs"> & { readonly proofs: readonly number[] })[];
};

export function makeSealFile(): SealFile {
  const proofs = new Map<string, number>();
  const indexOf = (proof: unknown): number => {
    const text = JSON.stringify(proof);
    const index = proofs.get(text) ?? proofs.size;
    proofs.set(text, index);
    return index;
  };
  const checks = makeSealCases().map((each) => ({ ...each, proofs: each.proofs.map(indexOf) }));
  return { proofs: [...proofs.keys()].map((text) => JSON.parse(text) as unknown), checks };
}

function makeSealCases(): readonly SealCase[] {
  const cases: SealCase[] = [];
  const add = (
    name: string,
    text: string,
    draft: Draft,
    outcome: string,
    because?: SealCase["expect"]["because"],
    facts: readonly string[] = ADDRESSED,
    signer: string | undefined = facts.includes("signature") ? `${DEPT}#1` : undefined,
  ) => {
    const base = { policy: POLICY, nowSeconds: START + 60, maxAgeSeconds: 3600 };
    const evidence = { proofs: [], statuses: [], paths: [] };
    const expect = { outcome, ...(because && { because }), facts, ...(signer && { signer }) };
    cases.push({ name, text, ...base, ...evidence, ...draft, expect });
  };
  current(add);
  ended(add);
  wrong(add);
  keys(add);
  batches(add);
  offLine(add);
  delegated(add);
  texts(add);
  return cases;
}

type Add = (
  name: string,
  text: string,
  draft: Draft,
  outcome: string,
  because?: SealCase["expect"]["because"],
  facts?: readonly string[],
  signer?: string,
) => void;

function current(add: Add): void {
  const ledger = town();
  const seal = make(ledger);
  const proofs = [shown(ledger)];
  add("genuine and current", url(seal), { proofs }, "genuine");
  add(
    "genuine, by ES256",
    url(make(ledger, { by: "phone" })),
    {
      proofs: [shown(ledger, { by: "phone" })],
    },
    "genuine",
  );
  const ahead = make(ledger, { expSeconds: START + 60 });
  add("genuine until this very second", url(ahead), { proofs }, "genuine");
  add("genuine, digits alone", encodeDigits(seal), { proofs }, "genuine", undefined, GENUINE);
  add(
    "genuine, in lower case and passed on",
    ` ${url(seal).toLowerCase()}?from=chat `,
    { proofs },
    "genuine",
  );
  const bench = make(ledger, { by: "city", code: BENCH });
  add(
    "genuine, signed by the nearest ancestor that has a key",
    url(bench, BENCH),
    {
      proofs: [shown(ledger, { of: BENCH, by: "city" })],
    },
    "genuine",
    undefined,
    ADDRESSED,
    `${CITY}#1`,
  );
  add(
    "genuine, shown by two proofs, one of them refused",
    url(seal),
    {
      proofs: [{ format: "x" }, ...proofs],
    },
    "genuine",
  );
  add(
    "genuine, of whom an older proof says less",
    url(seal),
    {
      proofs: [shown(cityLedger(), { at: START_MILLISECONDS - 1000 }), ...proofs],
    },
    "genuine",
  );
  const updated = town();
  const early = make(updated);
  const prev = updated.record(LAMP).op;
  updated.must(
    { op: "update", code: LAMP, prev, names: { zh: { value: "灯", validFrom: "2020-01-01" } } },
    dept,
  );
  add("genuine, after the record was updated", url(early), { proofs: [shown(updated)] }, "genuine");
}

function ended(add: Add): void {
  const withdrawn = town();
  const seal = make(withdrawn);
  const kid = kidOf("sealer");
  withdrawn.must({ op: "unseal", code: DEPT, kid, serials: [2, 9000], reason: "x" }, sealer);
  const proofs = [shown(withdrawn)];
  const statuses = [[5], [2, 9000]];
  const gone = { code: "SEAL_WITHDRAWN", serial: 2 };
  add("withdrawn", url(seal), { proofs, statuses }, "ended", gone, without("not-withdrawn"));
  const other = make(withdrawn, { serial: 3 });
  add(
    "genuine, though others of its key were withdrawn",
    url(other),
    { proofs, statuses },
    "genuine",
  );
  const hash = { code: "SEAL_NO_STATUS" };
  add(
    "whether it was withdrawn cannot be told: the list is not at hand",
    url(seal),
    { proofs },
    "unsure",
    hash,
    without("not-withdrawn"),
  );
  add(
    "whether it was withdrawn cannot be told: the list is older than the proof",
    url(other),
    {
      proofs,
      statuses: [[9000]],
    },
    "unsure",
    hash,
    without("not-withdrawn"),
  );

  const suspended = town();
  status(suspended, LAMPS, "suspend");
  add(
    "suspended above",
    url(make(suspended)),
    { proofs: [shown(suspended)] },
    "ended",
    {
      code: "SEAL_SUSPENDED",
      because: `${LAMPS}#1`,
    },
    without("active"),
  );
  const retired = town();
  status(retired, LAMP, "retire", { successors: [POST] });
  add(
    "retired, with a successor",
    url(make(retired)),
    { proofs: [shown(retired)] },
    "ended",
    {
      code: "SEAL_RETIRED",
      because: `${LAMP}#1`,
      successors: [`${POST}#1`],
    },
    without("active"),
  );
  const mistaken = town();
  const registration = register(mistaken, [child(`${POST}/1`, "thing")], dept);
  const post = code(`${POST}/1`);
  const mistake = make(mistaken, { code: post });
  mistaken.must({ op: "void", registration, reason: "x" }, dept);
  add(
    "void",
    url(mistake, post),
    { proofs: [shown(mistaken, { of: post })] },
    "ended",
    {
      code: "SEAL_VOID",
      because: `${post}#1`,
    },
    without("active"),
  );
  const over = town();
  const expired = make(over, { expSeconds: START + 59 });
  add(
    "expired",
    url(expired),
    { proofs: [shown(over)] },
    "ended",
    {
      code: "SEAL_EXPIRED",
      exp: START + 59,
    },
    without("unexpired"),
  );
  add(
    "of a clock that is ahead",
    url(make(over, { iatSeconds: START + 361 })),
    {
      proofs: [shown(over)],
    },
    "unsure",
    { code: "SEAL_EARLY", iat: START + 361 },
    without("unexpired"),
  );
}

function wrong(add: Add): void {
  const ledger = town();
  const proofs = [shown(ledger)];
  const seal = make(ledger);
  const forged = seal.slice();
  forged[forged.length - 1] = (forged.at(-1) as number) ^ 1;
  const unsigned = without("entitled", "signature", "not-withdrawn");
  const forgery = { code: "SEAL_SIGNATURE" };
  add("a signature that is wrong in one bit", url(forged), { proofs }, "wrong", forgery, unsigned);
  const claims = composeSeal(
    { code: LAMP, iatSeconds: START, serial: 1, born: ledger.record(LAMP).born.slice(0, 8) },
    {
      alg: -7,
      kid: kidOf("sealer"),
    },
  );
  const confused = encodeSeal(claims, signEd25519(testKey("sealer").seed, claims.message));
  add(
    "a signature under another algorithm than the key's",
    url(confused),
    { proofs },
    "wrong",
    forgery,
    unsigned,
  );
  add(
    "the seal of a lamp on the address of another",
    url(seal, POST),
    { proofs },
    "wrong",
    {
      code: "SEAL_SWAPPED",
      got: POST,
      subject: LAMP,
    },
    GENUINE,
  );
  const fake = code(`${LAMPS}/9999`);
  const invented = url(make(ledger, { code: fake }), fake);
  const never = { code: "SEAL_NEVER_ISSUED", subject: fake };
  add(
    "never issued, with the proof",
    invented,
    { proofs: [shown(ledger, { of: fake })] },
    "wrong",
    never,
    without("issued", "active"),
  );
  add(
    "never issued, as an old proof says",
    invented,
    {
      proofs: [shown(ledger, { of: fake })],
      nowSeconds: START + DAY,
    },
    "unsure",
    { code: "SEAL_OLD", ageSeconds: DAY, maxSeconds: 3600 },
    without("issued", "active"),
  );

  const anew = town();
  const old = make(anew);
  status(anew, LAMP, "retire");
  const after = anew.record(LAMP).control;
  register(anew, [child(LAMP, "thing", { after })], dept);
  const unborn = without("issued", "active");
  add(
    "of an old generation",
    url(old),
    { proofs: [shown(anew)] },
    "wrong",
    {
      code: "SEAL_OLD_GENERATION",
      generation: 1,
      present: 2,
    },
    unborn,
  );
  add("genuine, of the new generation", url(make(anew)), { proofs: [shown(anew)] }, "genuine");
  const elsewhere = make(anew, { born: new Uint8Array(8).fill(7) });
  add(
    "of another ledger, whose code is the same",
    url(elsewhere),
    { proofs: [shown(anew)] },
    "wrong",
    {
      code: "SEAL_FOREIGN",
      subject: LAMP,
    },
    unborn,
  );
  const keys = sealEvidenceKeys(anew as ValueReader, LAMP, kidOf("sealer"));
  const partial = keys.filter((key) => key !== `code/${LAMP}#1`);
  const proof = JSON.parse(proveText(anew.values, { keys: partial }));
  add(
    "of an old generation or another ledger",
    url(old),
    { proofs: [proof] },
    "wrong",
    {
      code: "SEAL_BORN",
      generation: 2,
    },
    unborn,
  );
  add(
    "of a generation that came after an old proof, perhaps",
    url(make(anew)),
    {
      proofs: [shown(ledger)],
      nowSeconds: START + DAY,
    },
    "unsure",
    { code: "SEAL_OLD" },
    unborn,
  );
}

function keys(add: Add): void {
  const ledger = town();
  const refused = without("entitled", "signature", "not-withdrawn");
  const by = (name: string, key: string, because: SealCase["expect"]["because"], made: Made = {}) =>
    add(
      name,
      url(make(ledger, { by: key, ...made }), made.code),
      {
        proofs: [shown(ledger, { by: key, of: made.code ?? LAMP })],
      },
      "wrong",
      because,
      refused,
    );
  by("a key for something else", "clerk", { code: "SEAL_KEY_USE", holder: `${DEPT}#1` });
  by("a passkey, which cannot seal", "passkey", { code: "SEAL_KEY_USE" });
  by("a key for another place", "posts", { code: "SEAL_KEY_SCOPE", scope: "under" });
  by("a key for another class", "signs", { code: "SEAL_KEY_SCOPE", scope: "classes" });
  by("a key whose time was over", "brief", { code: "SEAL_KEY_SCOPE", scope: "until" });
  by("a key that nobody has", "stranger", { code: "SEAL_KEY_UNKNOWN", subject: LAMP });
  by(
    "signed before the key was known",
    "sealer",
    {
      code: "SEAL_KEY_TIME",
      iat: START - 601,
      from: START,
    },
    { iatSeconds: START - 601 },
  );
  add(
    "genuine, by a key for this place alone",
    url(make(ledger, { by: "posts", code: POST }), POST),
    {
      proofs: [shown(ledger, { by: "posts", of: POST })],
    },
    "genuine",
  );
  add(
    "genuine, by a key that still lasted",
    url(make(ledger, { by: "brief", iatSeconds: START + 5 })),
    {
      proofs: [shown(ledger, { by: "brief" })],
    },
    "genuine",
  );
  add(
    "a key that nobody has, as an old proof says",
    url(make(ledger, { by: "stranger" })),
    {
      proofs: [shown(ledger, { by: "stranger" })],
      nowSeconds: START + DAY,
    },
    "unsure",
    { code: "SEAL_OLD" },
    refused,
  );
  const nearer = { holder: `${CITY}#1`, nearer: `${DEPT}#1` };
  const byCity = (name: string, from: TestLedger, outcome: string, code: string) =>
    add(
      name,
      url(make(from, { by: "city" })),
      { proofs: [shown(from, { by: "city" })] },
      outcome,
      { code, ...nearer },
      without("entitled"),
      `${CITY}#1`,
    );
  byCity(
    "signed by the city where the department always sealed",
    ledger,
    "wrong",
    "SEAL_KEY_NEARER",
  );
  const changed = town();
  close(changed, "retired", 0, "brief");
  byCity(
    "signed by the city where the department seals now",
    changed,
    "unsure",
    "SEAL_NEARER_SINCE",
  );

  const own = town();
  const keys: RegisterItem["keys"] = [keySpec("kiosk", ["seal"])];
  const kiosk = code(`${POST}/KIOSK`);
  register(own, [child(kiosk, "thing", { keys })], dept);
  add(
    "signed by the department for what always had a key of its own",
    url(make(own, { code: kiosk }), kiosk),
    {
      proofs: [shown(own, { of: kiosk })],
    },
    "wrong",
    { code: "SEAL_KEY_NEARER", holder: `${DEPT}#1`, nearer: `${kiosk}#1` },
    without("entitled"),
  );
}

function batches(add: Add): void {
  const retired = town();
  const seals = batch(retired);
  const [, , logged = new Uint8Array(), third = new Uint8Array()] = seals;
  const stray = make(retired, { serial: 77 });
  const forged = make(retired, { serial: 2, iatSeconds: START + 9 });
  retired.wait(20);
  const late = make(retired, { serial: 3, iatSeconds: START + 30 });
  close(retired, "retired");
  const proofs = [shown(retired, { also: [BATCH], at: retired.now })];
  const paths = [pathTo(seals, 2), pathTo(seals, 3)];
  const inBatch = [...ADDRESSED.slice(0, 4), "batch", ...ADDRESSED.slice(4)];
  add(
    "genuine, in a batch that was logged before the key was retired",
    url(logged),
    { proofs, paths },
    "genuine",
    undefined,
    inBatch,
  );
  add("in a batch of a retired key, without a path", url(logged), { proofs }, "unsure", {
    code: "SEAL_NO_PATH",
    serial: 2,
  });
  add("in no batch of a retired key", url(stray), { proofs, paths }, "wrong", {
    code: "SEAL_UNLOGGED",
    serial: 77,
  });
  add(
    "another seal stands in its place of the batch",
    url(forged),
    {
      proofs,
      paths: [pathTo(seals, 2, { leaf: base64(hashLeaf(logged)) })],
    },
    "wrong",
    { code: "SEAL_NOT_IN_BATCH", serial: 2 },
  );
  add(
    "a path that does not lead to the batch",
    url(third),
    {
      proofs,
      paths: [{ ...pathTo(seals, 2), serial: 3 }],
    },
    "unsure",
    { code: "SEAL_PATH", serial: 3, why: "PROOF_ROOT" },
  );
  add(
    "a path into a batch that nobody shows",
    url(logged),
    {
      proofs: [shown(retired)],
      paths,
    },
    "unsure",
    { code: "SEAL_NOT_SHOWN", key: BATCH },
  );
  add(
    "signed after the key was retired",
    url(late),
    { proofs, paths },
    "wrong",
    {
      code: "SEAL_KEY_TIME",
      to: START + 20,
    },
    without("entitled", "signature", "not-withdrawn"),
  );
  const before = town();
  batch(before);
  const runsBefore = [
    ...new Set([
      sealRunsKey(`${DEPT}#1`, kidOf("sealer")),
      ...sealEvidenceKeys(before as ValueReader, DEPT, kidOf("sealer")),
    ]),
  ];
  const closedKey = sealEvidenceKeys(retired as ValueReader, LAMP, kidOf("sealer")).filter(
    (key) => !key.startsWith("seals/"),
  );
  /** The runs of before the key was closed, and the key of after it. */
  const apart = (...cosigned: readonly number[]) => [
    JSON.parse(
      proveText(before.values, {
        keys: runsBefore,
        before: 4,
        timeMilliseconds: START_MILLISECONDS + 1000,
        cosigned,
      }),
    ),
    JSON.parse(
      proveText(retired.values, { keys: closedKey, timeMilliseconds: retired.now, cosigned }),
    ),
  ];
  add(
    "in no batch that was known before the key was closed",
    url(stray),
    { proofs: apart() },
    "unsure",
    { code: "SEAL_NO_PATH", serial: 77 },
  );
  add(
    "in no batch that was known before the key was closed, cosigned after it",
    url(stray),
    { proofs: apart(START + 40, START + 40), policy: TWO_OF_THREE_TEXT },
    "unsure",
    { code: "SEAL_NO_PATH", serial: 77 },
  );

  for (const [name, since, outcome, because, facts] of [
    [
      "genuine, in a batch that was logged before the key was compromised",
      START + 1,
      "genuine",
      undefined,
      inBatch,
    ],
    [
      "in a batch that was logged after the key was compromised",
      START,
      "wrong",
      { code: "SEAL_BATCH_LATE", logged: START, until: START },
      ADDRESSED,
    ],
  ] as const) {
    const leaked = town();
    const all = batch(leaked);
    leaked.wait(20);
    close(leaked, "compromised", since);
    const evidence = [shown(leaked, { also: [BATCH], at: leaked.now })];
    add(
      name,
      url(present(all[2], "seal")),
      { proofs: evidence, paths: [pathTo(all, 2)] },
      outcome,
      because,
      facts,
    );
    if (because !== undefined) continue;
    add(
      "in no batch of a compromised key",
      url(make(leaked, { serial: 50 })),
      { proofs: evidence },
      "wrong",
      {
        code: "SEAL_UNLOGGED",
        serial: 50,
      },
    );
  }
}

function offLine(add: Add): void {
  const ledger = town();
  const seal = make(ledger);
  const proofs = [shown(ledger)];
  const nowSeconds = START + 2 * DAY;
  add("off line: all of it is known, and old", url(seal), { proofs, nowSeconds }, "unsure", {
    code: "SEAL_OLD",
    ageSeconds: 2 * DAY,
    maxSeconds: 3600,
  });
  const office = shown(ledger, { of: DEPT });
  add(
    "off line: a plate never seen, of an office that is known",
    url(seal),
    {
      proofs: [office],
      nowSeconds,
    },
    "unsure",
    { code: "SEAL_NOT_SHOWN", key: codeKey(LAMP) },
    without("issued", "entitled", "active"),
  );
  const forged = seal.slice();
  forged[forged.length - 9] = (forged.at(-9) as number) ^ 4;
  add(
    "off line: a forged plate, of an office that is known",
    url(forged),
    {
      proofs: [office],
      nowSeconds,
    },
    "wrong",
    { code: "SEAL_SIGNATURE" },
    ["address", "unexpired"],
  );
  add(
    "nothing is at hand",
    url(seal),
    {},
    "unsure",
    { code: "SEAL_NOT_SHOWN", key: codeKey(LAMP) },
    ["address", "unexpired"],
  );
  add(
    "proofs under another policy",
    url(seal),
    {
      proofs,
      policy: `log ${formatVerifierKey(OTHER_LOG.key)}\nquorum none\n`,
    },
    "unsure",
    { code: "SEAL_NOT_SHOWN", key: codeKey(LAMP) },
    ["address", "unexpired"],
  );
  const withdrawn = town();
  const kid = kidOf("sealer");
  withdrawn.must({ op: "unseal", code: DEPT, kid, serials: [2], reason: "x" }, sealer);
  add(
    "off line: withdrawn, as an old list says for good",
    url(make(withdrawn)),
    {
      proofs: [shown(withdrawn)],
      statuses: [[2]],
      nowSeconds,
    },
    "ended",
    { code: "SEAL_WITHDRAWN", serial: 2 },
    without("not-withdrawn"),
  );
  const suspended = town();
  status(suspended, LAMP, "suspend");
  add(
    "off line: suspended when it was last seen",
    url(make(suspended)),
    {
      proofs: [shown(suspended)],
      nowSeconds,
    },
    "unsure",
    { code: "SEAL_OLD" },
    without("active"),
  );
  const record = JSON.parse(
    proveText(ledger.values, { keys: effectiveKeys(ledger as ValueReader, LAMP) }),
  );
  add(
    "the record is shown, and no key",
    url(seal),
    { proofs: [record] },
    "unsure",
    {
      code: "SEAL_NOT_SHOWN",
      key: keyKey(`${LAMP}#1`, kidOf("sealer")),
    },
    ["address", "issued", "unexpired", "active"],
  );
  const bare = sealEvidenceKeys(ledger as ValueReader, LAMP, kidOf("sealer"));
  const lacks = (prefix: string) =>
    JSON.parse(proveText(ledger.values, { keys: bare.filter((key) => !key.startsWith(prefix)) }));
  add(
    "whether it was withdrawn nobody shows",
    url(seal),
    { proofs: [lacks("unseal/")] },
    "unsure",
    {
      code: "SEAL_NOT_SHOWN",
      key: unsealKey(`${DEPT}#1`, kidOf("sealer")),
    },
    without("not-withdrawn"),
  );
  add(
    "the registration it came from nobody shows",
    url(seal),
    { proofs: [lacks("registration/")] },
    "unsure",
    {
      code: "SEAL_STATUS_NOT_SHOWN",
      subject: LAMP,
    },
    without("active"),
  );
  add(
    "whether something nearer has a key nobody shows",
    url(seal),
    { proofs: [lacks(`key/${LAMPS}#1`)] },
    "unsure",
    {
      code: "SEAL_NOT_SHOWN",
      key: keyKey(`${LAMPS}#1`, kidOf("sealer")),
    },
    without("entitled"),
  );
}

/** A department whose subtree lives in a ledger of its own. */
function delegated(add: Add): void {
  const ledger = town();
  const seal = make(ledger);
  const own = below(town(), DEPT);
  const evidence = sealEvidenceKeys(ledger as ValueReader, LAMP, kidOf("sealer"));
  const parent = delegating(ledger, DEPT, OTHER_LOG);
  const last = { values: own, keys: evidence, by: [OTHER_LOG] };
  const chain = (timeMilliseconds: number) => chainOf({ ...parent, timeMilliseconds }, last);
  add(
    "genuine, in a ledger of its own",
    url(seal),
    { proofs: [chain(START_MILLISECONDS)] },
    "genuine",
  );
  add(
    "in a ledger whose delegation was last seen long ago",
    url(seal),
    {
      proofs: [chain(START_MILLISECONDS - DAY * 1000)],
    },
    "unsure",
    { code: "SEAL_OLD", ageSeconds: DAY + 60 },
  );
  const frozen = JSON.parse(
    proveText(parent.values, { keys: [...new Set([...parent.keys, ...evidence])] }),
  );
  add(
    "what the parent froze of the subtree counts for nothing",
    url(seal),
    { proofs: [frozen] },
    "unsure",
    {
      code: "SEAL_NOT_SHOWN",
      key: codeKey(LAMP),
    },
    ["address", "signature", "unexpired", "not-withdrawn"],
  );
  const before = JSON.parse(proveText(ledger.values, { keys: evidence, before: 4 }));
  add(
    "genuine, in a ledger of its own that a state of before does not know of",
    url(seal),
    { proofs: [before, chain(START_MILLISECONDS)] },
    "genuine",
  );
  takenBack(add);
}

/** A ledger that issues and seals on after the one above took back what it had delegated. */
function takenBack(add: Add): void {
  const ledger = town();
  const rogue = town();
  const wild = code(`${LAMPS}/6666`);
  register(rogue, [child(wild, "thing")], dept);
  const text = url(make(rogue, { code: wild }), wild);
  const keys = sealEvidenceKeys(ledger as ValueReader, wild, kidOf("sealer"));
  const values = below(rogue, DEPT);
  const never = (name: string, ...proofs: readonly unknown[]) =>
    add(
      name,
      text,
      { proofs },
      "wrong",
      { code: "SEAL_NEVER_ISSUED", subject: wild },
      without("issued", "active"),
    );
  const old = chainOf(delegating(ledger, DEPT, OTHER_LOG), {
    values,
    keys,
    by: [OTHER_LOG],
    before: 12,
  });
  const later = { values: ledger.values, keys, before: 9 };
  never(
    "never issued by the ledger that took its delegation back, whatever the other one says",
    old,
    JSON.parse(proveText(ledger.values, later)),
  );
  // Its log is longer than that of its successor, and says nothing of it.
  const anew = { ...delegating(ledger, DEPT, THIRD_LOG), before: 7 };
  never(
    "never issued by the ledger that the delegation went on to, whatever the one before says",
    old,
    chainOf(anew, { values: below(ledger, DEPT), keys, by: [THIRD_LOG] }),
  );
  never(
    "never issued by a ledger whose parent took back what the rest of the chain hangs on",
    chainOf(
      delegating(ledger, CITY, OTHER_LOG),
      { ...delegating(ledger, DEPT, THIRD_LOG, below(ledger, CITY)), by: [OTHER_LOG] },
      { values, keys, by: [THIRD_LOG] },
    ),
    JSON.parse(proveText(ledger.values, later)),
  );
}

type Values = ReadonlyMap<string, Uint8Array>;
type Proving = ProofOptions & { readonly values: Values };

/** Of the first entries of a child's log, all of which are alike, as many as are anchored. */
const ANCHORED = 3;
const fillers = (count: number) => Array.from({ length: count }, (_, i) => utf8(`entry ${i}`));

/** The values of a ledger that delegated a code to another log, and what a chain proves of them. */
function delegating(
  ledger: TestLedger,
  of: Code,
  to: NoteSigner,
  values: Values = ledger.values,
): Proving {
  const leaves = fillers(5).map(hashLeaf);
  const anchored = {
    origin: to.key.name,
    size: ANCHORED,
    root: rootOf(treeOf(leaves), ANCHORED),
  };
  const delegation = {
    op: new Uint8Array(32).fill(to === OTHER_LOG ? 9 : 8),
    origin: anchored.origin,
    policy: `log ${formatVerifierKey(to.key)}\nquorum none\n`,
    url: "https://city.test",
    genesis: hashLeaf(utf8("entry 0")),
  };
  const anchor = {
    op: new Uint8Array(32),
    delegation: delegation.op,
    checkpoint: noteOf(anchored, { by: [to] }),
    at: START_MILLISECONDS,
  };
  const changed = new Map(values);
  changed.set(codeKey(of), encodeCbor({ ...ledger.record(of), delegation } as never));
  changed.set(anchorKey(of), encodeCbor(anchor));
  const reader = { get: (key: string) => ledger.get(key) } as ValueReader;
  return { values: changed, keys: [...effectiveKeys(reader, of), anchorKey(of)] };
}

/** What a ledger that a code was delegated to holds: nothing of what stands above it or elsewhere. */
function below({ values }: TestLedger, under: Code): Values {
  return new Map(
    [...values].filter(([key]) => {
      const of = /^code\/([^#]+)/.exec(key)?.[1];
      return of === undefined || of === under || isBelow(of as Code, under);
    }),
  );
}

/** A chain from the trusted ledger down: each proof with the path from what it anchors to the next. */
function chainOf(...ledgers: readonly Proving[]): readonly unknown[] {
  const proofs = ledgers.map(({ values, ...options }) => JSON.parse(proveText(values, options)));
  return proofs.map((proof, i) => {
    const next = proofs[i + 1] as { readonly block: string } | undefined;
    if (next === undefined) return proof;
    const block = Uint8Array.from(atob(next.block), (each) => each.charCodeAt(0));
    const entries = [...fillers(ledgers[i + 1]?.before ?? 5), block];
    const path = consistencyPath(treeOf(entries.map(hashLeaf)), ANCHORED, entries.length);
    return { ...proof, consistency: path.map((hash: Hash) => base64(hash)) };
  });
}

function texts(add: Add): void {
  const ledger = town();
  const proofs = [shown(ledger)];
  const seal = make(ledger);
  const digits = encodeDigits(seal);
  const at = `HTTPS://ID.EXAMPLE/${LAMP}/`;
  const refused = (name: string, text: string, because: { code: string }) =>
    add(name, text, { proofs }, "wrong", because, []);
  const padded = Uint8Array.of(0xd2, 0x84, 0x58, 0x0d, ...seal.subarray(3));
  refused("no canonical CBOR", url(padded), { code: "CBOR_NOT_SHORTEST" });
  refused("something behind the seal", url(Uint8Array.of(...seal, 0)), { code: "CBOR_TRAILING" });
  refused("a zero before the digits", `${at}0${digits}`, { code: "SEAL_DIGITS_LENGTH" });
  refused("digits that stand for no bytes", `${at}9${digits.slice(1)}`, {
    code: "SEAL_DIGITS_VALUE",
  });
  refused("more digits than a seal has", `${at}${digits}${"0".repeat(170)}`, { code: "SEAL_LONG" });
  refused("a seal that is cut off", at + digits.slice(0, 204), { code: "CBOR_TRUNCATED" });
  refused("a script in place of an address", `javascript:alert(1)//${LAMP}/${digits}`, {
    code: "SEAL_SCHEME",
  });
  refused("an address without a seal", `https://id.example/${LAMP}`, { code: "SEAL_NONE" });
  refused("a code in another spelling", `https://id.example/MA.156.130100/${digits}`, {
    code: "CODE_DIVISION_SPELLING",
  });
}
