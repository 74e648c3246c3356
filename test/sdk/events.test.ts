import { expect, test } from "vitest";
import { listInGazette, openWorld } from "./world.ts";

test("events go on where a broken stream ended: nothing is missed, nothing comes twice", async () => {
  const world = await openWorld();
  const codes = ["MA.156.1301", "MA.156.1302", "MA.156.1303", "MA.156.1304"];
  const [first = "", second = "", ...rest] = codes;
  await listInGazette(world, first, first);
  const stop = new AbortController();
  let connections = 0;
  const client = world.clientWith({
    sleep: async () => undefined,
    fetch: async (request) => {
      const response = await world.fetch(request);
      if (!request.url.endsWith("/v1/events")) return response;
      connections++;
      // The first connection breaks after one event.
      return connections === 1 ? new Response(cutAfterOneEvent(response.body), response) : response;
    },
  });
  await listInGazette(world, second, second);
  const seen: string[] = [];
  for await (const { index, codes: about } of client.events({ after: 0, signal: stop.signal })) {
    seen.push(about[0] ?? "");
    if (index > 0 && seen.length === 2)
      for (const each of rest) await listInGazette(world, each, each);
    if (seen.length === codes.length) break;
  }
  stop.abort();
  expect(seen).toEqual(codes);
  expect(connections).toBeGreaterThanOrEqual(2);
});

function cutAfterOneEvent(
  body: ReadableStream<Uint8Array> | null,
): ReadableStream<Uint8Array> | null {
  let text = "";
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      text += new TextDecoder().decode(chunk);
      const end = text.indexOf("data:");
      const whole = end < 0 ? -1 : text.indexOf("\n\n", end);
      if (whole < 0) return;
      controller.enqueue(new TextEncoder().encode(text.slice(0, whole + 2)));
      controller.terminate();
    },
  });
  return body?.pipeThrough(cut) ?? null;
}
