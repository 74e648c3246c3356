import { afterAll, beforeAll, expect, test } from "vitest";
import { CITY, LAMPS } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";

// Files that are imported to where something is already.

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office[Symbol.asyncDispose]());

const importUnder = async (under: string, rows: readonly string[], ...more: readonly string[]) => {
  const file = await office.file(`${rows[1]}.csv`, `${rows.join("\n")}\n`);
  return office.as("city", CITY, "import", file, "--under", under, ...more);
};
const exists = async (code: string) => (await office.cli("show", code)).exit === 0;

test("rows without a code are numbered behind the highest number, whatever is missing before it", async () => {
  jsonOf(await importUnder(LAMPS, ["code,name", "000002,a", "A7,b"], "--json"));
  jsonOf(await importUnder(LAMPS, ["name", "c", "d"], "--json"));
  expect(await exists(`${LAMPS}/000001`)).toBe(false);
  expect(await exists(`${LAMPS}/000003`)).toBe(true);
  expect(await exists(`${LAMPS}/000004`)).toBe(true);
  // From above its class too.
  jsonOf(await importUnder(CITY, ["name", "e"], "--class", "LAMP", "--json"));
  expect(await exists(`${LAMPS}/000005`)).toBe(true);
});
