import { expect, test } from "vitest";
import { PENDING_MILLISECONDS } from "../../../src/server/limits.ts";
import { createPending } from "../../../src/server/operations/pending.ts";

const RATE = { code: "HTTP_RATE", retryAfter: 10, by: "address" };
const REFUSAL = { code: "OP_SIZE", bytes: 2, max: 1 } as const;

test("one address has only a share of what is under way", () => {
  const pending = createPending(4, 2);
  expect(pending.begin("a", "192.0.2.1", 0)).toBeUndefined();
  expect(pending.begin("b", "192.0.2.1", 0)).toBeUndefined();
  expect(pending.begin("c", "192.0.2.1", 0)).toEqual(RATE);
  expect(pending.find("c")).toBeUndefined();
  // The same one again takes no more room.
  expect(pending.begin("b", "192.0.2.1", 0)).toBeUndefined();
  expect(pending.begin("d", "192.0.2.2", 0)).toBeUndefined();
  pending.arrived("a");
  expect(pending.begin("c", "192.0.2.1", 0)).toBeUndefined();
  expect(pending.begin("e", undefined, 0)).toBeUndefined();
  expect(pending.begin("f", undefined, 0)).toMatchObject({ code: "HTTP_BUSY", retryAfter: 1 });
});

test("what was refused is remembered for a while, and takes its share as long", () => {
  const pending = createPending(4, 1);
  pending.begin("a", "192.0.2.1", 0);
  pending.refused("a", REFUSAL);
  expect(pending.begin("b", "192.0.2.1", PENDING_MILLISECONDS - 1)).toEqual(RATE);
  expect(pending.find("a")).toMatchObject({ refusal: REFUSAL });
  expect(pending.begin("b", "192.0.2.1", PENDING_MILLISECONDS)).toBeUndefined();
  expect(pending.find("a")).toBeUndefined();
});

test("who has no room left does not make what somebody else handed in be forgotten", () => {
  const pending = createPending(4, 1);
  pending.begin("a", "192.0.2.1", 0);
  pending.refused("a", REFUSAL);
  pending.begin("b", "192.0.2.2", 0);
  expect(pending.begin("a", "192.0.2.2", 0)).toEqual(RATE);
  expect(pending.find("a")).toMatchObject({ refusal: REFUSAL });
  expect(pending.begin("c", "192.0.2.1", 0)).toEqual(RATE);
});
