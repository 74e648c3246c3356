import { buildManifest, parseCode } from "cityid/sdk";
import { expect, test } from "vitest";
import { codeOf } from "../../src/tour/codes.ts";
import { isTourImport, LAMPS, makeLamps } from "../../src/tour/void/lamps.ts";

const UNDER = "MA.156.1301.02/LAMP";
const lamps = makeLamps(UNDER, new Date("2026-11-22T14:05:09Z"));

test("the rows of the import are twenty codes of their own, each with names and a place", () => {
  expect(new Set(lamps.map(({ code }) => code)).size).toBe(LAMPS);
  for (const { code, names, geometry } of lamps) {
    expect(parseCode(code)).toMatchObject({ ok: true });
    expect(code.startsWith(`${UNDER}/T261122140509-`)).toBe(true);
    expect(Object.keys(names)).toEqual(["zh", "en"]);
    expect(geometry).toHaveProperty("value.point");
  }
});

test("an import made a second later has other codes", () => {
  const later = makeLamps(UNDER, new Date("2026-11-22T14:05:10Z"));
  const codes = new Set(lamps.map(({ code }) => code));
  expect(later.some(({ code }) => codes.has(code))).toBe(false);
});

test("all rows fit into one chunk, whose codes the log lists whole", async () => {
  const { operation } = await buildManifest(lamps, { what: "register", under: codeOf(UNDER) });
  expect(operation).toMatchObject({ count: LAMPS, chunks: 1 });
  expect(isTourImport({ what: "register", count: LAMPS, under: UNDER }, UNDER)).toBe(true);
  expect(isTourImport({ what: "register", count: 1_000, under: UNDER }, UNDER)).toBe(false);
});
