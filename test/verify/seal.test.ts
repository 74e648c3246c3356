import { describe, expect, test } from "vitest";
import { signEd25519 } from "#crypto";
import {
  type CborValue,
  certain,
  codeKey,
  composeSeal,
  decodeCbor,
  effectiveKeys,
  encodeCbor,
  encodeSeal,
  endedKey,
  formatSealUrl,
  fromBase64,
  type Hash,
  hex,
  isCborMap,
  MAX_EARLIER_GENERATIONS,
  MAX_SEAL_EVIDENCE_KEYS,
  type MapKey,
  parseResolverHost,
  present,
  referenceTo,
  sealBatchKey,
  sealEvidenceKeys,
  sha256,
  utf8,
  type ValueReader,
} from "../../src/core/index.ts";
import { verifyRecordProof } from "../../src/verify/index.ts";
import {
  checkSeal,
  isLasting,
  openSealEvidence,
  parsePolicy,
  type SealEvidence,
  type SealFact,
  STATUS_BYTES,
} from "../../src/verify/seal/index.ts";
import file from "../../vectors/seal/checks.json" with { type: "json" };
import { cityLedger, code, testKey } from "../core/state/kit.ts";
import { LOG_ONLY, NOW, proveText } from "./kit.ts";
import type { SealCase, SealFile } from "./seal-cases.ts";

// Every verdict on a seal, in Node and in browsers: seal-cases.ts says how each came about.

const { proofs, checks } = file as unknown as SealFile;
const cases: readonly SealCase[] = checks.map((each) => ({
  ...each,
  proofs: each.proofs.map((index) => proofs[index]),
}));
const bytes = (text: string) => present(fromBase64(text), "base64");

function evidenceOf({ proofs, statuses, paths }: SealCase): SealEvidence {
  return {
    proofs,
    statuses: statuses.map((serials) => {
      const bits = new Uint8Array(STATUS_BYTES);
      for (const each of serials) bits[each >> 3] = (bits[each >> 3] as number) | (1 << (each & 7));
      return bits;
    }),
    paths: paths.map(({ kid, leaf, path, ...rest }) => ({
      ...rest,
      kid: bytes(kid),
      path: path.map((hash) => bytes(hash) as Hash),
      ...(leaf !== undefined && { leaf: bytes(leaf) as Hash }),
    })),
  };
}

function check(each: SealCase) {
  const policy = parsePolicy(each.policy);
  if (!policy.ok) throw new Error(policy.error.code);
  const { nowSeconds, maxAgeSeconds } = each;
  const options = { policy: policy.value, nowSeconds, maxAgeSeconds };
  return checkSeal(each.text, evidenceOf(each), options);
}

describe("a seal", () => {
  test.each(cases)("$name: $expect.outcome $expect.because.code", async (each) => {
    const verdict = await check(each);
    const { outcome, because, facts, signer } = each.expect;
    expect(verdict.outcome).toBe(outcome);
    if (because === undefined) expect(verdict).not.toHaveProperty("because");
    else expect(verdict).toMatchObject({ because });
    expect(verdict.facts.map(({ fact }) => fact)).toEqual(facts);
    expect(verdict.signer?.holder).toBe(signer);
  });
});

describe("what is certain off line", () => {
  test("is what was signed and issued; who may seal now and what was withdrawn is not", () => {
    const facts = (lasting: boolean) =>
      (
        [
          { fact: "address" },
          { fact: "issued", ageSeconds: 0 },
          { fact: "entitled", ageSeconds: 0 },
          { fact: "signature" },
          { fact: "batch", ageSeconds: 0 },
          { fact: "unexpired" },
          { fact: "not-withdrawn", ageSeconds: 0 },
          { fact: "active", ageSeconds: 0 },
        ] satisfies SealFact[]
      ).flatMap((fact) => (isLasting(fact) === lasting ? [fact.fact] : []));
    expect(facts(true)).toEqual(["address", "issued", "signature", "batch", "unexpired"]);
    expect(facts(false)).toEqual(["entitled", "not-withdrawn", "active"]);
  });
});

describe("the check of a signature", () => {
  test("can be the caller's own, and is asked for the key of the seal", async () => {
    const genuine = present(cases[0], "a case");
    const policy = parsePolicy(genuine.policy);
    if (!policy.ok) throw new Error(policy.error.code);
    const asked: string[] = [];
    const verdict = await checkSeal(genuine.text, evidenceOf(genuine), {
      policy: policy.value,
      nowSeconds: genuine.nowSeconds,
      maxAgeSeconds: genuine.maxAgeSeconds,
      checkSeal: (kind, key, message, signature) => {
        asked.push(`${kind} ${key.length} ${signature.length} ${hex(message.subarray(0, 1))}`);
        return false;
      },
    });
    expect(verdict).toMatchObject({ outcome: "wrong", because: { code: "SEAL_SIGNATURE" } });
    expect(asked).toEqual(["ed25519 32 64 84"]);
  });
});

describe("a code of very many generations", () => {
  test.each([
    [MAX_EARLIER_GENERATIONS + 1, "SEAL_FOREIGN"],
    // More than anybody looks at: whether the seal is of one of the rest is not known.
    [MAX_EARLIER_GENERATIONS + 2, "SEAL_BORN"],
  ] as const)("of %i, each proved: %s", async (generation, because) => {
    const ledger = cityLedger();
    const city = code("MA.156.1301");
    const record = ledger.record(city);
    ledger.set(codeKey(city), { ...record, generation });
    for (let each = 1; each < generation; each += 1) {
      const ended = { ...record, generation: each };
      ledger.set(endedKey(referenceTo(ended)), ended);
    }
    const keys = sealEvidenceKeys(ledger as ValueReader, city, testKey("city").kid);
    const born = new Uint8Array(8).fill(7);
    const claims = { code: city, iatSeconds: NOW, serial: 0, born };
    const { kid, seed } = testKey("city");
    const unsigned = composeSeal(claims, { alg: -8, kid });
    const bytes = encodeSeal(unsigned, signEd25519(seed, unsigned.message));
    const host = parseResolverHost("id.example");
    const text = formatSealUrl(present(host.ok ? host.value : undefined, "host"), city, bytes);
    const trust = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 60 };
    const verdict = await checkSeal(text, { proofs: [proveText(ledger.values, { keys })] }, trust);
    expect(verdict).toMatchObject({ outcome: "wrong", because: { code: because } });
  });
});

describe("the evidence that a node gives", () => {
  const deepest = code("MA.156.1301.1.2.3.4.5.6/A.B.C/1.2.3.4.5.6.7.8");
  const ended = 64;
  /** Each record came from a registration of its own, and only the topmost one has keys. */
  const state: ValueReader = {
    get: <T>(key: MapKey<T>): T | undefined => {
      const [, of] = /^code\/([^#]+)$/.exec(key) ?? [];
      const registration = sha256(utf8(key));
      const generation = of === deepest ? ended + 1 : 1;
      if (of !== undefined) return { code: of, generation, registration } as T;
      return key.startsWith("key/MA#1/") ? ({} as T) : undefined;
    },
  };
  const trust = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 60 };
  const prove = (keys: readonly string[]) =>
    verifyRecordProof(proveText(new Map([["x", new Uint8Array(1)]]), { keys }), trust);

  test("of the deepest code with the most generations is as large as the bound says, and is taken", async () => {
    const { kid } = testKey("city");
    const keys = [...sealEvidenceKeys(state, deepest, kid), sealBatchKey("MA#1", kid, 0)];
    expect(keys).toHaveLength(MAX_SEAL_EVIDENCE_KEYS);
    expect(new Set(keys).size).toBe(keys.length);
    expect((await prove(keys)).ok).toBe(true);
  });

  test("or for its history is taken to the last value, and not one more", async () => {
    const generations = Array.from({ length: ended }, (_, i) => endedKey(`${deepest}#${i + 1}`));
    const keys = [...effectiveKeys(state, deepest), ...generations];
    expect((await prove(keys)).ok).toBe(true);
    expect(await prove([...keys, "x"])).toMatchObject({
      error: { code: "PROOF_FIELD", field: "more", want: `array of at most ${keys.length - 1}` },
    });
  });
});

describe("evidence", () => {
  const caseOf = (name: string) =>
    present(
      cases.find((each) => each.name === name),
      name,
    );

  test("may be text as well as JSON, and may be missing", async () => {
    for (const name of ["genuine and current", "genuine, in a ledger of its own"]) {
      const each = caseOf(name);
      const asText = { ...each, proofs: each.proofs.map((proof) => JSON.stringify(proof)) };
      expect((await check(asText)).outcome).toBe("genuine");
    }
    const policy = parsePolicy(caseOf("genuine and current").policy);
    if (!policy.ok) throw new Error(policy.error.code);
    const options = { policy: policy.value, nowSeconds: NOW, maxAgeSeconds: 60 };
    expect(await checkSeal(caseOf("genuine and current").text, {}, options)).toMatchObject({
      outcome: "unsure",
      because: { code: "SEAL_NOT_SHOWN" },
    });
  });

  test("of a ledger that something was delegated to says nothing of what stands above", async () => {
    const each = caseOf("genuine, in a ledger of its own");
    const trust = { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 60 };
    const knowledge = await openSealEvidence({ proofs: each.proofs }, trust);
    // The child proves its absence there; the parent has it.
    expect(knowledge.shown("code/MA.156", code("MA.156"))).toMatchObject({
      value: { code: "MA.156" },
    });
  });

  test("of a closed key needs to show which serials were logged", async () => {
    const each = caseOf("in no batch of a retired key");
    const proofs = each.proofs.map((proof) => {
      const { more, ...rest } = proof as { more: readonly { key: string }[] };
      return { ...rest, more: more.filter(({ key }) => !/^seals\/.*[0-9a-f]{16}$/.test(key)) };
    });
    expect(await check({ ...each, proofs })).toMatchObject({
      outcome: "unsure",
      because: { code: "SEAL_NO_PATH" },
    });
  });

  test.each<[string, CborValue]>([
    ["code/MA.156.1301", { code: "MA.156.1301", generation: 1, status: "active" }],
    ["key/MA.156.1301#1/", { uses: [] }],
    ["unseal/MA.156.1301#1/", 7],
  ])("that is of no form of ours counts for nothing: %s", async (prefix, value) => {
    const { values } = cityLedger();
    const keys = ["code/MA.156.1301", "code/MA.156", "code/MA"];
    const kid = hex(testKey("city").kid);
    const of = prefix.endsWith("/") ? prefix + kid : prefix;
    const all = [...new Set([...keys, `key/MA.156.1301#1/${kid}`, `unseal/MA.156.1301#1/${kid}`])];
    const changed = new Map([...values, [of, encodeCbor(value)] as const]);
    const proof = proveText(changed, { keys: all });
    const knowledge = await openSealEvidence(
      { proofs: [proof] },
      { policy: LOG_ONLY, nowSeconds: NOW, maxAgeSeconds: 60 },
    );
    expect(knowledge.refused).toEqual([]);
    expect(knowledge.shown(of, code("MA.156.1301"))).toBeUndefined();
  });

  test("is not judged by a clock that is none", async () => {
    const [each] = cases;
    const options = { policy: LOG_ONLY, nowSeconds: Number.NaN, maxAgeSeconds: 60 };
    await expect(checkSeal(present(each, "a case").text, { proofs: [] }, options)).rejects.toThrow(
      TypeError,
    );
  });

  test("with values of any other type is judged, and never throws", async () => {
    const each = caseOf("genuine, in a batch that was logged before the key was retired");
    const [whole] = each.proofs as readonly { more: readonly Claim[] }[];
    const claims = [whole as unknown as Claim, ...present(whole, "a proof").more];
    const keys = claims.map(({ key }) => key);
    const scope = { under: "MA.156", classes: ["LAMP"], until: NOW };
    const values = new Map<string, CborValue>();
    for (const { key, value } of claims) {
      const decoded = value === undefined ? [] : certain(decodeCbor(bytes(value)), key);
      values.set(
        key,
        key.startsWith("key/") && isCborMap(decoded) ? { ...decoded, scope } : decoded,
      );
    }
    // Nothing was withdrawn: what a ledger could say there is tried out as well.
    const verdictOf = (of: string, value: CborValue | undefined) => {
      const changed = new Map(
        [...values].flatMap(([key, own]) => {
          const now = key === of ? value : own;
          const isAbsent = now === undefined || (Array.isArray(now) && now.length === 0);
          return isAbsent ? [] : [[key, encodeCbor(now)] as const];
        }),
      );
      const proof = proveText(changed, { keys, timeMilliseconds: NOW * 1000 });
      return check({ ...each, proofs: [proof] });
    };
    expect((await verdictOf("", undefined)).outcome).toBe("genuine");
    const outcomes = new Set<string>();
    for (const [key, value] of values) {
      // Of the records above, which are of one form, the lamp's stands for all.
      const isWhole = key.startsWith("code/") && key !== "code/MA.156.1301.02/LAMP/0001";
      const delegated = isCborMap(value)
        ? OTHERS.map((each) => ({ ...value, delegation: each }))
        : [];
      for (const changed of [...delegated, ...(isWhole ? OTHERS : variantsOf(value))]) {
        outcomes.add((await verdictOf(key, changed)).outcome);
      }
    }
    expect([...outcomes].sort()).toEqual(["ended", "genuine", "unsure", "wrong"]);
  });
});

type Claim = { readonly key: string; readonly value?: string };

/** What is neither of the form of a value nor of that of its fields. */
const OTHERS: readonly CborValue[] = [5, null, "x", [7], { x: 7 }];

/** Others in the place of a value, of each of its fields, and of those of a scope. */
function variantsOf(value: CborValue): readonly CborValue[] {
  if (!isCborMap(value)) return OTHERS;
  const inside = Object.entries(value).flatMap(([name, field]) =>
    (name === "scope" ? variantsOf(field as CborValue) : OTHERS).map((changed) => ({
      ...value,
      [name]: changed,
    })),
  );
  return [...OTHERS, ...inside];
}
