import { describe, test } from "vitest";
import { describeLedger } from "../../contract/ledger.ts";
import { GENESIS, ORIGIN } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";
import { beginOneValidator, startOneValidator, testEngine } from "./engine.ts";

const binary = await testEngine();

if (binary === undefined) {
  describe.skip("comet: no CometBFT here, and no Go to build it with", () => test("skipped"));
} else {
  describeLedger(
    "comet",
    async (clock) => {
      const data = await beginOneValidator(GENESIS);
      const { ledger, engine } = await startOneValidator(binary, data, ORIGIN);
      // The engine stamps blocks by the real clock.
      Object.defineProperty(clock, "now", { get: () => Date.now(), set: () => undefined });
      const close = ledger[Symbol.asyncDispose].bind(ledger);
      return Object.assign(ledger, {
        async [Symbol.asyncDispose]() {
          await engine.stop();
          await close();
          discard(data);
        },
      });
    },
    { stamps: "elsewhere" },
  );
}
