import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CITY, LAMPS } from "../sdk/world.ts";
import { type Office, openOffice, problemOf } from "./office.ts";

// `--receipt` is about something that cannot be taken back: what hinders it is said before, or behind what was done.

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office[Symbol.asyncDispose]());

const at = (...names: readonly string[]) => join(office.directory, ...names);
const register = (lamp: string, ...more: readonly string[]) =>
  office.as("city", CITY, "register", `${LAMPS}/${lamp}`, "--name", "灯", ...more);

test("a receipt that cannot be kept, or would replace something, is refused before anything is signed", async () => {
  const { size } = await office.node.client.node();
  await mkdir(at("taken"));
  const file = await office.file("minutes", "of a meeting");
  await office.file("beside.cose", "of a meeting");
  const before = await readdir(office.directory);
  const wrong = [
    [at("nowhere", "r"), "CLI_FILE", /nowhere\/r: there is no such file or directory/],
    [join(file, "r"), "CLI_FILE", /a part of its path is no directory/],
    [at("taken"), "CLI_FILE_EXISTS", /taken exists/],
    [file, "CLI_FILE_EXISTS", /minutes exists/],
    [at("beside"), "CLI_FILE_EXISTS", /beside\.cose exists/],
  ] as const;
  for (const [path, code, words] of wrong) {
    const problem = problemOf(await register("1", "--receipt", path));
    expect(problem).toMatchObject({ exit: 2, code, what: expect.stringMatching(words) });
  }
  expect((await office.node.client.node()).size).toBe(size);
  expect(await readFile(file, "utf8")).toBe("of a meeting");
  expect((await readdir(office.directory)).filter((name) => !before.includes(name))).toEqual([
    "city.key",
  ]);
});

test("what is in the ledger is said, though its receipt could not be kept", async () => {
  await mkdir(at("gone"));
  // The directory goes while the operation is on its way.
  await using node = await relay(async ({ method }) => {
    if (method === "POST") await rm(at("gone"), { recursive: true });
  });
  const ran = await register("2", "--receipt", at("gone", "r"), "--url", node.url);
  expect(ran).toMatchObject({ exit: 2, out: expect.stringMatching(/^✔ .*\n.*log index \d+/) });
  expect(ran.errors).toMatch(/gone\/r.*: there is no such file or directory.*\n.*\n {2}CLI_FILE/);
  expect((await office.cli("show", `${LAMPS}/2`)).exit).toBe(0);
});

test("the receipt of the very same operation is no hindrance: that is handed in again, and nothing is signed", async () => {
  const receipt = ["--receipt", at("same")];
  expect((await register("3", ...receipt)).exit).toBe(0);
  const { size } = await office.node.client.node();
  const kept = await readFile(at("same.cose"));
  const again = await register("3", ...receipt);
  expect(again).toMatchObject({ exit: 0, out: expect.stringMatching(/^✔ .*\n.*log index \d+/) });
  expect(again.errors).toMatch(/receipt of this very operation/);
  expect((await office.node.client.node()).size).toBe(size);
  expect(await readFile(at("same.cose"))).toEqual(kept);
  // Another operation is another matter.
  expect(problemOf(await register("4", ...receipt))).toMatchObject({ code: "CLI_FILE_EXISTS" });
});

test("an import keeps the receipt of its manifest", async () => {
  const file = await office.file("few.csv", "code,name\nR1,a\nR2,b\n");
  const args = ["import", file, "--under", LAMPS, "--receipt", at("manifest")];
  expect((await office.as("city", CITY, ...args)).exit).toBe(0);
  const policy = at("policy");
  expect((await office.cli("export", "policy", policy)).exit).toBe(0);
  const verified = await office.cli("verify", at("manifest"), "--policy", policy);
  expect(verified).toMatchObject({ exit: 0 });
});

test("what never has a receipt does not take the option, nor shows it", async () => {
  const calls = [
    ["apply", "MA.156.1302", "--name", "x", "--evidence", "x"],
    ["ingest", CITY, "--csv", "x", "--map", "x"],
    ["gateway", CITY, "--broker", "mqtt://x", "--topic", "x", "--map", "x", "--spool", "x"],
    ["dataset", "devices", "x"],
    ["dataset", "enrol"],
  ];
  for (const call of calls) {
    const ran = await office.cli(...call, "--receipt", at("never"));
    expect(problemOf(ran)).toMatchObject({ exit: 2, code: "CLI_USAGE" });
    const words = call.slice(0, call[0] === "dataset" ? 2 : 1);
    expect((await office.cli(...words, "--help")).out).not.toContain("--receipt");
  }
  expect((await office.cli("import", "file", "--help")).out).toContain("--receipt");
});

/** A node that hands on to that of the office whatever it is asked, and tells of it first. */
async function relay(tell: (request: Request) => Promise<void>) {
  const listener = getRequestListener(
    async (request) => {
      await tell(request);
      const { method, headers } = request;
      const { pathname, search } = new URL(request.url);
      const body = method === "POST" ? { body: await request.arrayBuffer() } : {};
      return fetch(new URL(pathname + search, office.node.url), { method, headers, ...body });
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
