import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { localTime } from "../../src/cli/show-record.ts";
import { encodeCbor, hex, sha256, utf8 } from "../../src/core/index.ts";
import { CITY, code, named, signerOf } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";

// Keys are added, narrowed, closed and recovered with the compiled command. The delay of a recovery is one second here, so
// that one can be seen to its end.

let office: Office;
beforeAll(async () => {
  office = await openOffice({ recoveryDelay: 1 });
});
afterAll(() => office[Symbol.asyncDispose]());

const city = (...args: readonly string[]) => office.as("city", CITY, ...args);
/** A department of its own for each test. */
let department: string;
let departments = 0;
beforeEach(async () => {
  department = `${CITY}.${String(++departments).padStart(2, "0")}`;
  const item = { code: code(department), kind: "department" as const, names: named("局") };
  await office.node.act({ op: "register", items: [item] }, CITY, "city");
});

/** A key of its own: a file to sign with, the public description for others, and its kid. */
async function newKey(word: string) {
  const { publicKey, kid } = signerOf(`${word} ${departments}`);
  const file = await office.file(`${word}.key`, hex(sha256(utf8(`key of ${word} ${departments}`))));
  const shown = {
    format: "cityid/public-key/v1",
    alg: "Ed25519",
    kid: hex(kid),
    public: hex(encodeCbor(publicKey)),
  };
  return {
    file,
    kid: hex(kid),
    description: await office.file(`${word}.public.json`, JSON.stringify(shown)),
  };
}

async function keysOf(code: string) {
  const { items } = await office.node.client.keys(code);
  return Object.fromEntries(items.map(({ kid, label, uses, to }) => [kid, { label, uses, to }]));
}

describe("cityid keys", () => {
  test("adds a key by its public description, changes its label, and closes it for good", async () => {
    const file = `${office.directory}/night.json`;
    await office.cli("key", "new", file);
    const shown = await office.cli("key", "show", file, "--json");
    const { kid } = jsonOf(shown);
    const description = await office.file("night.public.json", shown.out);
    const add = ["keys", department, "--add", description, "--uses", "record", "--label", "night"];
    expect((await city(...add)).out).toMatch(`Changed the keys of ${department}`);
    expect(await keysOf(department)).toMatchObject({ [kid]: { label: "night", uses: ["record"] } });
    expect((await office.cli("show", department, "--keys")).out).toMatch(`${kid}  record  night`);
    expect(problemOf(await city(...add))).toMatchObject({ exit: 3, code: "STATE_KEY_EXISTS" });

    const update = () =>
      office.cli("update", department, "--name", "夜", "--key", file, "--as", department, "--yes");
    expect((await update()).exit).toBe(0);
    await city("keys", department, "--relabel", `${kid}=morning`);
    expect(await keysOf(department)).toMatchObject({ [kid]: { label: "morning" } });

    const day = new Date().toISOString().slice(0, 10);
    const close = await city("keys", department, "--close", kid, "--compromised-since", day);
    expect(close.errors).toMatch(`Close the key ${kid}: compromised`);
    // Without a key of its own the department is the city's to keep again.
    expect(problemOf(await update())).toMatchObject({
      exit: 3,
      code: "AUTH_ISSUER",
      what: `${department} may not do this; it is for ${CITY} to sign.`,
    });
  });

  test("keeps a key to its scope", async () => {
    const { file, description } = await newKey("narrow");
    const scope = ["--uses", "record", "--under", `${department}/LAMP`, "--label", "lamps"];
    await city("keys", department, "--add", description, ...scope);
    const outside = await office.cli(
      "update",
      department,
      "--name",
      "x",
      "--key",
      file,
      "--as",
      department,
      "--yes",
    );
    expect(problemOf(outside)).toMatchObject({
      exit: 3,
      code: "AUTH_KEY_UNDER",
      what: `This key is for what is below ${department}/LAMP; ${department} is not.`,
    });
  });

  test("refuses what would leave nobody to govern, or changes nothing", async () => {
    expect(problemOf(await city("keys", CITY, "--threshold", "9"))).toMatchObject({
      exit: 3,
      code: "STATE_THRESHOLD",
    });
    expect(problemOf(await city("keys", CITY, "--lang", "zh"))).toMatchObject({
      code: "STATE_NOTHING_TO_DO",
      what: `此操作不会改变 ${CITY}。`,
    });
    expect(problemOf(await city("keys", CITY, "--close", "xyz"))).toMatchObject({
      exit: 2,
      code: "CLI_ARGUMENT",
    });
  });

  test("of a member are its own to change", async () => {
    const { kid, description } = await newKey("member");
    const add = ["keys", "member/A", "--add", description, "--uses", "issue", "--label", "second"];
    expect((await office.as("member/A", "member/A", ...add)).exit).toBe(0);
    const { items } = await office.node.client.keys("member/A");
    expect(items.map((key) => key.kid)).toContain(kid);
  });
});

describe("cityid recover", () => {
  test("gives a code that lost its keys new ones, after the delay", async () => {
    const [lost, found, other] = [
      await newKey("lost"),
      await newKey("found"),
      await newKey("other"),
    ];
    const govern = ["--uses", "govern,record", "--label", "office"];
    await city("keys", department, "--add", lost.description, ...govern);
    expect(problemOf(await city("recover", "start", department))).toMatchObject({
      exit: 2,
      code: "CLI_MISSING",
    });
    const start = await city(
      "recover",
      "start",
      department,
      "--new-key",
      found.description,
      ...govern,
    );
    expect(start.out).toMatch(`cityid recover finish ${department}`);
    const { record } = await office.node.client.record(department);
    const from = localTime(
      new Date(Date.parse(record.recovery?.started ?? "") + 1000).toISOString(),
    );
    const shown = await office.cli("show", department);
    expect(shown.out).toMatch(
      new RegExp(`recovery +▲ begun .+; from ${from} on it can replace all keys by one new one\n`),
    );
    expect(shown.out).toMatch(`object with a govern key of ${department}: cityid recover cancel`);
    const shownInChinese = await office.cli("show", department, "--lang", "zh");
    expect(shownInChinese.out).toMatch(
      new RegExp(`密钥恢复 +▲ .+ 开始；自 ${from} 起可将全部密钥`),
    );
    expect(
      problemOf(
        await city("recover", "start", department, "--new-key", other.description, ...govern),
      ),
    ).toMatchObject({
      exit: 3,
      code: "STATE_RECOVERING",
    });
    await blockTimePasses();
    expect((await city("recover", "finish", department, "--lang", "zh")).out).toMatch(
      /已启用新密钥/,
    );
    const keys = await keysOf(department);
    expect(keys[found.kid]?.to).toBeUndefined();
    const late = ["update", department, "--name", "x", "--as", department, "--yes"];
    expect(problemOf(await office.cli(...late, "--key", lost.file))).toMatchObject({
      code: "AUTH_KEY_CLOSED",
    });
    expect((await office.cli(...late, "--key", found.file)).exit).toBe(0);
  });

  test("is cancelled by the keys that were not lost, and then there is nothing to finish", async () => {
    const [own, thief] = [await newKey("own"), await newKey("thief")];
    const govern = ["--uses", "govern", "--label", "office"];
    await city("keys", department, "--add", own.description, ...govern);
    await city("recover", "start", department, "--new-key", thief.description, ...govern);
    const cancel = [
      "recover",
      "cancel",
      department,
      "--key",
      own.file,
      "--as",
      department,
      "--yes",
    ];
    expect((await office.cli(...cancel)).out).toMatch(/is cancelled/);
    expect((await office.cli("show", department)).out).not.toMatch(/recover/);
    expect(problemOf(await office.cli(...cancel))).toMatchObject({
      exit: 3,
      code: "STATE_NOT_RECOVERING",
    });
    expect(problemOf(await city("recover", "finish", department))).toMatchObject({
      code: "STATE_NOT_RECOVERING",
    });
  });
});

/** Block time moves with the clock of the node; a second is the delay of the recovery. */
async function blockTimePasses(): Promise<void> {
  const { time } = await office.node.client.node();
  const passed = () => Date.now() > Date.parse(time) + 1000;
  while (!passed()) await new Promise((resolve) => setTimeout(resolve, 50));
}
