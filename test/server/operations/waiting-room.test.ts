import { expect, test } from "vitest";
import {
  MAX_RETRY_SECONDS,
  MAX_WAITING_BYTES,
  MAX_WRITES_WAITING,
} from "../../../src/server/limits.ts";
import { WaitingRoom } from "../../../src/server/operations/waiting-room.ts";

test("a waiting room asks back the later, the more it turns away for each that is served", () => {
  let now = 0;
  const room = new WaitingRoom(() => now);
  const turnAway = (): number => {
    const refusal = room.full();
    if (refusal?.code !== "HTTP_BUSY") throw new Error("it is not full");
    return refusal.retryAfter;
  };
  for (let i = 0; i < MAX_WRITES_WAITING; i++) {
    expect(room.full()).toBeUndefined();
    room.enter(100);
  }
  expect(room.full()).toEqual({ code: "HTTP_BUSY", retryAfter: 1, what: "operations" });
  const serve = (count: number) => {
    for (let i = 0; i < count; i++) {
      room.leave(100);
      room.enter(100);
    }
  };
  serve(10);
  for (let i = 1; i < 40; i++) expect(turnAway()).toBe(1);
  now += 3000;
  // Four for each that was served: they are asked back over four to eight seconds.
  const asked = Array.from({ length: 100 }, turnAway);
  expect(new Set(asked)).toEqual(new Set([4, 5, 6, 7, 8]));
  // Nobody is served at all.
  now += 3000;
  expect(turnAway()).toBe(MAX_RETRY_SECONDS);
  // And when the crowd is gone, whoever comes is not kept away for it.
  now += 3000;
  serve(100);
  now += 3000;
  expect(turnAway()).toBe(1);
  room.leave(100);
  expect(room.full()).toBeUndefined();
});

test("a waiting room looks anew where the clock was set back", () => {
  let now = 1_000_000;
  const room = new WaitingRoom(() => now);
  for (let i = 0; i < MAX_WRITES_WAITING; i++) room.enter(100);
  for (let i = 0; i < 7; i++) room.full();
  now = 0;
  expect(room.full()).toMatchObject({ retryAfter: 7 });
});

test("a waiting room is full also by what those inside have brought", () => {
  const room = new WaitingRoom(() => 0);
  const half = MAX_WAITING_BYTES / 2;
  room.enter(half);
  expect(room.full()).toBeUndefined();
  room.enter(half);
  expect(room.full()).toMatchObject({ code: "HTTP_BUSY", what: "operations" });
  room.leave(half);
  expect(room.full()).toBeUndefined();
});
