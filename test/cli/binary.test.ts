import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hex, sha256, utf8 } from "../../src/core/index.ts";
import { CITY, issueCity, LAMPS, listInGazette, registerLampClass } from "../sdk/world.ts";
import { runCli, type ServedWorld, serveWorld } from "./served-world.ts";

const SECONDS = 1000;

let served: ServedWorld;
let directory: string;

beforeAll(async () => {
  served = await serveWorld();
  await issueCity(served.world);
  await registerLampClass(served.world);
}, 300 * SECONDS);

afterAll(() => served?.[Symbol.asyncDispose]());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cityid-cli-"));
});

/** The key of a word of the test world, as a file of a bare seed. */
async function keyOf(word: string): Promise<string> {
  const path = join(directory, `${word.replace("/", "-")}.key`);
  await writeFile(path, `${hex(sha256(utf8(`key of ${word}`)))}\n`, { mode: 0o600 });
  return path;
}

async function asCity(...args: readonly string[]) {
  return served.cli(...args, "--key", await keyOf("city"), "--as", CITY);
}

async function lampFile(name: string, rows: readonly string[]): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, ["标识码,名称,经度,纬度,编号", ...rows, ""].join("\n"));
  return path;
}

describe("the command line", () => {
  test(
    "says in both languages what it objects to, and ends with a documented code",
    async () => {
      const [unknown, chinese, json, nearly, version] = await Promise.all([
        runCli(["show", "MA.156.13*1"]),
        runCli(["show", "--lang", "zh"]),
        runCli(["bogus", "--json"]),
        runCli(["sho"]),
        runCli(["--version"]),
      ]);
      expect(unknown).toMatchObject({ exit: 2, out: "" });
      expect(unknown.errors).toMatch(/CLI_CODE/);
      expect(chinese.exit).toBe(2);
      expect(chinese.errors).toMatch(/缺少参数/);
      expect(JSON.parse(json.errors)).toMatchObject({ code: "CLI_USAGE", exit: 2 });
      expect(nearly.errors).toContain("There is no command sho. Did you mean show?");
      expect(nearly.errors).toContain("See `cityid --help`.");
      expect(version).toMatchObject({ exit: 0, errors: "" });
      expect(version.out).toMatch(/^cityid\/\d+\.\d+\.\d+\n$/);
    },
    60 * SECONDS,
  );

  test(
    "shows a record for people, without colours in a pipe, and as JSON for programs",
    async () => {
      const [people, programs] = [
        await served.cli("show", CITY),
        await served.cli("show", CITY, "--json"),
      ];
      expect(people).toMatchObject({ exit: 0, errors: "" });
      expect(people.out).toMatch(/✔ active/);
      expect(people.out).not.toContain("\u001b[");
      expect(JSON.parse(programs.out)).toMatchObject({
        code: CITY,
        effective: { status: "active" },
      });
    },
    60 * SECONDS,
  );

  test(
    "ends with 4 for a code that was never issued, and proves it off line",
    async () => {
      const absent = await served.cli("show", "MA.156.9999");
      expect(absent).toMatchObject({ exit: 4, out: "" });
      expect(absent.errors).toMatch(/RESOLVE_UNKNOWN/);
      const [proof, policy] = [join(directory, "p.json"), join(directory, "policy")];
      await served.cli("show", "MA.156.9999", "--proof", proof);
      await served.cli("export", "policy", policy);
      const verified = await runCli(["verify", proof, "--policy", policy, "--json"]);
      expect(JSON.parse(verified.out)).toMatchObject({ key: "code/MA.156.9999", present: false });
      const forged = (await readFile(proof, "utf8")).replaceAll("MA.156.9999", "MA.156.1301");
      await writeFile(proof, forged);
      expect(await runCli(["verify", proof, "--policy", policy])).toMatchObject({
        exit: 6,
        out: "",
      });
    },
    120 * SECONDS,
  );

  test(
    "signs nothing where nobody can agree, and tells all the same what it would sign",
    async () => {
      const ran = await asCity("update", CITY, "--name", "en=Shijiazhuang");
      expect(ran).toMatchObject({ exit: 7, out: "" });
      expect(ran.errors).toMatch(/Change the record of MA\.156\.1301/);
      expect(ran.errors).toMatch(/CLI_CONFIRMATION/);
    },
    60 * SECONDS,
  );

  test(
    "never prints a private key",
    async () => {
      const path = join(directory, "k.json");
      const made = await runCli(["key", "new", path, "--for", CITY]);
      const shown = await runCli(["key", "show", path, "--json"]);
      const { secret } = JSON.parse(await readFile(path, "utf8"));
      expect(secret).toHaveLength(44);
      for (const { out, errors } of [made, shown]) expect(out + errors).not.toContain(secret);
      expect(JSON.parse(shown.out)).toMatchObject({ format: "cityid/public-key/v1", holder: CITY });
    },
    60 * SECONDS,
  );
});

test(
  "an application goes from a stranger to an issued code",
  async () => {
    await listInGazette(served.world, "MA.156.1306", "保定市");
    const key = join(directory, "baoding.json");
    await runCli(["key", "new", key]);
    const signed = join(directory, "application.cose");
    const letter = join(directory, "letter.txt");
    await writeFile(letter, "we are Baoding");
    const applied = await served.cli(
      "apply",
      "MA.156.1306",
      "--name",
      "保定市",
      "--evidence",
      letter,
      "--key",
      key,
      "--out",
      signed,
      "--yes",
      "--json",
    );
    const { id } = JSON.parse(applied.out);
    const as = async (member: string, ...args: readonly string[]) =>
      served.cli(
        ...args,
        "--key",
        await keyOf(`member/${member}`),
        "--as",
        `member/${member}`,
        "--yes",
      );
    expect(await as("A", "admit", signed)).toMatchObject({ exit: 0 });
    expect((await served.cli("inbox", "decisions", "--code", "MA.156.1306")).out).toContain(id);
    expect((await as("A", "endorse", id)).errors).toMatch(/Apply for the code MA\.156\.1306/);
    expect((await as("B", "endorse", id)).out).toMatch(/executed: 2 of 2/);
    expect((await served.cli("show", "MA.156.1306")).out).toMatch(/保定市/);
  },
  180 * SECONDS,
);

describe("an import", () => {
  const good = Array.from({ length: 600 }, (_, n) => `A${n},灯 ${n},114.5,38.0,A-${n}`);

  test(
    "with a bad row signs nothing, names row, column and cause, and says so with its exit code",
    async () => {
      const file = await lampFile("bad.csv", ["B1,灯,38.0,114.5,B-1", "B2,,114.5,38.0,B-2"]);
      const ran = await asCity(
        "import",
        file,
        "--under",
        LAMPS,
        "--yes",
        "--report",
        join(directory, "r.csv"),
      );
      expect(ran).toMatchObject({ exit: 9, out: "" });
      expect(ran.errors).toMatch(/row 2: .*ROW_POSITION_SWAPPED/);
      expect(await readFile(join(directory, "r.csv"), "utf8")).toMatch(/^3,,,ROW_NAME,/m);
      expect((await served.cli("show", `${LAMPS}/B1`)).exit).toBe(4);
    },
    60 * SECONDS,
  );

  test(
    "issues every row under one signature, once, and can be taken back",
    async () => {
      const file = await lampFile("lamps.csv", good);
      const ran = await asCity("import", file, "--under", LAMPS, "--yes", "--json");
      expect(ran.exit).toBe(0);
      const { manifest, count } = JSON.parse(ran.out);
      expect(count).toBe(600);
      expect((await served.cli("show", `${LAMPS}/A599`)).out).toMatch(/asset-no A-599/);
      expect((await asCity("import", file, "--under", LAMPS, "--yes")).exit).toBe(9);
      expect((await asCity("void", manifest, "--reason", "wrong file", "--yes")).exit).toBe(0);
      const voided = await served.cli("show", `${LAMPS}/A599`, "--json");
      expect(JSON.parse(voided.out)).toMatchObject({ effective: { status: "void" } });
    },
    180 * SECONDS,
  );

  test(
    "that was broken off goes on with the same signature, and not from a changed file",
    async () => {
      const file = await lampFile(
        "broken.csv",
        good.map((row) => row.replace(/^A/, "C").replace("A-", "C-")),
      );
      const whole = await readFile(file, "utf8");
      const signed = await asCity("import", file, "--under", LAMPS, "--yes", "--json");
      const { manifest } = JSON.parse(signed.out);
      const { bytes } = await served.world.client.entry(
        (await served.world.client.manifest(manifest)).op,
      );
      // What stands beside the file while an import is under way.
      const terms = {
        under: LAMPS,
        crs: "wgs84",
        first: 601 + 1,
        validFrom: new Date().toISOString().slice(0, 10),
      };
      const state = {
        format: "cityid/import/v1",
        id: manifest,
        operation: bytes,
        terms,
        map: [],
        rest: "ignore",
        skipped: [],
      };
      await writeFile(`${file}.import.json`, JSON.stringify(state));
      await writeFile(file, whole.replace("灯 7,", "变 7,"));
      const changed = await asCity("import", file, "--under", LAMPS, "--yes");
      expect(changed.exit).toBe(2);
      expect(changed.errors).toMatch(/IMPORT_CHANGED/);
      await writeFile(file, whole);
      const resumed = await asCity("import", file, "--under", LAMPS, "--yes", "--json");
      expect(JSON.parse(resumed.out)).toMatchObject({ manifest, count: 600 });
      await expect(readFile(`${file}.import.json`)).rejects.toMatchObject({ code: "ENOENT" });
    },
    180 * SECONDS,
  );
});
