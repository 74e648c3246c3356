import { describe, expect, test } from "vitest";
import { encodeObservations, utf8 } from "../../src/core/index.ts";
import { followLog } from "../../src/data/entity-index.ts";
import { ALL, memoryEntityStore } from "../../src/data/index.ts";
import type { EntryBody } from "../../src/data/port.ts";

// A store that follows a log, and takes its time: who waits for it, and who need not.

const salt = utf8("0123456789abcdef");

function bodyOf(id: string, power: number): EntryBody {
  const said = { id, power, type: "Lamp" };
  const facts = Object.entries(said).map(([name, value]) => ({ salt, name, value }));
  return { receivedMilliseconds: Date.UTC(2026, 10, 29), observations: [facts] };
}

function openIndex() {
  const bodies: EntryBody[] = [{ receivedMilliseconds: 0, observations: [] }];
  const bodyAt = (index: number) => bodies[index] ?? { receivedMilliseconds: 0, observations: [] };
  let open = (): void => undefined;
  let gate = Promise.resolve();
  const store = memoryEntityStore();
  const log = {
    get size() {
      return bodies.length;
    },
    body: async (index: number) => bodyAt(index),
    encodedBody: async (index: number) => {
      const { receivedMilliseconds, observations } = bodyAt(index);
      return { receivedMilliseconds, observations: encodeObservations(observations) };
    },
  };
  const slow = Object.create(store, {
    take: {
      value: async (...entries: Parameters<typeof store.take>) => {
        await gate;
        await store.take(...entries);
      },
    },
  });
  return {
    index: followLog(log, () => slow),
    say: (id: string, power: number) => bodies.push(bodyOf(id, power)),
    shut() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    open() {
      open();
    },
  };
}

const [ONE, OTHER] = ["urn:x:1", "urn:x:2"];

describe("an index that lags behind its log", () => {
  test("lets whoever asks for one entity wait for what names it alone", async () => {
    const { index, say, shut, open } = openIndex();
    say(ONE, 1);
    await index.caughtUp();
    expect([index.isCaughtUpWith(ONE), index.isCaughtUpWith(OTHER)]).toEqual([true, true]);
    shut();
    say(OTHER, 2);
    // Nobody has looked yet whom it names.
    expect(index.isCaughtUpWith(ONE)).toBe(false);
    await index.caughtUpWith(ONE);
    expect([index.isCaughtUpWith(ONE), index.isCaughtUpWith(OTHER)]).toEqual([true, false]);
    expect((await index.entity(ONE, ALL))?.attributes.power?.[0]?.said.value).toBe(1);
    let isThere = false;
    const waiting = index.caughtUpWith(OTHER).then(() => {
      isThere = true;
    });
    say(ONE, 3);
    expect(index.isCaughtUpWith(ONE)).toBe(false);
    const both = index.caughtUpWith(ONE);
    await index.caughtUpWith("urn:x:3");
    expect(isThere).toBe(false);
    open();
    await Promise.all([waiting, both]);
    expect((await index.entity(ONE, ALL))?.attributes.power?.[0]?.said.value).toBe(3);
    expect((await index.entity(OTHER, ALL))?.attributes.power?.[0]?.said.value).toBe(2);
    expect([index.isCaughtUpWith(ONE), index.isCaughtUpWith(OTHER)]).toEqual([true, true]);
    await index[Symbol.asyncDispose]();
  });

  test("tells of one entity what it is behind with, without waiting", async () => {
    const { index, say, shut, open } = openIndex();
    say(ONE, 1);
    await index.caughtUp();
    shut();
    say(ONE, 2);
    say(OTHER, 5);
    say(ONE, 3);
    // Nobody has looked yet whom the new ones name.
    expect([index.atHand(ONE), index.atHand(OTHER)]).toEqual([undefined, undefined]);
    const waiting = index.caughtUp();
    const powers = async () => {
      const both = [await index.now(ONE, ALL), await index.now(OTHER, ALL)];
      return both.map((each) => each?.attributes.power?.[0]?.said.value);
    };
    expect(await powers()).toEqual([3, 5]);
    expect(await index.now("urn:x:3", ALL)).toBeUndefined();
    expect([index.atHand(ONE), index.atHand(OTHER)]).toEqual([undefined, undefined]);
    // What is not shown of it is not shown before either.
    const soon = { fromMilliseconds: Date.UTC(2027, 0, 1) };
    expect(await index.now(OTHER, soon)).toBeUndefined();
    expect(await index.entity(OTHER, ALL)).toBeUndefined();
    const told = [await index.now(ONE, ALL), await index.now(OTHER, ALL)];
    open();
    await waiting;
    expect([await index.entity(ONE, ALL), await index.entity(OTHER, ALL)]).toEqual(told);
    expect([index.atHand(ONE), index.atHand(OTHER), index.atHand("urn:x:3")]).toEqual([
      ...told,
      undefined,
    ]);
    expect(await powers()).toEqual([3, 5]);
    await index[Symbol.asyncDispose]();
  });

  test("tells of what changed, before it can be asked for", async () => {
    const { index, say } = openIndex();
    const told: (string | undefined)[] = [];
    index.onChange((id) => told.push(id));
    say(ONE, 1);
    say(OTHER, 1);
    await index.caughtUp();
    expect(told).toEqual([ONE, OTHER]);
    say(ONE, 2);
    await index.caughtUpWith(ONE);
    expect(told).toEqual([ONE, OTHER, ONE]);
    await index[Symbol.asyncDispose]();
  });

  test("has its log wait where it is too far behind, and not once it is closed", async () => {
    const { index, say, shut, open } = openIndex();
    await index.caughtUp();
    shut();
    const much = (n: number) => {
      say(ONE, n);
      index.appended(400_000, []);
    };
    much(1);
    await index.room();
    much(2);
    let isRoom = false;
    const room = index.room().then(() => {
      isRoom = true;
    });
    await index.caughtUpWith(OTHER);
    expect(isRoom).toBe(false);
    open();
    await room;
    expect((await index.now(ONE, ALL))?.attributes.power?.[0]?.said.value).toBe(2);
    much(3);
    much(4);
    await index[Symbol.asyncDispose]();
    await index.room();
  });
});
