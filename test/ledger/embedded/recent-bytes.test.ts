import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecentBytes } from "../../../src/ledger/embedded/recent-bytes.ts";

const CAPACITY = 64;

describe("the bytes written last", () => {
  test("are what stands at their place of the file, at least as many as half of the memory holds", () => {
    const write = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.nat(100), fc.array(write, { maxLength: 30 }), (start, writes) => {
        const recent = new RecentBytes(CAPACITY);
        const file: number[] = Array(start).fill(-1);
        for (const bytes of writes) {
          recent.push(bytes, file.length);
          file.push(...bytes);
          let kept = 0;
          for (const [at, byte] of file.entries()) {
            const found = recent.find(at);
            if (found < 0) continue;
            kept++;
            expect(recent.bytes[found]).toBe(byte);
          }
          const last = bytes.length;
          expect(kept).toBeLessThanOrEqual(CAPACITY);
          expect(kept).toBeGreaterThanOrEqual(last > CAPACITY / 2 ? 0 : last);
          expect(recent.find(file.length)).toBe(-1);
        }
      }),
    );
  });

  test("keeps what lies in one write together", () => {
    const recent = new RecentBytes(CAPACITY);
    recent.push(new Uint8Array(20), 8);
    const older = recent.find(8);
    recent.push(new Uint8Array(20), 28);
    const first = recent.find(28);
    for (let i = 0; i < 20; i++) expect(recent.find(28 + i)).toBe(first + i);
    // The first half still holds what came before.
    expect(recent.find(8)).toBe(older);
    recent.push(new Uint8Array(20), 48);
    expect([recent.find(8), recent.find(28), recent.find(48)]).toEqual([-1, first, older]);
  });

  test("are none once they were given up, or when more came at once than is kept", () => {
    const recent = new RecentBytes(CAPACITY);
    recent.push(new Uint8Array(20), 8);
    recent.clear();
    expect(recent.find(8)).toBe(-1);
    recent.push(new Uint8Array(20), 8);
    recent.push(new Uint8Array(33), 28);
    expect([recent.find(8), recent.find(28)]).toEqual([-1, -1]);
  });
});
