import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hex } from "../../src/core/index.ts";
import { flip } from "../node/flip.ts";
import { CITY, code, LAMPS, named, signerOf } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";
import { runCli } from "./served-world.ts";

// What the compiled command shows, copies and audits of a ledger with two lamps, one of them changed once.

let office: Office;
const [first, second] = [`${LAMPS}/1`, `${LAMPS}/2`];
beforeAll(async () => {
  office = await openOffice();
  const lamp = (text: string) => ({
    code: code(text),
    kind: "thing" as const,
    class: "LAMP",
    names: named(`灯 ${text.slice(-1)}`),
    geometry: { value: { point: [1_145_149_000, 380_423_000] as const }, validFrom: "2020-01-01" },
  });
  const { act } = office.node;
  const { hash } = await act({ op: "register", items: [lamp(first), lamp(second)] }, CITY, "city");
  const prev = Uint8Array.from(Buffer.from(hash, "hex"));
  await act({ op: "update", code: code(first), prev, names: named("新灯") }, CITY, "city");
});
afterAll(() => office[Symbol.asyncDispose]());

const lines = (text: string) => text.trimEnd().split("\n");

describe("cityid show", () => {
  test("as of a day or as known then tells a wrong word for one as a wrong word, in both languages", async () => {
    for (const [option, got] of [
      ["--known", "abc"],
      ["--known", "0"],
      ["--known", "2026-02-30"],
      ["--at", "abc"],
    ] as const) {
      const problem = problemOf(await office.cli("show", first, option, got));
      expect(problem).toMatchObject({ exit: 2, code: "CLI_ARGUMENT" });
      expect(problem.what).toContain(`${option}: “${got}”`);
    }
    const { size } = await office.node.client.node();
    for (const known of [String(size), "2100-01-01", "2100-01-01T00:00:00+08:00"])
      expect(await office.cli("show", first, "--known", known)).toMatchObject({ exit: 0 });
    // What only the node can judge it says in the language of the run.
    const entries = await office.cli("dataset", "entries", CITY, "--lang", "zh");
    const problem = problemOf(entries);
    expect(problem).toMatchObject({ exit: 4, code: "DATA_NO_LOG" });
    expect(problem.what + problem.remedy).toMatch(/账本中此编码没有带日志的数据集.*请检查编码/);
  });
});

test("a thing without a name is refused in words, and so is a file that is no key, in Chinese too", async () => {
  const nameless = problemOf(await office.as("city", CITY, "register", `${LAMPS}/3`));
  expect(nameless).toMatchObject({ exit: 2, code: "CLI_MISSING" });
  expect(nameless.what).toBe("It is not said what it is called.");
  const key = await office.file("no.key", "{}");
  const ran = await office.cli("key", "show", key, "--lang", "zh");
  expect(problemOf(ran)).toMatchObject({
    ...{ exit: 8, code: "CLI_KEY_FORMAT" },
    what: expect.stringMatching(/不是密钥文件：格式不是 cityid\/key\/v1。$/),
  });
});

describe("cityid history", () => {
  test("shows every change, the newest first, for people and for programs", async () => {
    const people = await office.cli("history", first);
    expect(lines(people.out)).toEqual([
      expect.stringMatching(/#\d+ {2}update +MA\.156\.1301 +names/),
      expect.stringMatching(/#\d+ {2}register/),
    ]);
    const [newest] = lines((await office.cli("history", first, "--json", "--limit", "1")).out);
    expect(JSON.parse(newest ?? "")).toMatchObject({
      kind: "update",
      what: { names: { zh: { value: "新灯" } } },
    });
    expect(problemOf(await office.cli("history", `${LAMPS}/9`))).toMatchObject({
      exit: 4,
      code: "RESOLVE_UNKNOWN",
    });
  });

  test("names nobody for what came with the ledger", async () => {
    const { out } = await office.cli("history", "MA");
    expect(lines(out)).toEqual([expect.stringMatching(/#0 {2}genesis/)]);
  });

  test("keeps one that proves itself in the place of an older one, of which nothing is lost if that fails", async () => {
    const before = await readdir(office.directory);
    const kept = await office.file("kept.history", "an older one");
    const failed = await office.cli("history", `${LAMPS}/9`, "--proof", kept);
    expect(problemOf(failed)).toMatchObject({ exit: 4, code: "RESOLVE_UNKNOWN" });
    expect(await readFile(kept, "utf8")).toBe("an older one");
    const { bytes } = jsonOf(await office.cli("history", first, "--proof", kept, "--json"));
    expect(await stat(kept)).toMatchObject({ size: bytes });
    expect((await readdir(office.directory)).sort()).toEqual([...before, "kept.history"].sort());
    // A pipe is no file that another one could take the place of.
    const pipe = join(office.directory, "pipe");
    execFileSync("mkfifo", [pipe]);
    const [piped] = await Promise.all([
      readFile(pipe, "utf8"),
      office.cli("history", first, "--proof", pipe),
    ]);
    expect(piped).toBe(await readFile(kept, "utf8"));
    const nowhere = join(office.directory, "nowhere", "h");
    expect(problemOf(await office.cli("history", first, "--proof", nowhere))).toMatchObject({
      code: "CLI_FILE",
      what: `${nowhere}: there is no such file or directory.`,
    });
  });
});

describe("cityid children", () => {
  test("lists what is right below, and not more than asked for", async () => {
    const all = await office.cli("children", LAMPS, "--limit", "all");
    expect(lines(all.out)).toEqual([
      expect.stringMatching(/^MA\.156\.1301\/LAMP\/1 +新灯 +thing +✔ active$/),
      expect.stringMatching(/^MA\.156\.1301\/LAMP\/2 +灯 2/),
    ]);
    const one = lines((await office.cli("children", LAMPS, "--limit", "1", "--json")).out);
    expect(one.map((line) => JSON.parse(line).code)).toEqual([first]);
    expect(problemOf(await office.cli("children", LAMPS, "--limit", "x", "--lang", "zh"))).toEqual({
      exit: 2,
      code: "CLI_ARGUMENT",
      what: "--limit：“x”不是数量。",
      remedy: "正确的写法如 --limit 50。",
    });
  });
});

describe("cityid log and who-did", () => {
  test("list operations by kind, from an index, and block entries where they are wanted", async () => {
    const [update] = lines((await office.cli("log", "--kind", "update", "--json")).out);
    const { index, codes } = JSON.parse(update ?? "");
    expect(codes).toEqual([first]);
    const from = ["log", "--oldest", "--from", String(index), "--limit", "2"];
    expect(lines((await office.cli(...from, "--blocks")).out)).toEqual([
      expect.stringMatching(new RegExp(`#${index} +update`)),
      expect.stringMatching(new RegExp(`#${index + 1} +block`)),
    ]);
    expect(problemOf(await office.cli("log", "--from", "abc"))).toMatchObject({ exit: 2 });
    expect(problemOf(await office.cli("log", "--kind", "nonsense"))).toMatchObject({
      ...{ exit: 2, code: "CLI_ARGUMENT" },
      what: expect.stringMatching(/--kind: “nonsense” .*register, .*, block/),
    });
    expect(problemOf(await office.cli("log", "--since", "yesterday"))).toMatchObject({ exit: 2 });
  });

  test("tell what a member, a code or a key signed, and when", async () => {
    const kinds = async (...args: readonly string[]) =>
      (await office.cli("who-did", ...args, "--json")).out
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [JSON.parse(line).kind]));
    expect(await kinds("member/B")).toEqual(["endorse", "endorse"]);
    expect(await kinds(CITY, "--limit", "2")).toEqual(["update", "register"]);
    expect(await kinds(hex(signerOf("member/B").kid))).toEqual(["endorse", "endorse"]);
    expect(await kinds("member/B", "--until", "2020-01-01")).toEqual([]);
    expect(problemOf(await office.cli("who-did", "nobody"))).toMatchObject({
      exit: 2,
      code: "CLI_CODE",
    });
  });
});

describe("cityid export", () => {
  const to = (name: string) => join(office.directory, name);

  test("writes records for spreadsheets, maps and programs, as many as there are", async () => {
    for (const name of ["lamps.csv", "lamps.geojson", "lamps.ndjson"]) {
      const ran = await office.cli("export", to(name), "--under", LAMPS, "--json");
      expect(jsonOf(ran)).toEqual({ file: to(name), under: LAMPS, count: 2 });
    }
    const [heading, row] = lines(await readFile(to("lamps.csv"), "utf8"));
    expect(heading).toMatch(/^\ufeffcode,kind,class,status,name:zh,longitude,latitude/);
    expect(row).toMatch(/^MA\.156\.1301\/LAMP\/1,thing,LAMP,active,新灯,114\.5149,38\.0423/);
    const { features } = JSON.parse(await readFile(to("lamps.geojson"), "utf8"));
    expect(features[1]).toMatchObject({
      id: second,
      geometry: { type: "Point", coordinates: [114.5149, 38.0423] },
    });
    const [answer] = lines(await readFile(to("lamps.ndjson"), "utf8"));
    expect(JSON.parse(answer ?? "")).toMatchObject({ code: first, record: { generation: 1 } });
  });

  test("copies the log as tiles that make the root of its checkpoint, and the trust policy", async () => {
    const log = jsonOf(await office.cli("export", "log", to("log"), "--json"));
    expect(log).toMatchObject({ size: (await office.node.client.node()).size });
    expect(await readFile(to("log/checkpoint"), "utf8")).toMatch(`node.test/log\n${log.size}\n`);
    expect(await readdir(to("log/tile"))).toEqual(["0", "entries"]);
    await office.cli("export", "policy", to("policy"));
    expect(await readFile(to("policy"), "utf8")).toMatch(/^log node\.test\/log\+/);
  });

  test("says which file it cannot write", async () => {
    const nowhere = to("no/such/folder/x");
    for (const args of [
      [nowhere, "--under", LAMPS],
      ["policy", nowhere],
    ]) {
      expect(problemOf(await office.cli("export", ...args))).toMatchObject({
        exit: 2,
        code: "CLI_FILE",
        what: `${nowhere}: there is no such file or directory.`,
      });
    }
  });
});

describe("cityid audit", () => {
  test("replays the data of a running node, and names the byte and the cause in a damaged copy", async () => {
    const { entries, root } = jsonOf(await runCli(["audit", office.node.data, "--json"]));
    expect(await office.node.client.node()).toMatchObject({ size: entries });
    expect(root).toMatch(/^[0-9a-f]{64}$/);

    const copy = join(office.directory, "copy");
    await mkdir(copy);
    await cp(join(office.node.data, "ledger"), join(copy, "ledger"), {
      recursive: true,
      filter: (path) => !/lock/.test(path),
    });
    const journal = join(copy, "ledger", "journal");
    await flip(journal, 2000);
    const damaged = await runCli(["audit", copy, "--json"]);
    expect(damaged).toMatchObject({ exit: 6, out: "" });
    const { code: problem, facts } = JSON.parse(damaged.errors);
    expect([problem, facts.cause, facts.detail]).toEqual([
      "CLI_DAMAGED",
      "JOURNAL_DAMAGED",
      "digest",
    ]);
    expect(facts.offset).toBeLessThanOrEqual(2000);
    expect(2000 - facts.offset).toBeLessThan(2000);
    const words = problemOf(await runCli(["audit", copy, "--lang", "zh"]));
    expect(words.what).toMatch(
      `第 ${facts.offset} 字节处损坏：从该处开始的记录，其内容与写入时不符`,
    );

    // The other way round it is whole again.
    await flip(journal, 2000);
    expect((await runCli(["audit", copy])).exit).toBe(0);
    const { size } = await stat(journal);
    expect(size).toBeGreaterThan(2000);
  });

  test("finds no damage where nothing is", async () => {
    expect(problemOf(await runCli(["audit", join(office.directory, "nothing")]))).toMatchObject({
      exit: 10,
      code: "NODE_NOT_BEGUN",
    });
  });
});
