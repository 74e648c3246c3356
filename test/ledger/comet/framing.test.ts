import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat } from "../../../src/core/index.ts";
import { FrameReader, frame, MAX_MESSAGE_BYTES } from "../../../src/ledger/comet/framing.ts";

describe("messages of the engine's socket", () => {
  test("come out as they went in, wherever the stream is cut", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat(50), { maxLength: 60 }), (sent, cuts) => {
        const stream = concat(...sent.map(frame));
        const reader = new FrameReader();
        const got: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          got.push(...reader.take(stream.subarray(at, at + cut)));
          at += cut;
        }
        got.push(...reader.take(stream.subarray(at)));
        expect(got).toEqual(sent);
      }),
    );
  });

  test("bear their length as a varint", () => {
    expect([...frame(new Uint8Array(300)).subarray(0, 2)]).toEqual([0xac, 0x02]);
    expect([...frame(new Uint8Array(0))]).toEqual([0]);
  });

  test("are refused where the length is none, or too much", () => {
    const take = (...bytes: number[]) => [...new FrameReader().take(Uint8Array.from(bytes))];
    expect(() => take(255, 255, 255, 255, 255)).toThrow(RangeError);
    expect(() => take(255, 255, 255, 127)).toThrow(`${128 ** 4 - 1}`);
    expect(MAX_MESSAGE_BYTES).toBeLessThan(128 ** 4);
    expect(take(255, 255, 255)).toEqual([]);
  });

  test("may be kept: they are no views of the stream", () => {
    const stream = frame(Uint8Array.of(1, 2, 3));
    const [message] = new FrameReader().take(stream);
    stream.fill(9);
    expect(message).toEqual(Uint8Array.of(1, 2, 3));
  });
});
