import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, hashLeaf, type Names } from "../../src/core/index.ts";
import {
  A4_MM,
  type Attachment,
  createPaper,
  readAttachments,
  setLine,
} from "../../src/paper/index.ts";
import {
  complaintsOf,
  HAS_POPPLER,
  HAS_ZBAR,
  pageCountOf,
  pictureOf,
  scan,
  textOf,
} from "../paper/tools.ts";
import { CITY, code, LAMPS, named, signAs } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";
import { runCli } from "./served-world.ts";

// A real node, and then a stranger with a PDF, a policy and no node.

let office: Office;
let policy: string;
const at = (name: string) => join(office.directory, name);
const certify = (of: string, out: string, ...more: readonly string[]) =>
  office.cli("certificate", of, "--policy", policy, "--out", at(out), ...more);
const verify = (file: string, ...more: readonly string[]) =>
  runCli(["verify", file, "--policy", policy, ...more]);

async function register(name: string, names: Names): Promise<string> {
  const lamp = `${LAMPS}/${name}`;
  const item = { code: code(lamp), kind: "thing" as const, class: "LAMP", names };
  await office.node.act({ op: "register", items: [item] }, CITY, "city");
  return lamp;
}

async function update(lamp: string, names: Names): Promise<void> {
  const { record } = await office.node.client.record(lamp);
  const prev = new Uint8Array(Buffer.from(record.op, "hex"));
  await office.node.act({ op: "update", code: code(lamp), prev, names }, CITY, "city");
}

/** Signs each update behind the one before, and sends them together. */
async function updateOften(lamp: string, times: number): Promise<void> {
  let prev = fromHex((await office.node.client.record(lamp)).record.op) ?? new Uint8Array();
  const signed: Uint8Array[] = [];
  for (let i = 0; i < times; i++) {
    const names = named(`灯${i}`);
    const { bytes } = await signAs({ op: "update", code: code(lamp), prev, names }, CITY, "city");
    signed.push(bytes);
    prev = hashLeaf(bytes);
  }
  for await (const outcome of office.node.client.submitMany(signed, { concurrency: 1 })) {
    expect(outcome).toMatchObject({ status: "accepted" });
  }
}

async function proofIn(file: string): Promise<Attachment> {
  const files = readAttachments(new Uint8Array(await readFile(file)));
  const content = files.ok ? files.value[0]?.read(1e8) : undefined;
  if (!content?.ok || !files.ok) throw new Error("no proof");
  const { name = "", type = "" } = files.value[0] ?? {};
  return { name, type, description: "", bytes: content.value };
}

/** A page of somebody's own, with whatever is attached to it. */
async function forge(name: string, words: string, ...attachments: readonly Attachment[]) {
  const paper = createPaper({ title: "x", language: "zh", timeMilliseconds: 0, attachments });
  const { regular, mono } = paper.faces;
  const line = setLine(words, { faces: [regular], notation: mono, size: 12 });
  paper.addPage(A4_MM).text({ x: 20, y: 30 }, line, [0, 0, 0]);
  await writeFile(at(name), paper.finish());
  return at(name);
}

beforeAll(async () => {
  office = await openOffice();
  policy = at("policy");
  await office.cli("export", "policy", policy);
});
afterAll(() => office[Symbol.asyncDispose]());

describe("cityid certificate", () => {
  test("makes a page that a stranger verifies off line, with what a true page says", async () => {
    const lamp = await register("1", {
      ...named("中山路路灯"),
      en: { value: "Lamp", validFrom: "2020-01-01" },
    });
    await update(lamp, named("中山东路路灯"));
    const made = jsonOf(await certify(lamp, "lamp.pdf", "--json"));
    expect(made).toMatchObject({
      code: lamp,
      certificate: at("lamp.pdf"),
      present: true,
      effective: { status: "active" },
      changes: 2,
    });
    const people = await verify(at("lamp.pdf"));
    expect(people).toMatchObject({ exit: 0, errors: "" });
    expect(people.out).toMatch(`✔ ${lamp}: these 2 changes, and no others`);
    expect(people.out).toMatch(
      /▲ This is what the attached proof says\. The words on the page were not read/,
    );
    expect(people.out).toMatch(/Names +.*中山东路路灯/);
    expect(people.out).toMatch(
      /As of +\d{4}-\d\d-\d\d \d\d:\d\d Beijing \((\d\d-\d\d )?\d\d:\d\d UTC\)/,
    );
    expect((await verify(at("lamp.pdf"), "--lang", "zh")).out).toMatch(/页面文字未经读取/);
    expect(jsonOf(await verify(at("lamp.pdf"), "--json", "--code", lamp))).toMatchObject({
      key: `code/${lamp}`,
      changes: [{ kind: "register" }, { kind: "update" }],
      certificate: { page: "not checked" },
    });
    expect(problemOf(await verify(at("lamp.pdf"), "--code", CITY))).toMatchObject({
      exit: 6,
      code: "CLI_PROOF_SUBJECT",
    });
    // The proof alone gives the same verdict.
    const { bytes } = await proofIn(at("lamp.pdf"));
    await writeFile(at("bare.json"), bytes);
    const [bare, paper] = [
      await verify(at("bare.json"), "--json"),
      await verify(at("lamp.pdf"), "--json"),
    ];
    const { age: _, ...verdict } = jsonOf(bare);
    expect(jsonOf(paper)).toMatchObject(verdict);
  });

  test("makes the same bytes from the same proof, and writes over nothing unless told", async () => {
    const lamp = await register("2", named("灯"));
    await certify(lamp, "once.pdf");
    await certify(lamp, "twice.pdf");
    expect(await readFile(at("twice.pdf"))).toEqual(await readFile(at("once.pdf")));
    expect(problemOf(await certify(lamp, "once.pdf"))).toMatchObject({
      exit: 2,
      code: "CLI_FILE_EXISTS",
    });
    await writeFile(at("once.pdf"), "old");
    expect(await certify(lamp, "once.pdf", "--force")).toMatchObject({ exit: 0 });
    expect(await readFile(at("once.pdf"))).toEqual(await readFile(at("twice.pdf")));
  });

  test("draws nothing that is not proved to whoever asks", async () => {
    const lamp = await register("3", named("灯"));
    expect(problemOf(await office.cli("certificate", lamp, "--out", at("none.pdf")))).toMatchObject(
      { exit: 2, code: "CLI_POLICY" },
    );
    const other = await office.file("other", "log other.test/log+9d9b0e2c+AQ==\nquorum none\n");
    expect(
      (await office.cli("certificate", lamp, "--policy", other, "--out", at("none.pdf"))).exit,
    ).toBe(2);
    const stranger = await office.file(
      "stranger",
      (await readFile(policy, "utf8")).replace(/^log .*$/m, STRANGER),
    );
    expect(
      problemOf(
        await office.cli("certificate", lamp, "--policy", stranger, "--out", at("none.pdf")),
      ),
    ).toMatchObject({ exit: 6, code: "CLI_PROOF_LOG" });
    await expect(readFile(at("none.pdf"))).rejects.toThrow("ENOENT");
    expect(problemOf(await certify("MA..156", "none.pdf"))).toMatchObject({
      exit: 2,
      code: "CLI_CODE",
    });
    expect(problemOf(await certify(lamp, "no/such/place.pdf"))).toMatchObject({
      exit: 2,
      code: "CLI_FILE",
    });
  });

  test("says of every status what it is, and of a code that never was that it was never", async () => {
    const lamp = await register("4", named("灯"));
    const city = (...args: readonly string[]) => office.as("city", CITY, ...args);
    await city("status", lamp, "suspend", "--reason", "线路检修");
    expect(jsonOf(await certify(lamp, "suspended.pdf", "--json"))).toMatchObject({
      effective: { status: "suspended" },
    });
    expect((await verify(at("suspended.pdf"))).out).toMatch(
      /▲ suspended[\s\S]*suspended: 线路检修/,
    );
    await city("status", lamp, "resume", "--reason", "x");
    await city("status", lamp, "retire", "--reason", "拆除");
    expect(jsonOf(await certify(lamp, "ended.pdf", "--json"))).toMatchObject({
      effective: { status: "retired" },
    });
    expect((await verify(at("ended.pdf"))).out).toMatch(/→ retired/);
    const absent = `${LAMPS}/404`;
    expect(jsonOf(await certify(absent, "absent.pdf", "--json"))).toMatchObject({ present: false });
    expect((await verify(at("absent.pdf"))).out).toMatch(/never issued in this ledger/);
  });

  test("keeps to one page whatever the names and however long the history", async () => {
    const names = { zh: "长".repeat(60), en: "A long name ".repeat(8).trim() };
    const lamp = await register(
      "5",
      Object.fromEntries(
        Object.entries(names).map(([tag, value]) => [tag, { value, validFrom: "2020-01-01" }]),
      ),
    );
    await updateOften(lamp, 1000);
    expect(jsonOf(await certify(lamp, "long.pdf", "--json"))).toMatchObject({ changes: 1001 });
    expect(jsonOf(await verify(at("long.pdf"), "--json")).changes).toHaveLength(1001);
    if (!HAS_POPPLER) return;
    expect(await pageCountOf(at("long.pdf"))).toBe(1);
    const words = await textOf(at("long.pdf"));
    expect(words).toMatch(/灯999/);
    expect(words).toMatch(/\d+ more in the attached proof/);
    const shown = words.match(/#\d+ (registered|updated)/g) ?? [];
    const [, left = 0] = /(\d+) more in the attached/.exec(words) ?? [];
    expect(shown.length + Number(left)).toBe(1001);
    expect(shown[0]).toMatch("registered");
  }, 300_000);
});

/** A well-formed key of nobody here. */
const STRANGER = "log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

describe("a certificate that was meddled with", () => {
  let lamp: string;
  let proof: Attachment;

  beforeAll(async () => {
    lamp = await register("6", named("真灯"));
    await certify(lamp, "true.pdf");
    proof = await proofIn(at("true.pdf"));
  });

  const causeOf = async (file: string) => {
    const refused = problemOf(await verify(file));
    expect(refused).toMatchObject({ exit: 6, code: "CLI_PDF_PROOF" });
    return /\((PDF_\w+)\)/.exec(refused.what)?.[1];
  };

  test("is seen by what the proof says, where the page was changed and the proof kept", async () => {
    const forged = await forge("forged.pdf", "假灯", proof);
    const people = await verify(forged);
    expect(people.exit).toBe(0);
    expect(people.out).toMatch(/Names +真灯|Names +zh 真灯/);
    expect(people.out).not.toMatch(/假灯/);
    expect(people.out).toMatch(/if they differ from these, the page is forged/);
  });

  test("is refused without a proof, with two, damaged, or too large", async () => {
    expect(await causeOf(await forge("empty.pdf", "灯"))).toBe("PDF_NO_PROOF");
    const letter = { ...proof, name: "letter.txt", type: "text/plain" };
    expect(await causeOf(await forge("letter.pdf", "灯", letter))).toBe("PDF_NO_PROOF");
    const second = { ...proof, name: "other.json" };
    expect(await causeOf(await forge("two.pdf", "灯", proof, second))).toBe("PDF_PROOFS");
    // What a court attaches beside it does no harm.
    expect((await verify(await forge("both.pdf", "灯", proof, letter))).exit).toBe(0);
    const whole = await readFile(at("true.pdf"));
    await writeFile(at("cut.pdf"), whole.subarray(0, whole.length / 2));
    expect(await causeOf(at("cut.pdf"))).toBe("PDF_DAMAGED");
    const zeros = { ...proof, bytes: new Uint8Array(33 * 1024 * 1024) };
    expect(await causeOf(await forge("bomb.pdf", "灯", zeros))).toBe("PDF_DAMAGED");
    await writeFile(at("huge.pdf"), Buffer.concat([whole, Buffer.alloc(65 * 1024 * 1024)]));
    expect(await causeOf(at("huge.pdf"))).toBe("PDF_SIZE");
    const chinese = problemOf(await verify(at("cut.pdf"), "--lang", "zh"));
    expect(chinese.what).toMatch(/没有可核验的证明：文件已损坏/);
  });

  test("is refused like the bare file where the proof was changed", async () => {
    const json = JSON.parse(Buffer.from(proof.bytes).toString());
    json.entries.splice(0, 1);
    const bytes = new Uint8Array(Buffer.from(JSON.stringify(json)));
    const refused = problemOf(
      await verify(await forge("changed.pdf", "真灯", { ...proof, bytes })),
    );
    expect(refused).toMatchObject({ exit: 6, code: "CLI_PROOF" });
    expect(refused.what).toMatch(/HISTORY_MISSING/);
    const nonsense = { ...proof, bytes: new Uint8Array(Buffer.from("hello")) };
    expect(problemOf(await verify(await forge("nonsense.pdf", "灯", nonsense)))).toMatchObject({
      exit: 6,
      code: "CLI_PROOF",
    });
  });

  test("is refused or gives the true verdict, whatever byte is changed", async () => {
    const whole = await readFile(at("true.pdf"));
    for (let i = 0; i < 12; i++) {
      const bytes = Buffer.from(whole);
      const place = Math.floor(((i + 0.5) / 12) * whole.length);
      bytes[place] = (bytes[place] ?? 0) ^ 0x55;
      await writeFile(at("flipped.pdf"), bytes);
      const { exit, out } = await verify(at("flipped.pdf"));
      expect([0, 6]).toContain(exit);
      if (exit === 0) expect(out).toMatch(`✔ ${lamp}: this one change`);
    }
  });
});

if (!HAS_POPPLER) console.log("skipped how a certificate looks: no poppler-utils");
describe.skipIf(!HAS_POPPLER)("the page", () => {
  test.each([
    ["7", { zh: "河北省石家庄市裕华区槐安东路路灯", en: "Lamp" }],
    ["8", { zh: "㙍䶮𰻝路", en: "Łódź Street" }],
    ["9", { zh: "𠮷野家😀", ug: "شىجياجۇاڭ" }],
  ])("gives each name back as text (%s)", async (number, names) => {
    const entries = Object.entries(names).map(([tag, value]) => [
      tag,
      { value, validFrom: "2020-01-01" },
    ]);
    const lamp = await register(number, Object.fromEntries(entries));
    const { errors } = await certify(lamp, `${number}.pdf`, "--lang", "zh");
    const words = await textOf(at(`${number}.pdf`));
    expect(words).toMatch(names.zh);
    expect(words).toMatch(lamp);
    expect(words).toMatch("有效");
    expect(await complaintsOf(at(`${number}.pdf`))).toBe("");
    if ("ug" in names) expect(errors).toMatch(/字体中没有以下字符.*U\+20BB7, U\+1F600, U\+0634/);
    else expect(errors).toBe("");
    if ("en" in names) expect(words).toMatch(names.en);
  });

  test("says what a succession was, since when and by what source", async () => {
    const [from, to] = [await register("OLD", named("旧灯")), await register("NEW", named("新灯"))];
    const sides = ["--from", from, "--to", to];
    const when = ["--date", "2026-01-01", "--source", "document 7"];
    const done = await office.as("city", CITY, "succeed", "--type", "merge", ...sides, ...when);
    expect(done).toMatchObject({ exit: 0 });
    for (const [number, lamp] of Object.entries({ from, to })) {
      await certify(lamp, `${number}.pdf`);
      const words = await textOf(at(`${number}.pdf`));
      expect(words).toMatch(/merged as of 2026-01-01: document 7/);
    }
  });

  test("is not empty where the picture is looked at", async () => {
    await certify(CITY, "city.pdf");
    const dots = await pictureOf(at("city.pdf"), 40);
    const dark = dots.filter((grey) => grey < 128).length / dots.length;
    expect(dark).toBeGreaterThan(0.01);
    expect(dark).toBeLessThan(0.2);
  });

  if (!HAS_ZBAR) console.log("skipped scanning a certificate: no zbar-tools");
  test.skipIf(!HAS_ZBAR)("has a symbol that leads to the record", async () => {
    const { origin } = await office.node.client.node();
    await certify(CITY, "scan.pdf");
    const address = `https://${origin.replace(/\/log$/, "")}/${CITY}`;
    expect((await scan(at("scan.pdf"), 150)).toLowerCase()).toBe(address.toLowerCase());
  });
});
