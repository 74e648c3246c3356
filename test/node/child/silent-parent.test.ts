import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Code } from "../../../src/core/index.ts";
import { parentProofs, startAnchoring } from "../../../src/node/index.ts";
import { type Client, createClient, signerFromSeed } from "../../../src/sdk/index.ts";
import { testKey } from "../../core/state/kit.ts";
import { MA1301, openCity, type World } from "../../server/world.ts";
import { until } from "../real-node.ts";

/** What becomes of requests to the parent. */
let mood: "answers" | "breaks off" | "is silent";
let world: World;
let server: Server;
let parent: Client;
/** Requests that came, and of those without an answer the ones whose caller still waits. */
let asked: number;
let waiting: Set<Socket>;

beforeEach(async () => {
  [mood, asked, waiting] = ["answers", 0, new Set()];
  world = await openCity();
  const answer = getRequestListener((request) => world.app.fetch(request), {
    overrideGlobalObjects: false,
  });
  server = createServer((request, response) => {
    asked += 1;
    const { socket } = request;
    if (mood === "answers") void answer(request, response);
    else if (mood === "breaks off") socket.destroy();
    else {
      waiting.add(socket);
      socket.once("close", () => waiting.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  parent = createClient({ url: `http://127.0.0.1:${port}`, attempts: 1 });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await world[Symbol.asyncDispose]();
});

const proofsOf = (timeoutMilliseconds?: number) =>
  parentProofs(parent, MA1301 as Code, () => world.clock.now, timeoutMilliseconds);

test("a parent that takes requests and says nothing holds up nobody who asks for proofs", async () => {
  mood = "is silent";
  expect(await proofsOf(1500)()).toBeUndefined();
  expect(asked).toBe(1);
  await until(async () => waiting.size === 0 || undefined);

  mood = "answers";
  const proofs = proofsOf();
  const kept = await proofs();
  expect(kept).toHaveLength(1);
  mood = "breaks off";
  world.clock.now += 6000;
  expect(await proofs()).toBe(kept);
  // From now on it is asked behind the answer: nobody waits for it.
  mood = "is silent";
  world.clock.now += 6000;
  const before = asked;
  expect(await proofs()).toBe(kept);
  await until(async () => asked > before || undefined);
  expect(waiting.size).toBe(1);
});

test("a clock that was set back does not keep the parent from being asked", async () => {
  const proofs = proofsOf();
  await proofs();
  const before = asked;
  await proofs();
  expect(asked).toBe(before);
  world.clock.now -= 3_600_000;
  await proofs();
  expect(asked).toBeGreaterThan(before);
});

test("anchoring ends when it is told to, whatever the parent does", async () => {
  mood = "is silent";
  const lines: string[] = [];
  const note = (event: string) => lines.push(event);
  const signer = signerFromSeed(testKey("city").seed);
  const anchoring = startAnchoring({
    ledger: world.ledger,
    parent,
    delegate: { code: MA1301 as Code, iss: MA1301, signer },
    nowMilliseconds: () => world.clock.now,
    log: { info: note, warn: note, error: note },
  });
  await until(async () => waiting.size > 0 || undefined);
  await anchoring[Symbol.asyncDispose]();
  await until(async () => waiting.size === 0 || undefined);
  expect(lines).toEqual([]);
});
