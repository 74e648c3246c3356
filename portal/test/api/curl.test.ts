import { execFile } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Call } from "../../src/api/calls.ts";
import { curlOf } from "../../src/api/curl.ts";

const run = promisify(execFile);

type Heard = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
};

/** Runs a command in a shell and returns what the server heard. */
async function hear(build: (base: string) => Call): Promise<Heard> {
  let heard: Heard | undefined;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method = "", url = "", headers } = request;
    heard = { method, url, headers, body: Buffer.concat(parts) };
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await run("sh", ["-c", curlOf(build(`http://127.0.0.1:${port}`)).whole]);
  } finally {
    server.close();
  }
  if (!heard) throw new Error("nothing was heard");
  return heard;
}

test("a GET pasted into a shell asks for the same address with the same headers", async () => {
  const heard = await hear((base) => ({
    id: 1,
    method: "GET",
    url: `${base}/v1/codes?q=%E7%9F%B3&limit=8`,
    headers: [["signature-input", `cityid=("@method");nonce="a'b $HOME"`]],
  }));
  expect(heard.method).toBe("GET");
  expect(heard.url).toBe("/v1/codes?q=%E7%9F%B3&limit=8");
  expect(heard.headers["signature-input"]).toBe(`cityid=("@method");nonce="a'b $HOME"`);
});

test("a POST of bytes pasted into a shell brings every byte", async () => {
  const body = Uint8Array.from({ length: 3_000 }, (_, i) => i % 256);
  const heard = await hear((base) => ({
    id: 2,
    method: "POST",
    url: `${base}/v1/operations`,
    headers: [["content-type", "application/cose"]],
    body,
  }));
  expect(heard.method).toBe("POST");
  expect(heard.headers["content-type"]).toBe("application/cose");
  expect(heard.body.equals(body)).toBe(true);
});

test("a PUT of text with quotes pasted into a shell brings the text", async () => {
  const body = `{"reason":"it's “wrong”, $(echo no)"}`;
  const heard = await hear((base) => ({
    id: 3,
    method: "PUT",
    url: `${base}/x`,
    headers: [],
    body,
  }));
  expect(heard.method).toBe("PUT");
  expect(heard.body.toString()).toBe(body);
});

test("long bytes are shortened where they are shown, and only there", () => {
  const call = {
    id: 4,
    method: "POST",
    url: "http://x/",
    headers: [],
    body: new Uint8Array(9_000),
  };
  const { whole, shown } = curlOf(call);
  expect(whole.length).toBeGreaterThan(12_000);
  expect(shown.length).toBeLessThan(300);
  expect(shown).toContain("…");
});
