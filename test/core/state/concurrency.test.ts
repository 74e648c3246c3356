import { describe, expect, it } from "vitest";
import { hex } from "../../../src/core/index.ts";
import { child, city, cityLedger, code, named, register, sign } from "./kit.ts";

const DEPT = "MA.156.1301.02";

describe("1 000 updates of one record at the same time", () => {
  it("are one chain: of those that name the same last change exactly one wins", () => {
    const ledger = cityLedger();
    register(ledger, [child(DEPT, "department")]);
    let waiting = Array.from({ length: 1000 }, (_, i) => i);
    for (let step = 0; step < 5; step++) {
      const { op: prev } = ledger.record(DEPT);
      const update = (i: number) =>
        sign({ op: "update", code: code(DEPT), prev, names: named(`局${i}`) }, city, ledger.now);
      const outcomes = ledger.block(waiting.map(update));
      const winners = outcomes.filter(({ ok }) => ok);
      expect(winners).toHaveLength(1);
      const [first] = outcomes;
      expect(first?.ok && ledger.record(DEPT).op).toEqual(first?.ok && first.hash);
      const refusals = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
      expect(refusals).toHaveLength(waiting.length - 1);
      for (const refusal of refusals) {
        expect(refusal).toMatchObject({
          code: "STATE_PREV",
          want: hex(ledger.record(DEPT).op),
          got: hex(prev),
        });
      }
      waiting = waiting.slice(1, 200);
    }
  });
});
