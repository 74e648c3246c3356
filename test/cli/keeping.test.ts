import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Alias, hex } from "../../src/core/index.ts";
import { CITY, code, LAMPS, named } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";
import type { Ran } from "./served-world.ts";

// A city issues and keeps its codes with the compiled command.

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office[Symbol.asyncDispose]());

const city = (...args: readonly string[]): Promise<Ran> => office.as("city", CITY, ...args);
/** What a test begins with, without the command. */
async function register(text: string, aliases: readonly Alias[] = []): Promise<Uint8Array> {
  const kind = text.includes("/")
    ? { kind: "thing" as const, class: "LAMP" }
    : { kind: "department" as const };
  const item = { code: code(text), ...kind, names: named("交通局") };
  const withAliases = aliases.length === 0 ? item : { ...item, aliases };
  return (await office.node.act({ op: "register", items: [withAliases] }, CITY, "city")).id;
}
const record = async (code: string) => (await office.node.client.record(code)).record;

describe("cityid register", () => {
  test("issues one code with what describes it, and once", async () => {
    const lamp = `${LAMPS}/000001`;
    const what = ["--name", "路灯", "--point", "114.5149,38.0423", "--alias", "asset-no=Z-1"];
    const { id, index } = jsonOf(await city("register", lamp, ...what, "--json"));
    expect(await office.node.client.registration(id)).toMatchObject({ iss: CITY, void: false });
    expect(await office.node.client.record(lamp)).toMatchObject({
      index,
      place: { longitude: 114.5149, latitude: 38.0423 },
      record: { kind: "thing", class: "LAMP", aliases: [{ scheme: "asset-no", value: "Z-1" }] },
    });
    const again = await city("register", lamp, "--name", "路灯", "--lang", "zh");
    expect(problemOf(again)).toEqual({
      exit: 3,
      code: "STATE_EXISTS",
      what: `${lamp} 已经登记，仍然有效。`,
      remedy: expect.stringContaining("cityid update"),
    });
  });

  test("issues those of a file, all or none", async () => {
    const item = (n: number) => ({
      code: `${LAMPS}/F${n}`,
      kind: "thing",
      class: "LAMP",
      names: { zh: { value: `灯 ${n}`, validFrom: "2024-01-01" } },
    });
    const file = (...items: readonly object[]) =>
      office.file("items.json", JSON.stringify({ op: "register", items }));
    const two = await city("register", "--file", await file(item(1), item(2)));
    expect(two).toMatchObject({ exit: 0, out: expect.stringContaining(`${LAMPS}/F1 ${LAMPS}/F2`) });
    const overlapping = await city("register", "--file", await file(item(3), item(2)));
    expect(problemOf(overlapping)).toMatchObject({ exit: 3, code: "STATE_EXISTS" });
    expect((await office.cli("show", `${LAMPS}/F3`)).exit).toBe(4);
  });

  test("objects in words to what it cannot issue", async () => {
    const wrong = [
      [["register"], 2, "CLI_MISSING", /which code to issue/],
      [["register", "MA.156.13*1", "--name", "x"], 2, "CLI_CODE", /check character/],
      [
        ["register", `${LAMPS}/9`, "--point", "38,114"],
        2,
        "CLI_ARGUMENT",
        /longitude and latitude/,
      ],
      [["register", "--file", "/nowhere.json"], 2, "CLI_FILE", /no such file/],
      [
        ["register", "MA.156.4601.01", "--name", "x"],
        3,
        "AUTH_ISSUER",
        /it is for member\/… to sign/,
      ],
    ] as const;
    for (const [args, exit, code, words] of wrong) {
      const problem = problemOf(await city(...args));
      expect(problem).toMatchObject({ exit, code, what: expect.stringMatching(words) });
    }
  });
});

test("cityid update changes what was named, on top of the newest version, and signs nothing else", async () => {
  const code = `${CITY}.02`;
  await register(code, [{ scheme: "asset-no", value: "D-2" }]);
  const change = [
    "--name",
    "en=Transport",
    "--attribute",
    "desks=8",
    "--remove-alias",
    "asset-no=D-2",
  ];
  const { hash } = jsonOf(
    await city("update", code, ...change, "--valid-from", "2024-05-31", "--json"),
  );
  expect(await record(code)).toMatchObject({
    op: hash,
    aliases: [],
    names: { zh: { value: "交通局" }, en: { value: "Transport", validFrom: "2024-05-31" } },
    attributes: { desks: { value: 8 } },
  });
  const { size } = await office.node.client.node();
  const nothing = problemOf(await city("update", code, "--lang", "zh"));
  expect(nothing).toMatchObject({ exit: 2, code: "CLI_MISSING" });
  const later = problemOf(await city("update", code, "--name", "x", "--valid-from", "2999-01-01"));
  expect(later).toMatchObject({ exit: 3, code: "STATE_VALID_FROM" });
  expect(problemOf(await city("update", `${CITY}.99`, "--name", "x"))).toMatchObject({
    exit: 4,
    code: "RESOLVE_UNKNOWN",
  });
  expect((await office.node.client.node()).size).toBe(size);
});

test("cityid status suspends, resumes and retires, and asks twice before the end", async () => {
  const code = `${CITY}.03`;
  await register(code);
  const status = (what: string, ...more: readonly string[]) =>
    city("status", code, what, "--reason", "a test", ...more);
  expect((await status("suspend")).out).toMatch(new RegExp(`Suspended ${code}`));
  expect((await office.cli("show", code)).out).toMatch(/suspended/);
  expect(problemOf(await status("suspend"))).toMatchObject({
    exit: 3,
    code: "STATE_SUSPENDED_ALREADY",
  });
  expect((await status("resume", "--lang", "zh")).out).toMatch(`已恢复 ${code}`);
  expect(problemOf(await status("resume"))).toMatchObject({ code: "STATE_NOT_SUSPENDED_BY" });
  const key = await office.file("k", `${"00".repeat(32)}\n`);
  const unasked = office.cli("status", code, "retire", "--reason", "x", "--key", key, "--as", CITY);
  expect(problemOf(await unasked)).toMatchObject({ exit: 7, code: "CLI_CONFIRMATION" });
  expect(jsonOf(await status("retire", "--json"))).toMatchObject({ status: "accepted" });
  expect(problemOf(await city("update", code, "--name", "x"))).toMatchObject({
    exit: 3,
    code: "STATE_RETIRED",
  });
  // Issued anew, it is another generation.
  expect((await city("register", code, "--name", "新局")).exit).toBe(0);
  expect(await record(code)).toMatchObject({ generation: 2, status: "active" });
});

test("cityid void takes back a registration nothing of which was changed, once", async () => {
  const [kept, changed] = [`${CITY}.05`, `${CITY}.06`];
  const { id } = jsonOf(await city("register", kept, "--name", "误", "--json"));
  const other = hex(await register(changed));
  await register(`${changed}.01`);
  const reason = ["--reason", "by mistake"];
  expect(problemOf(await city("void", other, ...reason))).toMatchObject({
    exit: 3,
    code: "STATE_REGISTRATION_CHANGED",
    remedy: expect.stringContaining("Retire the records one by one"),
  });
  const taken = await city("void", id, ...reason);
  expect(taken.errors).toMatch(/0 of its records were changed since/);
  expect(taken.out).toMatch(`Taken back: ${id}`);
  expect(await office.node.client.record(kept)).toMatchObject({ effective: { status: "void" } });
  // Another reason: the same bytes again, in the same second, would be answered with their receipt.
  expect(problemOf(await city("void", id, "--reason", "once more"))).toMatchObject({
    exit: 3,
    code: "STATE_REGISTRATION_VOID",
  });
  expect(problemOf(await city("void", "zz", ...reason))).toMatchObject({ exit: 2 });
});

test("cityid succeed records who follows whom, and the predecessor ends", async () => {
  const [from, to] = [`${LAMPS}/OLD`, `${LAMPS}/NEW`];
  for (const code of [from, to]) await register(code);
  const succeed = (type: string, follower: string) =>
    city(
      "succeed",
      "--type",
      type,
      "--from",
      from,
      "--to",
      follower,
      "--date",
      "2026-01-01",
      "--source",
      "公报",
    );
  const wrong = problemOf(await succeed("eat", to));
  expect(wrong).toMatchObject({
    exit: 2,
    code: "CLI_USAGE",
    what: expect.stringMatching(/one of merge, split/),
  });
  expect(problemOf(await succeed("merge", `${LAMPS}/NOBODY`))).toMatchObject({ exit: 4 });
  expect((await succeed("merge", to)).errors).toMatch(`${from} merges into ${to}`);
  expect(await record(from)).toMatchObject({ status: "retired", successors: [`${to}#1`] });
});
