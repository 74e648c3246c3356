import { once } from "node:events";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen } from "../../src/node/listen.ts";
import { openCity, type World } from "../server/world.ts";
import { until } from "./real-node.ts";

let world: World;
let listening: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  world = await openCity();
  listening = await listen(() => world.app, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await listening.stop();
  await world[Symbol.asyncDispose]();
});

const HASH = "00".repeat(32);

test.each([
  ["announced", { "content-length": "1000" }],
  ["in chunks", { "transfer-encoding": "chunked" }],
])("a client that hangs up within a body, %s, is no incident of the node", async (_, headers) => {
  const before = world.lines.length;
  const { port } = listening;
  const upload = request({ port, method: "PUT", path: `/v1/openings/${HASH}`, headers });
  upload.on("error", () => undefined);
  upload.write("the beginning");
  // The node reads the body once its head is there; the connection ends within it.
  await once(upload, "socket");
  await new Promise((resolve) => upload.write("more", resolve));
  upload.destroy();
  const line = await until(async () => world.lines[before]);
  expect(line).toMatchObject({ event: "request", facts: { method: "PUT", status: 400 } });
  expect(world.lines.slice(before).map(({ event }) => event)).toEqual(["request"]);
});
