import { expect, test } from "vitest";
import { listText } from "../../../src/server/http/json-bytes.ts";

test("a list of JSON is the list of what stands in it, with whatever is put around it", () => {
  for (const items of [[], [1], [1, "a"], [{ a: [] }, null, "]"]]) {
    const texts = items.map((each) => JSON.stringify(each));
    expect(listText(texts)).toBe(JSON.stringify(items));
    expect(listText(texts, '{"n":1,"items":', "}")).toBe(JSON.stringify({ n: 1, items }));
    // What it was made of is as it was.
    expect(texts).toEqual(items.map((each) => JSON.stringify(each)));
  }
});
