import { afterAll, beforeAll, expect, test } from "vitest";
import { hex, keyIdentifier } from "../../src/core/index.ts";
import { CITY, code, named, signerOf } from "../sdk/world.ts";
import { runHere } from "./in-process.ts";
import { jsonOf, type Office, officeKey, openDataOffice, problemOf } from "./office.ts";

// Keys of many devices are enrolled, replaced and closed by the rows of a file.

const OFFICE = `${CITY}.02`;
const COUNT = 60;
const device = (n: number) => `${OFFICE}/LAMP/${String(n).padStart(6, "0")}`;
const rawKey = (word: string): string => {
  const key = signerOf(word).publicKey;
  return hex(key.get(-2) as Uint8Array);
};
const kidOf = (word: string): string => hex(keyIdentifier(signerOf(word).publicKey));

let office: Office;
const by = async (...args: readonly string[]) =>
  runHere([...args, "--key", await office.keyOf("office"), "--as", OFFICE, "--yes"], {
    CITYID_URL: office.node.url,
  });
const devices = async (rows: readonly string[], ...args: readonly string[]) => {
  const head = "code,action,key,kid,label,until,since";
  const path = await office.file("keys.csv", `${head}\n${rows.join("\n")}\n`);
  return by("dataset", "devices", path, ...args);
};
const keysOf = async (n: number) =>
  (await office.node.client.keys(device(n))).items.map(({ kid, uses, to, why, scope }) => ({
    ...{ kid, uses, isOpen: to === undefined, why, until: scope?.until },
  }));
const sizeOf = async () => (await office.node.client.node()).size;

beforeAll(async () => {
  office = await openDataOffice();
  const item = (text: string, kind: "class" | "department" | "thing") => ({
    ...{ code: code(text), kind, names: named(text) },
  });
  const department = { ...item(OFFICE, "department"), keys: [officeKey("office")] };
  await office.node.act({ op: "register", items: [department] }, CITY, "all");
  const folder = { ...item(`${OFFICE}/LAMP`, "class"), class: "LAMP" };
  await office.node.act({ op: "register", items: [folder] }, OFFICE, "office");
  const items = [...Array(COUNT).keys()].map((n) => item(device(n), "thing"));
  await office.node.act({ op: "register", items }, OFFICE, "office");
});
afterAll(() => office[Symbol.asyncDispose]());

test("are judged by line, told in a dry run, and enrolled once, whatever breaks off", async () => {
  const rows = [...Array(COUNT).keys()].map(
    (n) => `${device(n)},enrol,${rawKey(`lamp ${n}`)},,lamp,2099-01-01,`,
  );
  const bad = [
    `nonsense,enrol,${rawKey("x")},,,,`,
    `${device(0)},forget,${rawKey("x")},,,,`,
    `${device(0)},enrol,1234,,,,`,
    `${device(0)},close,,zz,,,`,
    `${device(0)},enrol,${rawKey("x")},,,2027-02-30,`,
    `${device(0)},enrol,,,,,`,
    rows[0] ?? "",
  ];
  const before = await sizeOf();
  const refused = await devices([...rows, ...bad]);
  expect(problemOf(refused).code).toBe("IMPORT_ROWS");
  for (const [at, problem] of [
    [0, "ROW_CODE"],
    [1, "ROW_ACTION"],
    [2, "ROW_KEY"],
    [3, "ROW_KID"],
    [4, "ROW_TIME"],
    [5, "ROW_MISSING"],
    [6, "ROW_DUPLICATE"],
  ] as const) {
    expect(refused.errors).toMatch(new RegExp(`row ${COUNT + 2 + at}: .*${problem}`));
  }
  const planned = await devices(rows, "--dry-run");
  expect(planned.out.split("\n").filter((line) => line.includes("\t"))).toHaveLength(COUNT);
  expect(planned.out).toContain(`2\t${device(0)}\t+${kidOf("lamp 0")}`);
  expect(await sizeOf()).toBe(before);
  // The first third by itself: as if it had broken off there.
  expect(jsonOf(await devices(rows.slice(0, 20), "--json"))).toMatchObject({
    done: 20,
    known: 0,
  });
  const skipped = await devices([...rows, ...bad], "--json", "--skip-bad");
  const rest = JSON.parse(skipped.out.trim().split("\n").at(-1) ?? "");
  expect(rest).toMatchObject({ done: COUNT - 20, known: 20, bad: bad.length, refused: 0 });
  expect(await keysOf(COUNT - 1)).toEqual([
    {
      ...{ kid: kidOf(`lamp ${COUNT - 1}`), uses: ["data"], isOpen: true, why: undefined },
      until: expect.stringContaining("2099-01-01"),
    },
  ]);
  const size = await sizeOf();
  expect(jsonOf(await devices(rows, "--json"))).toMatchObject({ done: 0, known: COUNT });
  expect(await sizeOf()).toBe(size);
});

test("are replaced in one step and closed for good; what the ledger refuses is told by its row", async () => {
  const rows = [
    `${device(0)},replace,${rawKey("new 0")},${kidOf("lamp 0")},,,`,
    `${device(1)},close,,${kidOf("lamp 1")},,,2026-11-01`,
    `${device(2)},enrol,${rawKey("more 2")},,,,`,
    `${device(2)},enrol,${rawKey("most 2")},,,,`,
    `${device(3)},close,,${kidOf("nobody")},,,`,
    `${device(9_999_999)},enrol,${rawKey("nowhere")},,,,`,
  ];
  const some = await devices(rows);
  expect(some.errors).toMatch(/row 6: .*000003 .*AUTH_KEY_UNKNOWN|row 6: .*000003 .*STATE_KEY/);
  expect(some.errors).toMatch(/row 7: .*9999999 .*RESOLVE_UNKNOWN/);
  expect(some.errors).toContain("DEVICES_REFUSED");
  expect(await keysOf(0)).toMatchObject(
    [
      { kid: kidOf("lamp 0"), isOpen: false, why: "retired" },
      { kid: kidOf("new 0"), isOpen: true },
    ].sort((a, b) => (a.kid < b.kid ? -1 : 1)),
  );
  expect(await keysOf(1)).toMatchObject([{ isOpen: false, why: "compromised" }]);
  expect(await keysOf(2)).toHaveLength(3);
  expect(jsonOf(await devices(rows.slice(0, 4), "--json"))).toMatchObject({ done: 0, known: 4 });
});
