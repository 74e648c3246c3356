import { expect, test } from "vitest";
import { base64, codeKey, encodeCbor } from "../../src/core/index.ts";
import { delegatedFurther } from "../../src/server/following/judge.ts";
import { code } from "../core/state/kit.ts";

const CITY = code("MA.156.1301");
const DEPARTMENT = code("MA.156.1301.02");

const shown = (url: unknown) => {
  const value = base64(encodeCbor({ delegation: { url } } as never));
  return [{ more: [{ key: codeKey(DEPARTMENT), value }] }];
};

test("the word of another node is followed to an address that a ledger could hold, and to no other", () => {
  const to = (url: unknown) => delegatedFurther(shown(url), code(`${DEPARTMENT}.1`), CITY);
  expect(to("https://a.example")).toEqual({ code: DEPARTMENT, url: "https://a.example" });
  expect(to(`https://a.example/${"/".repeat(1_000_000)}x`)).toBeUndefined();
  expect(to(7)).toBeUndefined();
});
