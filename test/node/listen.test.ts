import { expect, test } from "vitest";
import { listen } from "../../src/node/listen.ts";

test("what goes wrong on the short way is answered the long way, and ends nothing", async () => {
  const asked: string[] = [];
  const application = {
    hot: () => {
      throw new Error("a damaged file");
    },
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
