import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnswerRing, type RenderedAnswer } from "../../../src/server/registry/answer-ring.ts";

const BYTES = 1024;

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ put: fc.nat(30), length: fc.integer({ min: 1, max: 48 }) }) },
  { weight: 2, arbitrary: fc.record({ drop: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.constant({ clear: true as const }) },
);

describe("AnswerRing", () => {
  test("gives what was put last or nothing, and the newest half of what fits always", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const ring = new AnswerRing(BYTES);
        let end = 0;
        const last = new Map<string, { answer: RenderedAnswer; end: number }>();
        for (const [n, each] of steps.entries()) {
          if ("put" in each) {
            const answer = {
              body: String.fromCharCode(33 + (n % 200)).repeat(each.length),
              etag: `"${n}"`,
            };
            end += answer.body.length + answer.etag.length;
            last.set(`k${each.put}`, { answer, end });
            ring.put(`k${each.put}`, answer);
          } else if ("drop" in each) {
            last.delete(`k${each.drop}`);
            ring.drop(`k${each.drop}`);
          } else {
            last.clear();
            ring.clear();
          }
          for (const [key, put] of last) {
            const kept = ring.get(key);
            const isNew =
              end - put.end + put.answer.body.length + put.answer.etag.length <= BYTES / 2;
            if (kept !== undefined || isNew) expect(kept).toEqual(put.answer);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("does not keep what would drive most others out", () => {
    const ring = new AnswerRing(BYTES);
    ring.put("small", { body: "x", etag: '"1"' });
    ring.put("large", { body: "y".repeat(BYTES / 8), etag: '"2"' });
    expect(ring.get("large")).toBeUndefined();
    expect(ring.get("small")).toEqual({ body: "x", etag: '"1"' });
  });
});
