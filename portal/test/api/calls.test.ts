import { expect, test } from "vitest";
import { type Call, recordingFetch } from "../../src/api/calls.ts";

test("a call is told when it is sent and again when it is answered, and the caller gets the whole answer", async () => {
  const told: Call[] = [];
  const answer = JSON.stringify({ a: 1 });
  const send = recordingFetch(
    (call) => told.push(call),
    async () =>
      new Response(answer, { status: 201, headers: { "content-type": "application/json" } }),
  );
  const response = await send("http://node/v1/x", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(await response.text()).toBe(answer);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({ method: "POST", url: "http://node/v1/x", body: "{}" });
  expect(told[1]).toMatchObject({
    id: told[0]?.id,
    answer: { status: 201, text: answer, bytes: 7 },
  });
});

test("bytes stay bytes: they are not read as text", async () => {
  const told: Call[] = [];
  const send = recordingFetch(
    (call) => told.push(call),
    async () =>
      new Response(Uint8Array.of(0xff), {
        headers: { "content-type": "application/octet-stream" },
      }),
  );
  await send(new Request("http://node/", { method: "POST", body: Uint8Array.of(1, 0xfe) }));
  expect(told[1]?.body).toEqual(Uint8Array.of(1, 0xfe));
  expect(told[1]?.answer?.text).toBeUndefined();
});

test("a connection that breaks is told, and thrown on to the caller", async () => {
  const told: Call[] = [];
  const send = recordingFetch(
    (call) => told.push(call),
    async () => {
      throw new TypeError("connection refused");
    },
  );
  await expect(send("http://node/")).rejects.toThrow("connection refused");
  expect(told[1]?.failure).toBe("connection refused");
});
