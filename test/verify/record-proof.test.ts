import { describe, expect, test } from "vitest";
import {
  base64,
  type CborValue,
  type CodeRecord,
  codeKey,
  decodeCbor,
  effectiveKeys,
  encodeCbor,
  formatVerifierKey,
  type Hash,
  hex,
  type MapKey,
  present,
  registrationKey,
  sha256,
  utf8,
  type ValueReader,
} from "../../src/core/index.ts";
import { formatProofBundle, type TrustOptions, verifyRecordProof } from "../../src/verify/index.ts";
import {
  city,
  cityLedger,
  code,
  named,
  START_MILLISECONDS,
  type TestLedger,
} from "../core/state/kit.ts";
import {
  LOG,
  LOG_ONLY,
  NOW,
  OTHER_LOG,
  type ProofOptions,
  prove,
  proveText,
  TWO_OF_THREE,
} from "./kit.ts";

const TRUST: TrustOptions = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 3600 };

const CITY = codeKey(code("MA.156.1301"));
const DEPARTMENT = codeKey(code("MA.156.1301.01"));

/** A city with one department, which came by a registration. */
function departmentLedger(): TestLedger {
  const ledger = cityLedger();
  ledger.must(
    {
      op: "register",
      items: [{ code: code("MA.156.1301.01"), kind: "department", names: named("城管局") }],
    },
    city,
  );
  return ledger;
}

const { values } = departmentLedger();
const record = decoded(DEPARTMENT) as CodeRecord;
const REGISTRATION = registrationKey(present(record.registration, "registration"));
const KEYS = [DEPARTMENT, CITY, codeKey(code("MA.156")), codeKey(code("MA")), REGISTRATION];

function decoded(key: string): unknown {
  const value = decodeCbor(present(values.get(key), key));
  if (!value.ok) throw new Error(value.error.code);
  return value.value;
}

/** The same values with one of them changed, so that a log proves it honestly. */
function changed(key: string, change: object): Map<string, Uint8Array> {
  const value = { ...(decoded(key) as object), ...change } as CborValue;
  return new Map([...values, [key, encodeCbor(value)]]);
}

function verify(
  options: Partial<ProofOptions> = {},
  trust: Partial<TrustOptions> = {},
  from = values,
) {
  return verifyRecordProof(proveText(from, { keys: KEYS, ...options }), { ...TRUST, ...trust });
}

describe("a record proof", () => {
  test("says what stands under a key, as of when, and who says so", async () => {
    const verdict = await verify();
    expect(verdict).toMatchObject({
      ok: true,
      value: {
        key: DEPARTMENT,
        value: values.get(DEPARTMENT),
        record: { code: "MA.156.1301.01", generation: 1, kind: "department" },
        effective: { status: "active", because: "MA.156.1301.01#1" },
        checkpoint: { origin: "ledger.test/log", size: 6 },
        signedBy: [formatVerifierKey(LOG.key)],
        cosignatures: [],
        block: { height: 1, time: START_MILLISECONDS },
        age: { seconds: 60, by: "block" },
      },
    });
    const more = verdict.ok ? verdict.value.more : [];
    expect(more.map(({ key }) => key)).toEqual(KEYS.slice(1));
    expect(more[0]?.value).toEqual(values.get(CITY));
  });

  test("is taken as JSON as well as text", async () => {
    const bundle: unknown = JSON.parse(proveText(values, { keys: KEYS }));
    expect((await verifyRecordProof(bundle, TRUST)).ok).toBe(true);
  });

  test("says that there is nothing, and so never was", async () => {
    const keys = [codeKey(code("MA.156.9999")), ...KEYS.slice(2, 4)];
    const verdict = await verify({ keys });
    expect(verdict).toMatchObject({ ok: true, value: { key: "code/MA.156.9999" } });
    expect(verdict.ok && Object.keys(verdict.value)).not.toContain("value");
    expect(verdict.ok && Object.keys(verdict.value)).not.toContain("record");
  });

  test("says that there is nothing below what is not there either", async () => {
    const keys = ["code/MA.156.9999.01", "code/MA.156.9999", ...KEYS.slice(2, 4)];
    expect((await verify({ keys })).ok).toBe(true);
  });

  test("proves values without a code alone", async () => {
    for (const key of ["param/policy", "member/A", "code/no code at all", "gazette/MA.156.1301"]) {
      const verdict = await verify({ keys: [key] });
      expect(verdict, key).toMatchObject({ ok: true, value: { key } });
      expect(verdict.ok && verdict.value.record).toBeUndefined();
    }
  });

  test("takes its age from the cosignatures where the policy asks for them", async () => {
    const cosigned = [NOW - 500, NOW - 100, NOW - 10];
    const verdict = await verify({ cosigned }, { policy: TWO_OF_THREE });
    expect(verdict).toMatchObject({
      ok: true,
      value: {
        // Two of them vouched for it 100 seconds ago; when the third did counts no more.
        age: { seconds: 100, by: "cosignatures" },
        sinceSeconds: NOW - 100,
        cosignatures: [
          { witness: "w1", timeSeconds: NOW - 500 },
          { witness: "w2", timeSeconds: NOW - 100 },
          { witness: "w3", timeSeconds: NOW - 10 },
        ],
      },
    });
  });

  test("asks another check of signatures, which may answer later", async () => {
    const asked: string[] = [];
    const checkSignature = async (publicKey: Uint8Array) => {
      asked.push(hex(publicKey));
      return true;
    };
    expect((await verify({}, { checkSignature })).ok).toBe(true);
    expect(asked).toEqual([hex(LOG.key.publicKey)]);
    expect(await verify({}, { checkSignature: () => false })).toMatchObject({
      error: { code: "NOTE_SIGNATURE", name: "ledger.test/log" },
    });
  });
});

describe("the effective status of a record", () => {
  const status = async (from: Map<string, Uint8Array>, keys: readonly string[] = KEYS) => {
    const verdict = await verify({ keys }, {}, from);
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
    return verdict.value.effective;
  };

  test("is the strictest of its ancestors'", async () => {
    expect(await status(changed(CITY, { status: "suspended" }))).toEqual({
      status: "suspended",
      because: "MA.156.1301#1",
    });
  });

  test("is void with its registration", async () => {
    expect(await status(changed(REGISTRATION, { void: true }))).toEqual({
      status: "void",
      because: "MA.156.1301.01#1",
    });
  });

  test("is not said where the registration is not proved", async () => {
    expect(await status(values, KEYS.slice(0, 4))).toBeUndefined();
  });

  test("needs exactly what the node sends for it", () => {
    const state: ValueReader = {
      get: <T>(key: MapKey<T>) => (values.has(key) ? (decoded(key) as T) : undefined),
    };
    expect(new Set(effectiveKeys(state, code("MA.156.1301.01")))).toEqual(new Set(KEYS));
  });

  test("of an ended generation needs the record's own ancestors", async () => {
    const key = `${DEPARTMENT}#1`;
    const from = new Map([
      ...changed(DEPARTMENT, { generation: 2 }),
      [key, present(values.get(DEPARTMENT), key)],
    ]);
    const verdict = await verify({ keys: [key, ...KEYS] }, {}, from);
    expect(verdict).toMatchObject({ ok: true, value: { record: { generation: 1 } } });
  });
});

describe("a record proof is refused", () => {
  test("when it is older than the limit", async () => {
    expect(await verify({}, { maxAgeSeconds: 59 })).toMatchObject({
      error: { code: "PROOF_AGE", ageSeconds: 60, maxSeconds: 59 },
    });
    expect((await verify({}, { maxAgeSeconds: 60 })).ok).toBe(true);
  });

  test("when its block is more than five minutes ahead", async () => {
    const at = (ahead: number) => verify({ timeMilliseconds: (NOW + ahead) * 1000 });
    expect(await at(301)).toMatchObject({ error: { code: "PROOF_TIME", timeSeconds: NOW + 301 } });
    expect(await at(300)).toMatchObject({ ok: true, value: { age: { seconds: 0 } } });
  });

  test("when a witness's clock is more than five minutes ahead", async () => {
    expect(await verify({ cosigned: [NOW, NOW + 301] }, { policy: TWO_OF_THREE })).toMatchObject({
      error: { code: "POLICY_FUTURE", witness: "w2", timeSeconds: NOW + 301 },
    });
  });

  test("without the cosignatures that the policy asks for", async () => {
    expect(await verify({ cosigned: [NOW] }, { policy: TWO_OF_THREE })).toMatchObject({
      error: { code: "POLICY_QUORUM", cosignedBy: ["w1"] },
    });
  });

  test("when another log signed", async () => {
    expect(await verify({ by: [OTHER_LOG] })).toMatchObject({ error: { code: "NOTE_UNSIGNED" } });
  });

  test("when the block is not the last one of its checkpoint", async () => {
    expect(await verify({ behind: 2 })).toMatchObject({
      error: { code: "PROOF_BLOCK_POSITION", index: 5, size: 8 },
    });
    expect(await verify({ first: 2 })).toMatchObject({
      error: { code: "PROOF_BLOCK_POSITION", first: 2, count: 2, index: 5, size: 6 },
    });
  });

  test("when its rules are not known yet", async () => {
    expect(await verify({ app: 2 })).toMatchObject({
      error: { code: "PROOF_RULE_VERSION", got: 2, known: 1 },
    });
  });

  test("without an ancestor", async () => {
    expect(await verify({ keys: [DEPARTMENT, CITY, codeKey(code("MA"))] })).toMatchObject({
      error: { code: "PROOF_ANCESTOR_MISSING", key: "code/MA.156" },
    });
  });

  test("for a key, an alias or an anchor without the records that it hangs on", async () => {
    const refused = async (key: string) => {
      const verdict = await verify({ keys: [key] });
      return verdict.ok ? undefined : verdict.error;
    };
    const missing = (key: string) => ({ code: "PROOF_ANCESTOR_MISSING", key });
    expect(await refused("key/MA.156.1301#1/00")).toEqual(missing("code/MA.156"));
    expect(await refused("code/MA.156.1301#1")).toEqual(missing("code/MA.156"));
    expect(await refused("alias/MA.156.1301/old/7")).toEqual(missing("code/MA.156.1301"));
    expect(await refused("anchor/MA.156.1301")).toEqual(missing("code/MA.156"));
  });

  test("when an ancestor lives in another ledger", async () => {
    const from = changed(CITY, { delegation: { origin: "city.test/log" } });
    expect(await verify({}, {}, from)).toMatchObject({
      error: { code: "PROOF_DELEGATED", key: "code/MA.156.1301" },
    });
    // The delegated code itself stays, and with it what is anchored of its ledger; an anchor below it is that ledger's.
    expect((await verify({ keys: KEYS.slice(1, 4) }, {}, from)).ok).toBe(true);
    const anchors = (of: string) => verify({ keys: [`anchor/${of}`, ...KEYS] }, {}, from);
    expect((await anchors("MA.156.1301")).ok).toBe(true);
    expect(await anchors("MA.156.1301.01")).toMatchObject({
      error: { code: "PROOF_DELEGATED", key: "code/MA.156.1301" },
    });
  });

  test.each([
    ["PROOF_RECORD_CODE", { code: "MA.156.1301.02" }, { got: "MA.156.1301.02#1" }],
    ["PROOF_RECORD", { code: 7 }, { field: "code" }],
    ["PROOF_RECORD", { generation: "1" }, { field: "generation" }],
    ["PROOF_RECORD", { status: "fine" }, { field: "status" }],
    ["PROOF_RECORD", { parent: 1 }, { field: "parent" }],
    ["PROOF_RECORD", { registration: "x" }, { field: "registration" }],
  ])("with %s when the log holds a record with %j", async (name, change, facts) => {
    expect(await verify({}, {}, changed(DEPARTMENT, change))).toMatchObject({
      error: { code: name, key: DEPARTMENT, ...facts },
    });
  });

  test("when the log holds something else in the place of a record or a registration", async () => {
    const at = (key: string, value: CborValue) =>
      verify({}, {}, new Map([...values, [key, encodeCbor(value)]]));
    expect(await at(CITY, "a city")).toMatchObject({ error: { code: "PROOF_RECORD", key: CITY } });
    expect(await at(REGISTRATION, { void: "no" })).toMatchObject({
      error: { code: "PROOF_RECORD", key: REGISTRATION, field: "void" },
    });
    const from = new Map([...values, [CITY, Uint8Array.of(0xff)]]);
    expect(await verify({}, {}, from)).toMatchObject({
      error: { code: "PROOF_VALUE", key: CITY, why: "CBOR_TYPE" },
    });
  });

  test("when it proves a key twice", async () => {
    expect(await verify({ keys: [...KEYS, CITY] })).toMatchObject({
      error: { code: "PROOF_KEY_TWICE", key: CITY },
    });
  });

  test("when any value or path in it is another one, naming its key", async () => {
    const bundle = prove(values, { keys: KEYS });
    const [first, ...others] = bundle.more;
    const forged = {
      ...bundle,
      more: [{ ...present(first, "more"), value: utf8("a forgery") }, ...others],
    };
    expect(await verifyRecordProof(formatProofBundle(forged), TRUST)).toMatchObject({
      error: { code: "PROOF_MAP_ROOT", key: CITY },
    });
    const { depth } = bundle.map;
    const shorter = { ...bundle, map: { ...bundle.map, depth: depth + 1 } };
    expect(await verifyRecordProof(formatProofBundle(shorter), TRUST)).toMatchObject({
      error: { code: "PROOF_MAP_BITMAP_LAST", key: DEPARTMENT, bit: depth },
    });
  });

  test("when its block entry is another one, or none", async () => {
    const bundle = prove(values, { keys: KEYS });
    const other = prove(changed(CITY, { status: "suspended" }), { keys: KEYS });
    const swapped = formatProofBundle({ ...bundle, block: other.block });
    expect(await verifyRecordProof(swapped, TRUST)).toMatchObject({
      error: { code: "PROOF_ROOT" },
    });
    const none = formatProofBundle({ ...bundle, block: sha256(utf8("block")) });
    expect(await verifyRecordProof(none, TRUST)).toMatchObject({
      error: { code: "PROOF_BLOCK_ENTRY" },
    });
  });

  test("when its tlog-proof is none, or carries what nobody signed", async () => {
    const bundle = prove(values, { keys: KEYS });
    const withLog = (log: string) =>
      verifyRecordProof(formatProofBundle({ ...bundle, log }), TRUST);
    expect(await withLog("nothing")).toMatchObject({ error: { code: "PROOF_LINE", line: 1 } });
    const extra = bundle.log.replace("\nindex", `\nextra ${base64(utf8("extra"))}\nindex`);
    expect(await withLog(extra)).toMatchObject({ error: { code: "PROOF_EXTRA" } });
  });

  test("when it is no bundle", async () => {
    expect(await verifyRecordProof("{}", TRUST)).toMatchObject({
      error: { code: "PROOF_FORMAT", got: "undefined" },
    });
  });

  test("with any bit of a hash or a signature flipped", async () => {
    const bundle = prove(values, { keys: KEYS });
    const flip = (hash: Hash): Hash =>
      Uint8Array.from(hash, (byte, i) => (i === 9 ? byte ^ 4 : byte)) as Hash;
    for (const [i] of bundle.map.hashes.entries()) {
      const hashes = bundle.map.hashes.map((hash, at) => (at === i ? flip(hash) : hash));
      const forged = { ...bundle, map: { ...bundle.map, hashes } };
      expect(await verifyRecordProof(formatProofBundle(forged), TRUST)).toMatchObject({
        error: { code: "PROOF_MAP_ROOT", key: DEPARTMENT },
      });
    }
    const at = bundle.log.lastIndexOf("— ") + 40;
    const letter = bundle.log[at] === "A" ? "B" : "A";
    const log = `${bundle.log.slice(0, at)}${letter}${bundle.log.slice(at + 1)}`;
    expect(await verifyRecordProof(formatProofBundle({ ...bundle, log }), TRUST)).toMatchObject({
      error: { code: "NOTE_SIGNATURE" },
    });
  });
});
