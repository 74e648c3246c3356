import { describe, expect, it } from "vitest";
import { sealBatchKey, sealRunsKey } from "../../../../src/core/index.ts";
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
const root = new Uint8Array(32).fill(9);

const batch = (first: number, count: number, of = CITY) =>
  ({ op: "seals", code: code(of), first, count, root }) as const;

/** A department whose contractor seals lamps, and that has a passkey. */
function staffed(): TestLedger {
  const ledger = cityLedger();
  const passkey = { rpId: "city.example", origin: "https://city.example" };
  const keys = [
    keySpec("contractor", ["seal"], { scope: { under: code(`${DEPT}/LAMP`) } }),
    keySpec("over", ["seal"], { scope: { until: Math.floor(ledger.now / 1000) + 60 } }),
    keySpec("passkey", ["seal"], passkey),
    keySpec("clerk", ["record"]),
  ];
  register(ledger, [child(DEPT, "department", { keys })]);
  return ledger;
}
const by = (key: string): Signing => ({ iss: DEPT, key });

describe("seals", () => {
  it("keeps the root of a batch with the time of its block; neither chain moves", () => {
    const ledger = cityLedger();
    const before = ledger.record(CITY);
    const { hash } = ledger.must(batch(7, 100), city);
    expect(ledger.value(sealBatchKey(HOLDER, kid, 7))).toEqual({
      op: hash,
      count: 100,
      root,
      at: ledger.now,
    });
    expect(ledger.value(sealRunsKey(HOLDER, kid))).toEqual([[7, 100]]);
    expect(ledger.record(CITY)).toEqual(before);
  });

  it("takes batches in any order and joins what touches", () => {
    const ledger = cityLedger();
    const runs = () => ledger.value(sealRunsKey(HOLDER, kid));
    ledger.must(batch(20, 10), city);
    ledger.must(batch(0, 10), city);
    ledger.must(batch(40, 5), city);
    expect(runs()).toEqual([
      [0, 10],
      [20, 10],
      [40, 5],
    ]);
    ledger.must(batch(10, 10), city);
    ledger.must(batch(30, 3), city);
    ledger.must(batch(39, 1), city);
    expect(runs()).toEqual([
      [0, 33],
      [39, 6],
    ]);
    ledger.must(batch(1_048_575, 1), city);
  });

  it.each([
    [20, 10],
    [19, 2],
    [29, 1],
    [0, 100],
    [25, 1],
  ])("refuses serials that stand in another batch: %i, %i", (first, count) => {
    const ledger = cityLedger();
    ledger.must(batch(20, 10), city);
    expect(ledger.refused(batch(first, count), city)).toMatchObject({
      code: "STATE_SEALS_OVERLAP",
      first,
      count,
    });
  });

  it("refuses serials that no key has", () => {
    expect(cityLedger().refused(batch(1_048_575, 2), city)).toEqual({
      code: "OP_FIELD_LIMIT",
      path: "",
      want: "serials below 1048576",
    });
  });

  it("refuses more runs than a value holds, and still takes what joins them", () => {
    const ledger = cityLedger();
    for (let i = 0; i < 256; i++) ledger.must(batch(2 * i, 1), city);
    expect(ledger.refused(batch(512, 1), city)).toMatchObject({
      code: "STATE_SEALS_LIMIT",
      max: 256,
    });
    ledger.must(batch(1, 1), city);
  });

  it("is logged by the key that made it, wherever that one may seal", () => {
    const ledger = staffed();
    ledger.must(batch(0, 5, DEPT), by("contractor"));
    ledger.must(batch(0, 5, DEPT), by("over"));
    const { kid: contractor } = testKey("contractor");
    expect(ledger.value(sealRunsKey(`${DEPT}#1`, contractor))).toEqual([[0, 5]]);
    ledger.wait(61);
    expect(ledger.refused(batch(9, 1, DEPT), by("over"))).toMatchObject({
      code: "AUTH_KEY_UNTIL",
    });
    expect(ledger.refused(batch(9, 1, DEPT), by("clerk"))).toMatchObject({
      code: "AUTH_KEY_USE",
      want: "seal",
    });
    expect(ledger.refused(batch(9, 1, DEPT), city)).toMatchObject({ code: "AUTH_ISSUER" });
  });

  it("refuses a batch for a record that has no such key of its own", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department")]);
    expect(ledger.refused(batch(0, 1, DEPT), city)).toMatchObject({
      code: "STATE_SEAL_KEY",
      holder: `${DEPT}#1`,
    });
    expect(ledger.refused(batch(0, 1, `${CITY}.09`), city)).toMatchObject({
      code: "STATE_UNKNOWN",
    });
  });

  it("refuses a closed key, and what is suspended", () => {
    const ledger = staffed();
    const keys = (close: string, why: "retired") =>
      ({
        op: "keys",
        code: DEPT,
        prev: ledger.record(DEPT).control,
        close: [{ kid: testKey(close).kid, why }],
      }) as const;
    ledger.must(keys("contractor", "retired"), city);
    expect(ledger.refused(batch(0, 1, DEPT), by("contractor"))).toMatchObject({
      code: "AUTH_KEY_CLOSED",
    });
    const prev = ledger.record(DEPT).control;
    const stop = { op: "status", code: code(DEPT), prev, do: "suspend", reason: "x" } as const;
    ledger.must(stop, city);
    expect(ledger.refused(batch(0, 1, DEPT), by("over"))).toMatchObject({
      code: "STATE_SUSPENDED",
    });
  });
});
