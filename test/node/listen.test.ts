import { connect } from "node:net";
import { expect, test } from "vitest";
import { turn } from "../../src/log/index.ts";
import { listen } from "../../src/node/listen.ts";
import type { HotRequest } from "../../src/server/index.ts";

test("what goes wrong on the short way is answered the long way, and ends nothing", async () => {
  const asked: string[] = [];
  const application = {
    hot: () => {
      throw new Error("a damaged file");
    },
    page: ({ url }: HotRequest) => {
      if (url === "/a") throw new Error("another one");
      return Promise.reject(new Error("found out later"));
    },
    write: () => undefined,
    fetch: async (request: Request) => {
      asked.push(new URL(request.url).pathname);
      return new Response("the long way", { status: 503 });
    },
    close: async () => undefined,
  };
  const listening = await listen(() => application, { host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listening.port}`;
  for (const path of ["/a", "/b"]) {
    const response = await fetch(url + path);
    expect([response.status, await response.text()]).toEqual([503, "the long way"]);
  }
  expect(asked).toEqual(["/a", "/b"]);
  await listening.stop();
});

test("a small body is taken the short way, whole or not at all", async () => {
  const taken: string[] = [];
  const application = {
    hot: () => undefined,
    page: () => undefined,
    write: () => async (body: Uint8Array) => {
      const text = Buffer.from(body).toString();
      taken.push(text);
      if (text === "ill") throw new Error("no way to go");
      return { status: 200, headers: ["Content-Length", "2"], body: "ok" };
    },
    fetch: async () => new Response("the long way", { status: 503 }),
    close: async () => undefined,
  };
  const listening = await listen(() => application, { host: "127.0.0.1", port: 0 });
  const post = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: `;
  const send = async (...parts: readonly string[]): Promise<string> => {
    const socket = connect(listening.port, "127.0.0.1").setNoDelay(true);
    let answer = "";
    socket.on("data", (part) => {
      answer += part;
      if (answer.endsWith("ok")) socket.end();
    });
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => undefined);
    for (const part of parts) {
      await new Promise<void>((resolve) => socket.write(part, () => resolve()));
      await turn();
    }
    if (parts.length === 3) socket.destroy();
    await closed;
    return answer;
  };
  expect(await send(`${post}5\r\n\r\nwh`, "ole")).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\nok$/s);
  expect(await send(`${post}100\r\n\r\n`, "half of", " it")).toBe("");
  expect(await send(`${post}3\r\n\r\nill`)).toBe("");
  expect(taken).toEqual(["whole", "ill"]);
  await listening.stop();
});

test("who writes an address in other characters than HTTP has is told how to write them", async () => {
  const application = {
    hot: () => undefined,
    page: () => undefined,
    write: () => undefined,
    fetch: async () => new Response("not asked"),
    close: async () => undefined,
  };
  const listening = await listen(() => application, { host: "127.0.0.1", port: 0 });
  const socket = connect(listening.port, "127.0.0.1");
  socket.write("GET /v1/codes?q=石家庄 HTTP/1.1\r\nHost: x\r\n\r\n");
  let answer = "";
  for await (const part of socket.setEncoding("utf8")) answer += part;
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*application\/problem\+json/s);
  expect(JSON.parse(body)).toMatchObject({
    type: "/docs/errors#HTTP_REQUEST",
    status: 400,
    code: "HTTP_REQUEST",
    facts: { got: "Invalid char in url query" },
  });
  await listening.stop();
});
