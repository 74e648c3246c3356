import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEventStream, type StreamEvent } from "../../src/sdk/event-stream.ts";

function streamOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new Uint8Array(part));
      controller.close();
    },
  });
}

async function read(parts: readonly Uint8Array[]): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEventStream(streamOf(parts))) events.push(event);
  return events;
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("an event stream", () => {
  test("gives id, kind and data; comments are dropped", async () => {
    const text = ': hello\n\nid: 7\nevent: entry\ndata: {"a":1}\n\n: 15 s\n\ndata: x\ndata: y\n\n';
    expect(await read([bytes(text)])).toEqual([
      { id: "7", event: "entry", data: '{"a":1}' },
      { id: "7", event: "message", data: "x\ny" },
    ]);
  });

  test("an event that was cut off in the middle is not given", async () => {
    expect(await read([bytes("data: whole\n\ndata: half\n")])).toHaveLength(1);
  });

  test("is the same however it is cut, and whatever ends its lines", async () => {
    const lines = [
      "id: 1",
      "event: entry",
      "data: 石家庄",
      "",
      "id: 2",
      "data:two",
      "data",
      "",
      "",
    ];
    const property = fc.asyncProperty(
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.nat(80), { maxLength: 6 }),
      async (end, cuts) => {
        const whole = bytes(lines.join(end));
        const ends = [
          ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b),
          whole.length,
        ];
        const parts = ends.map((to, i) => whole.slice(ends[i - 1] ?? 0, to));
        // A single CR at the very end may be half of a CRLF, so the last line of that spelling stays open.
        const got = await read(parts);
        expect(got[0]).toEqual({ id: "1", event: "entry", data: "石家庄" });
        if (end !== "\r") expect(got[1]).toEqual({ id: "2", event: "message", data: "two\n" });
      },
    );
    await fc.assert(property);
  });
});
