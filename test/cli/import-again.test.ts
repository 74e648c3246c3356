import { afterAll, beforeAll, expect, test } from "vitest";
import { CITY, LAMPS } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice } from "./office.ts";

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

test("rows without a code are numbered behind those that name one, wherever these stand", async () => {
  const under = `${LAMPS}/BOX`;
  jsonOf(await office.as("city", CITY, "register", under, "--name", "箱", "--json"));
  const rows = ["code,name", ",a", "000001,b", ",c", "000002,d"];
  expect(jsonOf(await importUnder(under, rows, "--json"))).toMatchObject({ count: 4 });
  const names = await Promise.all(
    [1, 2, 3, 4].map(async (number) => {
      const { record } = await office.node.client.record(`${under}.00000${number}`);
      return Object.values(record.names).map((name) => ("value" in name ? name.value : ""))[0];
    }),
  );
  expect(names).toEqual(["b", "d", "a", "c"]);
  // Where the first number is said, it stands: what meets another row's own code is told before anything is signed.
  const again = await importUnder(under, ["code,name", ",e", "000009,f"], "--first", "9");
  expect(again).toMatchObject({ exit: 9, errors: expect.stringMatching(/row 3: .*000009/) });
});

test("a number that the ledger has already is a bad row, which says who has it", async () => {
  const rows = ["code,name,编号", "K1,a,ZS-1", "K2,b,ZS-2"];
  jsonOf(await importUnder(LAMPS, rows, "--json"));
  const again = ["code,name,编号", "K3,c,ZS-3", "K4,d,ZS-1"];
  const dry = await importUnder(LAMPS, again, "--dry-run");
  expect(dry.exit).toBe(9);
  expect(dry.errors).toMatch(
    `row 3: asset-no “ZS-1” is a number that another has already (${LAMPS}/K1)`,
  );
  expect((await importUnder(LAMPS, again)).exit).toBe(9);
  expect((await importUnder(LAMPS, again, "--skip-bad")).exit).toBe(0);
  expect([await exists(`${LAMPS}/K3`), await exists(`${LAMPS}/K4`)]).toEqual([true, false]);
});

test("a number of what was voided can be given again", async () => {
  const rows = ["code,name,编号", "V1,a,ZS-9"];
  const { manifest } = jsonOf(await importUnder(LAMPS, rows, "--json"));
  expect((await office.as("city", CITY, "void", manifest, "--reason", "wrong")).exit).toBe(0);
  jsonOf(await importUnder(LAMPS, ["code,name,编号", "V2,a,ZS-9"], "--json"));
  expect(await exists(`${LAMPS}/V2`)).toBe(true);
});
