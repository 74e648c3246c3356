import { afterAll, beforeAll, expect, test } from "vitest";
import { loadRegister } from "../../src/node/index.ts";
import { CITY } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office[Symbol.asyncDispose]());

const member = (...args: readonly string[]) => office.as("member/B", "member/B", "import", ...args);
const HEADING = "代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码";
const table = (...lines: readonly string[]) =>
  office.file("result.csv", `\ufeff${[HEADING, ...lines, ""].join("\n")}`);

test("cityid import areacodes records what a public table says, and the second time nothing", async () => {
  const file = await table(
    "130000,,,河北省,省级,在用,1981,,",
    "130200,河北省,,唐山市,地级,在用,1983,,",
    "139900,河北省,,坏市,地级,在用,19x3,,",
    "130201,河北省,唐山市,某县,县级",
  );
  const refused = problemOf(await member("areacodes", file, "--lang", "zh"));
  expect(refused).toMatchObject({ exit: 9, code: "IMPORT_LINE" });
  expect(refused.what).toMatch(/第 4 行有误：“19x3”不是有效的/);
  const skipped = await member("areacodes", file, "--skip-bad", "--json");
  expect(skipped.errors).toMatch(/line 4: “19x3” is no .*\nline 5: it has 5 fields, not 9/);
  expect(jsonOf(skipped)).toEqual({ new: 2, same: 0, other: 0, operations: 1 });
  expect(await office.node.client.gazetteOf("MA.156.1302")).toMatchObject({
    facts: [{ names: { zh: "唐山市" }, level: "prefecture", from: "1983" }],
  });
  const { size } = await office.node.client.node();
  const again = await member("areacodes", file, "--skip-bad");
  expect(again).toMatchObject({ exit: 0, out: "Nothing was signed.\n" });
  expect((await office.node.client.node()).size).toBe(size);
});

test("cityid import areacodes leaves alone what the gazette says otherwise, and refuses another file", async () => {
  const other = await table("130100,河北省,,石家庄市,地级,在用,1993,,");
  const ran = await member("areacodes", other);
  expect(ran).toMatchObject({ exit: 0, out: "Nothing was signed.\n" });
  expect(ran.errors).toMatch(new RegExp(`of 1 the gazette says something else.\n {2}${CITY}`));
  const wrong = await office.file("wrong.csv", "code,name\n130100,石家庄市\n");
  expect(problemOf(await member("areacodes", wrong, "--skip-bad"))).toMatchObject({
    exit: 9,
    code: "IMPORT_HEADING",
    remedy: expect.stringContaining(HEADING),
  });
  expect(problemOf(await member("areacodes", "/nowhere.csv"))).toMatchObject({
    exit: 2,
    code: "CLI_FILE",
  });
});

test("cityid import gb2260 records the register that comes with the program, under one confirmation", async () => {
  const codes = new Set(loadRegister().map(({ code }) => code)).size;
  const dry = jsonOf(await office.cli("import", "gb2260", "--dry-run", "--json"));
  // Shijiazhuang is in the gazette of this ledger already, in other words.
  expect(dry.new + dry.same + dry.other).toBe(codes);
  expect(dry).toMatchObject({ operations: 0 });
  expect([dry.new > 3000, dry.other >= 1]).toEqual([true, true]);
  const ran = await member("gb2260");
  expect(ran.exit).toBe(0);
  expect(ran.errors.match(/Signed by member\/B/g)).toHaveLength(1);
  expect(await office.node.client.gazetteOf("MA.156.3712")).toMatchObject({
    facts: expect.arrayContaining([expect.objectContaining({ to: expect.any(String) })]),
  });
  expect(jsonOf(await office.cli("import", "gb2260", "--dry-run", "--json"))).toMatchObject({
    new: 0,
    other: dry.other,
    same: codes - dry.other,
  });
});
