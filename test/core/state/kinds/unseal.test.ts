import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "#crypto";
import {
  isWithdrawn,
  type Operation,
  STATUS_BYTES,
  statusBits,
  unsealKey,
  type ValueReader,
} from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  register,
  type Signing,
  type TestLedger,
  testKey,
} from "../kit.ts";

const CITY = "MA.156.1301";
const DEPT = `${CITY}.02`;
const HOLDER = `${CITY}#1`;
const { kid } = testKey("city");
const sealer: Signing = { iss: DEPT, key: "sealer" };

const unseal = (serials: readonly number[], of = CITY, by = kid) =>
  ({ op: "unseal", code: code(of), kid: by, serials, reason: "铭牌丢失" }) as const;
const bitsOf = (ledger: TestLedger) => statusBits(ledger as ValueReader, HOLDER, kid);

function staffed(): TestLedger {
  const ledger = cityLedger();
  const keys = [keySpec("sealer", ["seal"]), keySpec("clerk", ["record"])];
  register(ledger, [child(DEPT, "department", { keys })]);
  return ledger;
}

describe("unseal", () => {
  it("sets bits, the least significant of a byte first, and the hash over all of them", () => {
    const ledger = cityLedger();
    expect(bitsOf(ledger)).toEqual(new Uint8Array(131_072));
    ledger.must(unseal([0, 9, 1_048_575]), city);
    const want = new Uint8Array(131_072);
    [want[0], want[1], want[131_071]] = [1, 2, 128];
    expect(bitsOf(ledger)).toEqual(want);
    expect(ledger.value(unsealKey(HOLDER, kid))).toEqual(sha256(want));
  });

  it("never lets a bit fall, and refuses what would raise none", () => {
    const ledger = cityLedger();
    ledger.must(unseal([5, 6]), city);
    ledger.must(unseal([6, 7]), city);
    expect([4, 5, 6, 7, 8].map((each) => isWithdrawn(bitsOf(ledger), each))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(ledger.refused(unseal([5, 7]), city)).toEqual({
      code: "STATE_NOTHING_TO_DO",
      subject: CITY,
    });
  });

  it("says the same as a set of serials, whatever the order and the blocks", () => {
    const some = fc.uniqueArray(fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 1_048_575 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 4 }), (steps) => {
        const ledger = cityLedger();
        const withdrawn = new Set<number>();
        for (const serials of steps) {
          const rises = serials.some((each) => !withdrawn.has(each));
          const outcome = ledger.do(unseal([...serials].sort((a, b) => a - b)), city);
          expect(outcome.ok).toBe(rises);
          for (const each of serials) withdrawn.add(each);
        }
        const want = new Uint8Array(STATUS_BYTES);
        for (const each of withdrawn)
          want[each >> 3] = (want[each >> 3] as number) | (1 << (each & 7));
        expect(bitsOf(ledger)).toEqual(want);
        if (steps.length > 0) {
          expect(ledger.value(unsealKey(HOLDER, kid))).toEqual(sha256(want));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("reaches the seals of a closed key", () => {
    const ledger = staffed();
    const { kid: made } = testKey("sealer");
    const close = [{ kid: made, why: "compromised" as const, since: 0 }];
    const prev = ledger.record(DEPT).control;
    ledger.must({ op: "keys", code: DEPT, prev, close }, city);
    ledger.must(unseal([1], DEPT, made), city);
    expect(ledger.refused(unseal([2], DEPT, made), sealer)).toMatchObject({ code: "AUTH_ISSUER" });
  });

  it("refuses a key that made no seals", () => {
    const ledger = staffed();
    for (const word of ["clerk", "nobody"]) {
      expect(ledger.refused(unseal([1], DEPT, testKey(word).kid), sealer)).toMatchObject({
        code: "STATE_SEAL_KEY",
        holder: `${DEPT}#1`,
      });
    }
    expect(ledger.refused(unseal([1], `${CITY}.09`), city)).toMatchObject({
      code: "STATE_UNKNOWN",
    });
  });

  it("works while the record's own suspension lasts, and not against somebody else's", () => {
    const ledger = staffed();
    const { kid: made } = testKey("sealer");
    const suspend = (of: string): Operation => {
      const prev = ledger.record(of).control;
      return { op: "status", code: code(of), prev, do: "suspend", reason: "x" };
    };
    ledger.must(suspend(DEPT), city);
    expect(ledger.refused(unseal([1], DEPT, made), sealer)).toMatchObject({
      code: "STATE_SUSPENDED",
    });
    const own = cityLedger();
    const prev = own.record(CITY).control;
    own.must({ op: "status", code: code(CITY), prev, do: "suspend", reason: "x" }, city);
    own.must(unseal([1]), city);
  });

  it.each([
    [[], "unseal without serials"],
    [[3, 3], "one serial twice"],
    [[4, 3], "serials that fall"],
    [[1_048_576], "a serial that no key has"],
    [Array.from({ length: 4097 }, (_, i) => i), "too many"],
  ])("refuses %o: %s", (serials) => {
    const refusal = cityLedger().refused(unseal(serials), city);
    expect(refusal.code).toMatch(/^OP_FIELD_(?:TYPE|LIMIT)$/);
    expect(refusal).toMatchObject({ path: expect.stringMatching(/^serials/) });
  });
});
