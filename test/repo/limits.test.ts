import { expect, it } from "vitest";
import * as limits from "../../src/core/op/limits.ts";
import { read } from "./sources.ts";

it("docs/spec/operations.md lists every limit with its value", () => {
  const rows = [...read("docs/spec/operations.md").matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)];
  const listed = Object.fromEntries(rows.map(([, name = "", value]) => [name, Number(value)]));
  expect(listed).toEqual({ ...limits });
});
