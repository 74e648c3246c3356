import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Left, Strokes } from "../../../../src/ledger/embedded/index-db/strokes.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Work that is done by `portion` at a time. */
class Work {
  waiting = 0;
  readonly done: number[] = [];
  readonly strokes: Strokes;

  constructor(portion: number) {
    this.strokes = new Strokes((): Left => {
      if (this.waiting === 0) return "nothing";
      const part = Math.min(this.waiting, portion);
      this.waiting -= part;
      this.done.push(part);
      return this.waiting > 0 ? "more" : "nothing now";
    }, 50);
  }

  come(count: number): void {
    this.waiting += count;
    this.strokes.wake();
  }
}

describe("strokes of work", () => {
  test("serve the first who comes at once, and together those who come during a rest", () => {
    const work = new Work(100);
    work.come(1);
    expect(work.done).toEqual([1]);
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(10);
      work.come(1);
    }
    expect(work.done).toEqual([1]);
    vi.advanceTimersByTime(10);
    expect(work.done).toEqual([1, 4]);
    vi.advanceTimersByTime(200);
    work.come(2);
    expect(work.done).toEqual([1, 4, 2]);
  });

  test("do not rest while more is waiting, and let orders in between", () => {
    const work = new Work(10);
    work.come(35);
    expect(work.done).toEqual([10]);
    work.come(1);
    expect(work.done).toEqual([10]);
    vi.advanceTimersByTime(9);
    expect(work.done).toEqual([10, 10, 10, 6]);
  });

  test("end a rest for who is in a hurry, once", () => {
    const work = new Work(100);
    work.come(1);
    work.come(5);
    work.strokes.hurry();
    expect(work.done).toEqual([1, 5]);
    vi.advanceTimersByTime(49);
    expect(vi.getTimerCount()).toBe(1);
    work.waiting = 3;
    work.strokes.hurry();
    expect(work.done).toEqual([1, 5, 3]);
    vi.advanceTimersByTime(500);
    expect(work.done).toEqual([1, 5, 3]);
    work.waiting = 2;
    work.strokes.hurry();
    expect(work.done).toEqual([1, 5, 3, 2]);
  });
});
