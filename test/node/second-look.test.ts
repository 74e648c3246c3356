import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "vitest";
import { lookTwice } from "../../src/node/second-look.ts";

const HEADERS_MILLISECONDS = 300;

/** A server whose connections have this long, with or without the second look. */
async function impatient(isTwice: boolean) {
  const options = { headersTimeout: HEADERS_MILLISECONDS, connectionsCheckingInterval: 50 };
  const server = createServer(options, (_, response) => response.end("in time"));
  if (isTwice) lookTwice(server, (reason) => reason);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** What a process of its own is answered whose request comes while this process does not run. */
async function askedWhileBlocked(server: Server, port: number): Promise<string> {
  const program = `
    const socket = require("node:net").connect(${port}, "127.0.0.1");
    socket.write("GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n");
    socket.on("data", (part) => process.stdout.write(part));
    socket.on("error", (error) => console.log(error.code));`;
  const child = spawn(process.execPath, ["-e", program]);
  const ended = once(child, "close");
  let said = "";
  child.stdout.on("data", (part) => {
    said += part;
  });
  // It is accepted, and what it sends waits in the system until this process runs again.
  await once(server, "connection");
  const until = performance.now() + 2 * HEADERS_MILLISECONDS + 1500;
  while (performance.now() < until);
  await ended;
  return said;
}

test.each([
  ["answered what it asked", true, /^HTTP\/1\.1 200 OK.*in time/s],
  // As node does it: the answer, or what closing before reading makes of it.
  ["told that it came too late, where nobody looks twice", false, /408 Request Timeout|ECONNRESET/],
])("who asked while the process could not run is %s", async (_, isTwice, expected) => {
  const { server, port } = await impatient(isTwice);
  expect(await askedWhileBlocked(server, port)).toMatch(expected);
  server.close();
});

test("who says nothing or not all of it is told so, and what is no request is refused", async () => {
  const { server, port } = await impatient(true);
  const say = async (text: string): Promise<string> => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (part) => {
      answer += part;
    });
    socket.on("error", () => undefined);
    await once(socket, "close");
    return answer;
  };
  expect(await say("")).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(await say("GET / HTTP/1.1\r\nHo")).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(await say("this is no request\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\nInvalid method/s,
  );
  const fields = `x: ${"y".repeat(20_000)}\r\n`;
  expect(await say(`GET / HTTP/1.1\r\nHost: x\r\n${fields}\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  server.close();
});
