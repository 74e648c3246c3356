import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeKey, parsePolicy, present } from "../../../src/core/index.ts";
import { type ChainVerdict, verifyProofChain } from "../../../src/verify/index.ts";
import { jsonOf, type Office, openOffice } from "../../cli/office.ts";
import { CITY, code, LAMPS } from "../../sdk/world.ts";
import { type RealNode, startRealNode, until } from "../real-node.ts";

// The parent, the city and its department are nodes of their own; what the city's node answers comes through a gate, which
// can lie.

type Behave = (
  request: IncomingMessage,
  response: ServerResponse,
  right: () => Promise<string>,
) => unknown;

let office: Office;
let city: RealNode;
let gate: { readonly url: string; readonly asked: string[]; behave: Behave; close(): void };

const PROOF = "application/vnd.cityid.proof+json";
const pass: Behave = async (_, response, right) => response.end(await right());

async function openGate(): Promise<typeof gate> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const right = async () => (await fetch(city.url + request.url)).text();
    void self.behave(request, response, right);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  const self = { url, asked, behave: pass, close };
  return self;
}

async function anchored(node: RealNode, of: string): Promise<void> {
  await until(async () => {
    const bundle = JSON.parse(await node.client.proof(`anchor/${of}`));
    return typeof bundle.value === "string" || undefined;
  });
}

beforeAll(async () => {
  office = await openOffice({}, ["--follow-network", "127.0.0.0/8"]);
  gate = await openGate();
  const who = ["--key", await office.keyOf("city"), "--as", CITY];
  const parent = ["--namespace", CITY, "--parent", office.node.url];
  const args = [...parent, "--public-url", gate.url, ...who];
  city = await startRealNode({ data: join(office.directory, "city"), args });
  await anchored(office.node, CITY);
});
afterAll(async () => {
  gate?.close();
  await city?.[Symbol.asyncDispose]();
  await office?.[Symbol.asyncDispose]();
});

async function follow(of: string, { more = "", accept = "*/*", path = `/${of}` } = {}) {
  const url = `${office.node.url}${path}?follow=1${more}`;
  const response = await fetch(url, { redirect: "manual", headers: { accept } });
  const text = await response.text();
  return { status: response.status, type: response.headers.get("content-type"), text };
}

async function refused(of: string): Promise<unknown> {
  const { status, text } = await follow(of);
  const { code: name, facts } = JSON.parse(text);
  return [status, name, facts.why];
}

async function verified(text: string): Promise<ChainVerdict> {
  const policy = parsePolicy((await office.node.client.node()).policy);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const options = { nowSeconds, maxAgeSeconds: 60 };
  const verdict = await verifyProofChain(text, {
    ...options,
    policy: present(policy.ok ? policy.value : undefined, "a policy"),
  });
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
  return verdict.value;
}

describe("a code that lives in another ledger, with follow=1", () => {
  test("is answered with the chain of proofs, whatever form was asked for", async () => {
    const api = `/v1/codes/${encodeURIComponent(LAMPS)}`;
    for (const asked of [{}, { accept: "text/html" }, { accept: PROOF }, { path: api }]) {
      const { status, type, text } = await follow(LAMPS, asked);
      expect([status, type]).toEqual([200, PROOF]);
      const { links, last } = await verified(text);
      expect(links.map((link) => link.code)).toEqual([CITY]);
      expect(last).toMatchObject({ key: codeKey(code(LAMPS)), effective: { status: "active" } });
      expect(last.checkpoint.origin).toBe((await city.client.node()).origin);
    }
  });

  test("is taken by the command line under the parent's policy alone", async () => {
    const file = await office.file("followed.json", (await follow(LAMPS)).text);
    const { vkeys } = await office.node.client.node();
    const ran = await office.cli("verify", file, "--vkey", vkeys[0] ?? "", "--json");
    expect(jsonOf(ran)).toMatchObject({ key: `code/${LAMPS}`, delegations: [{ code: CITY }] });
  });

  test("that was never issued there is proved absent", async () => {
    const { status, text } = await follow(`${LAMPS}/999999`);
    expect(status).toBe(200);
    const { last } = await verified(text);
    expect([last.key, last.value]).toEqual([`code/${LAMPS}/999999`, undefined]);
  });

  test("is sent on without it, and with another value", async () => {
    const path = `/v1/codes/${encodeURIComponent(LAMPS)}`;
    for (const query of ["", "?follow=0", "?follow=yes"]) {
      const response = await fetch(office.node.url + path + query, { redirect: "manual" });
      expect(response.status).toBe(307);
    }
  });

  test("is proved as of now alone", async () => {
    for (const more of ["&at=2020-01-01", "&known=3"]) {
      const { status, text } = await follow(LAMPS, { more });
      expect([status, JSON.parse(text)]).toMatchObject([
        400,
        { code: "HTTP_PARAMETER", facts: { name: "follow" } },
      ]);
    }
  });

  test("is answered as ever where it lives here", async () => {
    const response = await fetch(`${office.node.url}/v1/codes/${CITY}?follow=1`);
    expect(await response.json()).toMatchObject({ code: CITY });
  });
});

describe("what another node answers", () => {
  const lies: readonly [string, Behave, unknown][] = [
    [
      "a redirect",
      (_, response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
      [502, "RESOLVE_FOLLOW_ANSWER", "redirect"],
    ],
    [
      "a problem",
      (_, response) => response.writeHead(404).end("{}"),
      [502, "RESOLVE_FOLLOW_ANSWER", "status 404"],
    ],
    ["no JSON", (_, response) => response.end("<p>"), [502, "RESOLVE_FOLLOW_ANSWER", "json"]],
    ["an empty list", (_, response) => response.end("[]"), [502, "RESOLVE_FOLLOW_ANSWER", "json"]],
    [
      "more than a MiB",
      (_, response) => response.end(`[{"x":"${"x".repeat(1024 * 1024)}"}]`),
      [502, "RESOLVE_FOLLOW_ANSWER", "size"],
    ],
    [
      "proofs that do not begin here",
      async (_, response, right) =>
        response.end(JSON.stringify(JSON.parse(await right()).slice(1))),
      [502, "RESOLVE_FOLLOW_PROOF", "begin"],
    ],
    [
      "a chain for another code",
      async (_, response) => {
        const path = `/v1/proof?key=code/${LAMPS}&effective=1&chain=1`;
        response.end(await (await fetch(city.url + path)).text());
      },
      [502, "RESOLVE_FOLLOW_PROOF", "key"],
    ],
    [
      "a value of its own making",
      async (_, response, right) => {
        const chain = JSON.parse(await right());
        const [, more] = chain[1].more;
        more.value = Buffer.from(more.value, "base64").fill(1, 9, 10).toString("base64");
        response.end(JSON.stringify(chain));
      },
      [502, "RESOLVE_FOLLOW_PROOF", "PROOF_MAP_ROOT"],
    ],
    [
      "its own word in place of the delegation",
      async (_, response, right) => {
        const [first, second] = JSON.parse(await right());
        response.end(JSON.stringify([{ ...second, consistency: first.consistency }, second]));
      },
      [502, "RESOLVE_FOLLOW_PROOF", "begin"],
    ],
    ["nothing, for too long", () => undefined, [504, "RESOLVE_FOLLOW_SILENT", "time"]],
    [
      "a broken connection",
      (request) => request.socket.destroy(),
      [504, "RESOLVE_FOLLOW_SILENT", "connection"],
    ],
  ];
  test.each(lies.map((lie, i) => [...lie, i] as const))(
    "is not passed on when it is %s",
    async (_, behave, want, i) => {
      gate.behave = behave;
      const lamp = `${LAMPS}/${100 + i}`;
      expect(await refused(lamp)).toEqual(want);
      gate.behave = pass;
      // For a moment the refusal stands, and nobody is asked; then the right answer comes through.
      const before = gate.asked.length;
      expect(await refused(lamp)).toEqual(want);
      expect(gate.asked.length).toBe(before);
    },
  );

  test("is asked for again after some seconds", async () => {
    gate.behave = (_, response) => response.writeHead(500).end();
    const lamp = `${LAMPS}/200`;
    expect(await refused(lamp)).toEqual([502, "RESOLVE_FOLLOW_ANSWER", "status 500"]);
    gate.behave = pass;
    const { text } = await until(async () => {
      const followed = await follow(lamp);
      return followed.status === 200 ? followed : undefined;
    });
    expect((await verified(text)).last.key).toBe(`code/${lamp}`);
  });

  test("is fetched once for all who ask at the same time, and holds up a few alone", async () => {
    const held: (() => void)[] = [];
    gate.behave = async (_, response, right) => {
      await new Promise<void>((go) => held.push(go));
      response.end(await right());
    };
    const before = gate.asked.length;
    const same = Array.from({ length: 20 }, () => follow(`${LAMPS}/300`));
    const others = Array.from({ length: 7 }, (_, i) => follow(`${LAMPS}/${301 + i}`));
    await until(async () => (held.length === 8 ? true : undefined));
    const beyond = await follow(`${LAMPS}/399`);
    expect([beyond.status, JSON.parse(beyond.text).code]).toEqual([503, "HTTP_BUSY"]);
    gate.behave = pass;
    for (const go of held) go();
    const all = await Promise.all([...same, ...others]);
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(gate.asked.length).toBe(before + 8);
    expect((await follow(`${LAMPS}/399`)).status).toBe(200);
  });
});

test("a node that was told of no network asks nobody on its own machine", async () => {
  const data = join(office.directory, "data");
  await office.node.stop();
  await using plain = await startRealNode({ data });
  const before = gate.asked.length;
  const response = await fetch(`${plain.url}/v1/codes/${encodeURIComponent(LAMPS)}?follow=1`);
  expect([response.status, await response.json()]).toMatchObject([
    502,
    { code: "RESOLVE_FOLLOW_ADDRESS", facts: { url: gate.url, why: "not-https" } },
  ]);
  expect(gate.asked.length).toBe(before);
});
