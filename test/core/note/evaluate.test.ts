import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verifyEd25519 } from "#crypto";
import { type Hash, toHash } from "../../../src/core/merkle/index.ts";
import {
  cosign,
  evaluatePolicy,
  evaluatePolicyAsync,
  formatNote,
  formatVerifierKey,
  MAX_AHEAD_SECONDS,
  type NoteSigner,
  parseCheckpoint,
  policyKeys,
  refuseOwnWitness,
  type SignedCheckpoint,
  signCheckpoint,
  verifierKey,
} from "../../../src/core/note/index.ts";
import { signer } from "./keys.ts";
import { policyOf } from "./policy-of.ts";

const log = signer("example.com/log", "ed25519", 1);
const other = signer("example.com/other", "ed25519", 2);
const witnesses = [10, 11, 12].map((byte) => signer(`w${byte}.example`, "cosignature", byte));
const [a, b, c] = witnesses as [NoteSigner, NoteSigner, NoteSigner];
const lines = [
  `log ${formatVerifierKey(log.key)}`,
  `log ${formatVerifierKey(other.key)}`,
  ...witnesses.map(({ key }, i) => `witness ${"ABC"[i]} ${formatVerifierKey(key)}`),
  "group G 2 A B C",
];
const twoOfThree = policyOf([...lines, "quorum G\n"].join("\n"));
const none = policyOf([...lines, "quorum none\n"].join("\n"));
const NOW = 1_700_000_000;

describe("evaluatePolicy", () => {
  test("believes what the log and a quorum signed, and says since when", () => {
    const trust = evaluatePolicy(twoOfThree, signed(log, [a, NOW - 50], [b, NOW - 10]), NOW);
    expect(trust).toEqual({
      ok: true,
      value: {
        logs: [log.key],
        cosignatures: [
          { witness: "A", timeSeconds: NOW - 50 },
          { witness: "B", timeSeconds: NOW - 10 },
        ],
        sinceSeconds: NOW - 50,
      },
    });
  });

  test("is as fresh as the latest time from which on the quorum holds", () => {
    const times = fc.tuple(fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 }));
    fc.assert(
      fc.property(times, (times) => {
        const pairs = witnesses.map((w, i) => [w, NOW - (times[i] ?? 0)] as const);
        const trust = evaluatePolicy(twoOfThree, signed(log, ...pairs), NOW);
        // The second latest of three times: two cosignatures are as late or later.
        const [, second] = times.toSorted((x, y) => x - y);
        expect(trust.ok && trust.value.sinceSeconds).toBe(NOW - (second ?? 0));
      }),
      { numRuns: 20 },
    );
  });

  test("takes the later of two cosignatures of one witness, and counts it once", () => {
    const twice = signed(log, [a, NOW - 100], [a, NOW - 5], [b, NOW - 50]);
    expect(evaluatePolicy(twoOfThree, twice, NOW)).toMatchObject({
      value: { cosignatures: [{ timeSeconds: NOW - 5 }, { timeSeconds: NOW - 50 }] },
    });
    expect(
      evaluatePolicy(twoOfThree, signed(log, [a, NOW - 100], [a, NOW - 5]), NOW),
    ).toMatchObject({
      error: { code: "POLICY_QUORUM", quorum: "G", cosignedBy: ["A"] },
    });
  });

  test("knows no age where no cosignature is asked for, even if there are some", () => {
    for (const checkpoint of [signed(log), signed(log, [a, NOW])]) {
      const trust = evaluatePolicy(none, checkpoint, NOW);
      expect(trust.ok && trust.value.sinceSeconds).toBeUndefined();
      expect(trust.ok).toBe(true);
    }
  });

  test("refuses a checkpoint that only a log of another origin signed", () => {
    expect(evaluatePolicy(none, signed(other), NOW)).toEqual({
      ok: false,
      error: { code: "POLICY_LOG", origin: "example.com/log" },
    });
  });

  test("refuses a quorum of witnesses without the log", () => {
    const checkpoint = signed(log, [a, NOW], [b, NOW]);
    const [, ...signatures] = checkpoint.note.signatures;
    const unsigned = { ...checkpoint, note: { ...checkpoint.note, signatures } };
    expect(evaluatePolicy(twoOfThree, unsigned, NOW)).toMatchObject({
      error: { code: "POLICY_LOG" },
    });
  });

  test("refuses what was cosigned more than five minutes ahead of our clock", () => {
    const edge = NOW + MAX_AHEAD_SECONDS;
    expect(evaluatePolicy(none, signed(log, [b, edge]), NOW).ok).toBe(true);
    expect(evaluatePolicy(none, signed(log, [b, edge + 1]), NOW)).toEqual({
      ok: false,
      error: { code: "POLICY_FUTURE", witness: "B", timeSeconds: edge + 1, nowSeconds: NOW },
    });
  });

  test("refuses a note that one bad cosignature spoils, though the others were enough", () => {
    const good = signed(log, [a, NOW], [b, NOW]);
    const bad = { ...cosign(good.note.text, c, NOW), signature: new Uint8Array(72) };
    const note = { ...good.note, signatures: [...good.note.signatures, bad] };
    expect(evaluatePolicy(twoOfThree, { ...good, note }, NOW)).toMatchObject({
      error: { code: "NOTE_SIGNATURE", name: "w12.example" },
    });
  });

  test("gives the same verdicts with a check that answers later", async () => {
    const later = async (...check: Parameters<typeof verifyEd25519>) => verifyEd25519(...check);
    for (const checkpoint of [signed(log, [a, NOW], [b, NOW]), signed(log, [a, NOW]), signed(a)]) {
      expect(await evaluatePolicyAsync(twoOfThree, checkpoint, NOW, later)).toEqual(
        evaluatePolicy(twoOfThree, checkpoint, NOW),
      );
    }
  });
});

test("a policy knows the keys of its logs and of its witnesses", () => {
  expect(policyKeys(twoOfThree)).toEqual([log, other, a, b, c].map(({ key }) => key));
});

/** A checkpoint of example.com/log with these cosignatures. */
function signed(
  by: NoteSigner,
  ...cosigned: readonly (readonly [NoteSigner, number])[]
): SignedCheckpoint {
  const root = toHash(new Uint8Array(32)) as Hash;
  const checkpoint = { origin: "example.com/log", size: 5, root };
  const own = parsed(signCheckpoint(checkpoint, [by]));
  const more = cosigned.map(([witness, time]) => cosign(own.note.text, witness, time));
  return parsed(formatNote({ ...own.note, signatures: [...own.note.signatures, ...more] }));
}

function parsed(text: string): SignedCheckpoint {
  const checkpoint = parseCheckpoint(text);
  if (!checkpoint.ok) throw new Error(checkpoint.error.code);
  return checkpoint.value;
}

describe("a witness that is the log", () => {
  const own = { ...log, key: verifierKey("self.example", "cosignature", log.key.publicKey) };
  const text = [...lines, `witness Self ${formatVerifierKey(own.key)}`, "quorum Self\n"].join("\n");
  const policy = policyOf(text);

  test("does not count, under whatever name", () => {
    expect(evaluatePolicy(policy, signed(log, [own, NOW]), NOW)).toEqual({
      ok: false,
      error: { code: "POLICY_QUORUM", quorum: "Self", cosignedBy: [] },
    });
  });

  test("is refused at the door, as is one that has another key of the node", () => {
    expect(refuseOwnWitness(policy, [])).toEqual({
      ok: false,
      error: { code: "POLICY_WITNESS_OWN", witness: "Self" },
    });
    expect(refuseOwnWitness(twoOfThree, [b.key])).toMatchObject({ error: { witness: "B" } });
    expect(refuseOwnWitness(twoOfThree, [signer("x", "cosignature", 77).key]).ok).toBe(true);
  });
});
