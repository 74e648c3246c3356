import { mkdtempSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Code } from "../../../src/core/index.ts";
import { readDescription } from "../../../src/node/data-directory.ts";
import { beginChild, parentClient, policyOf } from "../../../src/node/index.ts";
import { signerFromSeed } from "../../../src/sdk/index.ts";
import { testKey } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";
import { MA1301, openCity, type World } from "../../server/world.ts";

// A parent that fails, lies or falls silent while the ledger of a code begins: each time the error says what it is, and the
// same directory goes on when the parent is itself again.

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let world: World;
let server: Server;
let url: string;
let root: string;
/** What becomes of requests whose path begins so. */
let bad: { readonly path: string; readonly answer: Answer } | undefined;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-bad-parent-"));
  world = await openCity();
  const good = getRequestListener((request) => world.app.fetch(request), {
    overrideGlobalObjects: false,
  });
  server = createServer((request, response) => {
    const isBad = bad !== undefined && request.url?.startsWith(bad.path);
    if (isBad) bad?.answer(request, response);
    else void good(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await world[Symbol.asyncDispose]();
  discard(root);
});

async function begin(): Promise<boolean> {
  world.clock.now += 2000;
  const parent = parentClient({ url, attempts: 2, timeoutMilliseconds: 1000 });
  return beginChild({
    dataDirectory: join(root, "child"),
    parent,
    parentPolicy: await policyOf(parent),
    delegate: {
      code: MA1301 as Code,
      iss: MA1301,
      signer: signerFromSeed(testKey("city").seed),
    },
    publicUrl: "https://child.test",
    origin: "child.test/log",
    nowMilliseconds: () => world.clock.now,
  });
}

const fails: Answer = (_, response) => response.writeHead(500).end("<h1>Oops</h1>");
const silent: Answer = () => undefined;
const breaksOff: Answer = (_, response) => {
  response.writeHead(200, { "content-length": 1000 });
  response.write("what was sent of it", () => response.destroy());
};
const rubbish: Answer = (_, response) => response.writeHead(200).end("<h1>Welcome</h1>");

const PATHS = ["/.well-known/cityid", "/v1/proof", "/log/checkpoint", "/log/tile/entries"];

test.each(
  PATHS.flatMap((path) => [
    { path, way: "fails", answer: fails, fault: { name: "ApiProblem", code: "HTTP_ANSWER" } },
    { path, way: "is silent", answer: silent, fault: { name: "NodeUnreachable" } },
    { path, way: "breaks off", answer: breaksOff, fault: { name: "NodeUnreachable" } },
    {
      ...{ path, way: "answers rubbish", answer: rubbish },
      fault: { name: "ChildFault", code: expect.stringMatching(/^PARENT_(CHECKPOINT|LOG)$/) },
    },
  ]),
)(
  "a parent that $way at $path is told apart, and begins nothing",
  async ({ path, answer, fault }) => {
    bad = { path, answer };
    await expect(begin()).rejects.toMatchObject(fault);
    expect(await readDescription(join(root, "child"))).toBeUndefined();
  },
);

test("the same directory goes on when the parent is itself again", async () => {
  bad = undefined;
  expect(await begin()).toBe(true);
  expect(await begin()).toBe(false);
});
