import { expect, test } from "vitest";
import { turn } from "../../../src/log/index.ts";
import { MAX_NOTIFYING, MAX_NOTIFYING_HOST } from "../../../src/server/limits.ts";
import { Slots } from "../../../src/server/ngsi/subscriptions/slots.ts";

test("one host that answers slowly leaves room for the others, and takes none that it does not need", async () => {
  const slots = new Slots();
  const ends: (() => void)[] = [];
  let slow = 0;
  const sent = Array.from({ length: MAX_NOTIFYING_HOST + 50 }, () =>
    slots.run("fast", "slow.test", () => {
      slow += 1;
      return new Promise<void>((end) => ends.push(end));
    }),
  );
  for (let i = 0; i < 50; i++) await turn();
  expect(slow).toBe(MAX_NOTIFYING_HOST);
  const left = MAX_NOTIFYING - MAX_NOTIFYING_HOST;
  const others = Array.from({ length: left }, (_, i) =>
    slots.run("fast", `host${i}.test`, async () => i),
  );
  expect(await Promise.all(others)).toHaveLength(left);
  expect(slow).toBe(MAX_NOTIFYING_HOST);
  // Each that ends gives its place to the next one of that host.
  ends.shift()?.();
  for (let i = 0; i < 5; i++) await turn();
  expect(slow).toBe(MAX_NOTIFYING_HOST + 1);
  while (ends.length > 0) {
    ends.shift()?.();
    await turn();
  }
  await Promise.all(sent);
});
