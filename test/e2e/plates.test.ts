import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LAYOUTS, type Layout, type LayoutName, RULES } from "../../src/cli/plates/layout.ts";
import { codeLines } from "../../src/cli/plates/plate.ts";
import { isPublicHost } from "../../src/cli/plates/public-host.ts";
import { placesOn } from "../../src/cli/plates/sheet.ts";
import {
  formatPrinted,
  fromHex,
  type KeySpec,
  type Names,
  parseResolverHost,
  present,
} from "../../src/core/index.ts";
import { lockDirectory } from "../../src/log/index.ts";
import { readSealEvidence } from "../../src/sdk/index.ts";
import { checkSeal, parsePolicy } from "../../src/verify/seal/index.ts";
import { endedAt } from "../cli/ended-at.ts";
import { runHere } from "../cli/in-process.ts";
import { jsonOf, type Office, openOffice, problemOf } from "../cli/office.ts";
import { MAIN } from "../node/real-node.ts";
import { blurred, cut, readPicture, scaled, turned, writePicture } from "../paper/picture.ts";
import {
  complaintsOf,
  drawnTextOf,
  HAS_POPPLER,
  HAS_ZBAR,
  HAS_ZXING,
  isSkipped,
  pagesOf,
  readSymbols,
} from "../paper/tools.ts";
import { CITY, code, LAMPS, named, signerOf } from "../sdk/world.ts";
import { CHROMIUM, launch } from "./browser.ts";

// A city prints its plates with the compiled command; programs that nobody here wrote read them.

const LONG = "长".repeat(170);
const NAMES: readonly Names[] = [
  named("中山西路与友谊大街交叉口东北角 12 号路灯"),
  { ...named("裕华路路灯"), en: { value: "Street lamp, Yuhua Road", validFrom: "2020-01-01" } },
  { zh: { commit: new Uint8Array(32).fill(3), validFrom: "2020-01-01" } },
  named(LONG),
  named("😀 灯 䶮𰻝"),
  named("A lamp with a long English name, at the corner of two streets and a square in the north"),
];
const COUNT = 26;
const LONGEST = `${LAMPS}/ABCDEFGHIJKLMNOP-1234`;
const SUSPENDED = `${LAMPS}/000002`;
const TRAFFIC = `${CITY}.02`;
const HOST = ["--host", "id.example.org"];

/** For what starts processes: nothing is timed, and a machine may be busy. */
const PATIENCE = 240_000;

let office: Office;
beforeAll(async () => {
  office = await openOffice();
  const { node } = office;
  const codes = Array.from(
    { length: COUNT },
    (_, i) => `${LAMPS}/${String(i + 1).padStart(6, "0")}`,
  );
  const items = [...codes, LONGEST].map((each, i) => ({
    code: code(each),
    kind: "thing" as const,
    class: "LAMP",
    names: NAMES[i % NAMES.length] ?? {},
  }));
  await node.act({ op: "register", items }, CITY, "city");
  const seals = (word: string): KeySpec => ({
    key: signerOf(word).publicKey,
    uses: ["seal" as const],
    label: word,
  });
  const department = { code: code(TRAFFIC), kind: "department" as const, names: named("交通局") };
  await node.act({ op: "register", items: [department] }, CITY, "city");
  const addKeys = async (holder: string, ...add: ReturnType<typeof seals>[]) => {
    const { record } = await node.client.record(holder);
    const prev = present(fromHex(record.control), "control");
    await node.act({ op: "keys", code: code(holder), prev, add }, CITY, "city");
  };
  await addKeys(CITY, seals("sealer"), { ...seals("narrow"), scope: { under: code(TRAFFIC) } });
  await addKeys(TRAFFIC, seals("traffic"));
  const lamp = await node.client.record(SUSPENDED);
  const control = present(fromHex(lamp.record.control), "control");
  await node.act(
    { op: "status", code: code(SUSPENDED), prev: control, do: "suspend", reason: "x" },
    CITY,
    "city",
  );
});
afterAll(() => office[Symbol.asyncDispose]());

const path = (...names: string[]) => join(office.directory, ...names);
/** As the command does it, in this process; what needs one of its own starts it. */
const asOffice = async (word: string, holder: string, ...args: readonly string[]) =>
  runHere([...args, "--key", await office.keyOf(word), "--as", holder, "--yes"], {
    CITYID_URL: office.node.url,
  });
const ordered = (out: string) => ["plates", "--parent", CITY, "--out", path(out), ...HOST];
const plates = (out: string, ...more: readonly string[]) =>
  asOffice("sealer", CITY, ...ordered(out), ...more);
const lamps = (out: string, ...more: readonly string[]) => plates(out, "--class", "LAMP", ...more);

type Row = { readonly [column: string]: string };
const rowsOf = (out: string): Row[] =>
  parse(readFileSync(path(out, "manifest.csv")), { bom: true, columns: true }) as Row[];
const serialsLeftAt = () => Number(readFileSync(path("sealer.key.serials"), "utf8"));
const contentOf = (out: string) =>
  Object.fromEntries(
    readdirSync(path(out)).map((name) => [name, readFileSync(path(out, name)).toString("base64")]),
  );

describe("cityid plates", () => {
  test("seals every active code below one, once, and says where each plate is", async () => {
    const ran = await lamps("first", "--json");
    expect(jsonOf(ran)).toMatchObject({
      count: COUNT,
      first: 0,
      layout: "A4-3x8",
      leftOut: { ended: 1, sealThemselves: 0 },
    });
    const rows = rowsOf("first");
    expect(rows.map((row) => Number(row.serial))).toEqual(
      Array.from({ length: COUNT }, (_, i) => i),
    );
    const codes = rows.map((row) => row.code);
    expect(new Set(codes).size).toBe(COUNT);
    expect(codes).not.toContain(SUSPENDED);
    expect(codes).toContain(LONGEST);
    const [first] = rows;
    expect(first).toMatchObject({
      name: "中山西路与友谊大街交叉口东北角 12 号路灯",
      owner: "石家庄市",
      page: "1",
      place: "1",
    });
    expect(rows[24]).toMatchObject({ sheets: "sheets-0001.pdf", page: "2", place: "1" });
    for (const row of rows) {
      expect(row.text).toBe(`HTTPS://ID.EXAMPLE.ORG/${row.code}/${row.digits}`);
      expect(row.printed).toBe(formatPrinted(code(row.code ?? "")));
    }
    expect(serialsLeftAt()).toBe(COUNT);
    expect(readdirSync(path("first")).toSorted()).toEqual([
      "job.json",
      "manifest.csv",
      "plan.ndjson",
      "seals-0001.ndjson",
      "sheets-0001.pdf",
      "symbols-0001.zip",
    ]);
  });

  test("makes seals that a stranger finds genuine, in a batch that can be logged", async () => {
    const { client } = office.node;
    const policy = parsePolicy((await client.node()).policy);
    if (!policy.ok) throw new Error(policy.error.code);
    for (const { text = "", code: sealed = "", kid = "", serial } of rowsOf("first")) {
      const evidence = await readSealEvidence(
        await client.sealEvidence(sealed, kid, Number(serial)),
      );
      const options = {
        policy: policy.value,
        nowSeconds: Math.floor(Date.now() / 1000),
        maxAgeSeconds: 3600,
      };
      expect(await checkSeal(text, evidence, options)).toMatchObject({ outcome: "genuine" });
    }
    expect(
      (await asOffice("city", CITY, "seal", "check", rowsOf("first")[0]?.text ?? "")).exit,
    ).toBe(0);
    const logged = await asOffice(
      "sealer",
      CITY,
      "seal",
      "log",
      path("first", "seals-0001.ndjson"),
    );
    expect(logged.exit).toBe(0);
  });

  test("goes on with its own job and repeats nothing", async () => {
    const before = contentOf("first");
    const ran = await lamps("first", "--log", "--lang", "zh");
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.out).toContain("30.5 mm");
    expect(contentOf("first")).toEqual(before);
    expect(serialsLeftAt()).toBe(COUNT);
  });

  test("writes an archive that unzip and Python open, with the symbol of every row", async () => {
    const zip = path("first", "symbols-0001.zip");
    const list = `z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print("\\n".join(z.namelist()))`;
    const listed = python(list, zip);
    expect(listed.trim().split("\n")).toEqual(rowsOf("first").map(({ svg }) => svg));
    if (!isSkipped("testing an archive with unzip", spawnSync("unzip", ["-v"]).status === 0)) {
      expect(execFileSync("unzip", ["-tq", zip], { encoding: "utf8" })).toContain("No errors");
    }
  });

  test("logs before it prints where it is asked to, and only once", async () => {
    const args = ["--log", "--json"];
    const [logged = "", done = ""] = (await lamps("logged", ...args)).out.trim().split("\n");
    expect(JSON.parse(logged)).toMatchObject({ status: "accepted" });
    const { first, batches } = JSON.parse(done);
    expect(first).toBe(COUNT);
    rmSync(path("logged", "manifest.csv"));
    expect(jsonOf(await lamps("logged", ...args))).toMatchObject({ first, batches });
    const [row] = rowsOf("logged");
    const evidence = await office.node.client.sealEvidence(row?.code ?? "", row?.kid ?? "", first);
    expect(JSON.parse(evidence).paths).toMatchObject([{ serial: first }]);
  });
});

describe("a job that was interrupted", () => {
  const argsOf = (out: string) => [
    "plates",
    "--parent",
    CITY,
    "--class",
    "LAMP",
    "--out",
    path(out),
    ...HOST,
    "--key",
    path("sealer.key"),
    "--as",
    CITY,
    "--yes",
  ];

  test(
    "by a kill, at any of its files, goes on to the same plates with the same serials",
    async () => {
      const before = serialsLeftAt();
      const url = office.node.url;
      const while0 = { path: /LAMP%2F0000/, times: 9, signal: "SIGKILL" } as const;
      expect(await endedAt(url, while0, argsOf("killed"))).toMatchObject({ signal: "SIGKILL" });
      expect(readdirSync(path("killed"))).not.toContain("job.json");
      expect(serialsLeftAt()).toBe(before);
      const sealed = { path: /\/seals\?/, signal: "SIGKILL" } as const;
      expect(await endedAt(url, sealed, argsOf("killed"))).toMatchObject({ signal: "SIGKILL" });
      expect(readdirSync(path("killed")).filter((name) => /pdf|zip|csv/.test(name))).toEqual([]);
      expect(serialsLeftAt()).toBe(before + COUNT);
      expect(await lamps("killed")).toMatchObject({ exit: 0 });
      const whole = contentOf("killed");
      // What a kill in the middle of each file leaves: a torn line, a draft, a file that is not there yet.
      const seals = path("killed", "seals-0001.ndjson");
      for (const size of [0, 300, statSync(seals).size - 7]) {
        truncateSync(seals, size);
        for (const name of ["sheets-0001.pdf", "manifest.csv"]) rmSync(path("killed", name));
        if (size === 0) rmSync(path("killed", "symbols-0001.zip"));
        writeFileSync(path("killed", "sheets-0001.pdf.4242.new"), "half");
        expect(await lamps("killed")).toMatchObject({ exit: 0 });
        expect(contentOf("killed")).toEqual(whole);
      }
      expect(serialsLeftAt()).toBe(before + COUNT);
    },
    PATIENCE,
  );

  test(
    "by Ctrl-C, says so, leaves no draft and no lock, and goes on",
    async () => {
      const sealed = { path: /\/seals\?/, signal: "SIGINT" } as const;
      const ran = await endedAt(office.node.url, sealed, argsOf("stopped"));
      expect(problemOf(ran)).toMatchObject({ exit: 130, code: "CLI_INTERRUPTED" });
      expect(readdirSync(path("stopped")).toSorted()).toEqual([
        "job.json",
        "plan.ndjson",
        "seals-0001.ndjson",
      ]);
      expect(await lamps("stopped")).toMatchObject({ exit: 0 });
      expect(rowsOf("stopped")).toHaveLength(COUNT);
    },
    PATIENCE,
  );

  test(
    "by a disk that takes no more, names the file, and goes on when there is room",
    async () => {
      const args = [
        `--fsize=${16 * 1024}`,
        process.execPath,
        MAIN,
        ...argsOf("full"),
        "--url",
        office.node.url,
      ];
      const { status, stderr } = spawnSync("prlimit", args, { encoding: "utf8" });
      expect(status).toBe(2);
      expect(stderr).toContain("CLI_FILE");
      expect(stderr).toContain(path("full", "symbols-0001.zip"));
      expect(readdirSync(path("full")).filter((name) => name.endsWith(".new"))).toEqual([]);
      expect(await lamps("full")).toMatchObject({ exit: 0 });
      expect(rowsOf("full")).toHaveLength(COUNT);
    },
    PATIENCE,
  );
});

describe("what cannot be printed", () => {
  test("is refused with a code and a remedy, and takes no serial", async () => {
    const before = serialsLeftAt();
    const cases: readonly (readonly [string, number, readonly string[]])[] = [
      ["PLATES_HOST", 2, ["--host", "localhost:8156"]],
      ["PLATES_NONE", 4, ["--class", "PIPE"]],
      ["PLATES_MODULE", 2, ["--where", "outdoors"]],
      ["CLI_USAGE", 2, ["--layout", "A3"]],
      ["CLI_ARGUMENT", 2, ["--expires", "soon"]],
    ];
    for (const [expected, exit, more] of cases) {
      const problem = problemOf(await lamps("refused", ...more));
      expect(problem).toMatchObject({ exit, code: expected });
      expect(existsSync(path("refused", "job.json"))).toBe(false);
    }
    const small = problemOf(await lamps("refused", "--where", "outdoors", "--lang", "zh"));
    expect(small.remedy).toContain("--layout A4-2x5");
    expect(problemOf(await lamps("first", "--layout", "A4-2x5"))).toMatchObject({
      exit: 2,
      code: "PLATES_JOB",
    });
    mkdirSync(path("foreign"));
    writeFileSync(path("foreign", "thesis.txt"), "x");
    expect(problemOf(await lamps("foreign")).what).toContain("thesis.txt");
    expect(readdirSync(path("foreign"))).toEqual(["thesis.txt"]);
    const lock = await lockDirectory(path("busy"));
    expect(problemOf(await lamps("busy"))).toMatchObject({ exit: 2, code: "PLATES_BUSY" });
    await lock.release();
    expect(serialsLeftAt()).toBe(before);
  });

  test("with this key is refused", async () => {
    const args = (parent: string) => ["plates", "--parent", parent, "--out", path("keys"), ...HOST];
    const by = (word: string, holder: string, parent: string = CITY) =>
      asOffice(word, holder, ...args(parent));
    expect(problemOf(await by("city", CITY))).toMatchObject({ exit: 8, code: "PLATES_KEY_USE" });
    expect(problemOf(await by("nobody", CITY))).toMatchObject({ exit: 8, code: "PLATES_KEY_USE" });
    expect(problemOf(await by("traffic", TRAFFIC))).toMatchObject({
      exit: 3,
      code: "PLATES_HOLDER",
    });
    const nearer = problemOf(await by("sealer", CITY, TRAFFIC));
    expect(nearer).toMatchObject({ exit: 3, code: "PLATES_HOLDER" });
    expect(nearer.remedy).toContain(TRAFFIC);
    const narrow = problemOf(await by("narrow", CITY));
    expect(narrow).toMatchObject({ exit: 3, code: "PLATES_NOT_GENUINE" });
    expect(narrow.what).toContain("SEAL_KEY_SCOPE");
    const left = `${serialsLeftAt()}\n`;
    writeFileSync(path("sealer.key.serials"), "1048570\n");
    expect(problemOf(await lamps("keyfull"))).toMatchObject({
      exit: 2,
      code: "CLI_SEAL_KEY_FULL",
    });
    expect(readFileSync(path("sealer.key.serials"), "utf8")).toBe("1048570\n");
    writeFileSync(path("sealer.key.serials"), left);
  });

  test.each([
    ["id.sjz.gov.cn", true],
    ["example.org", true],
    ["8.8.8.8", true],
    ["id.example.org:8443", true],
    ["localhost", false],
    ["intranet", false],
    ["id.localhost", false],
    ["printer.local", false],
    ["id.example", false],
    ["127.0.0.1:8156", false],
    ["10.1.2.3", false],
    ["192.168.1.9", false],
    ["127.1", false],
    ["0x7f.0x1", false],
  ])("the host %s is public: %s", (text, expected) => {
    const host = parseResolverHost(text);
    expect(host.ok && isPublicHost(host.value)).toBe(expected);
  });
});

test.each([
  ["MA.156.1301.02/LAMP/000123*7", 14, ["MA.156.1301.02", "/LAMP/000123*7"]],
  [
    "MA.156.1301/LAMP/ABCDEFGHIJKLMNOP-1234*0",
    14,
    ["MA.156.1301", "/LAMP/ABCDEFGH", "IJKLMNOP-1234*", "0"],
  ],
  ["MA*5", 20, ["MA*5"]],
])("the code %s stands in lines of %d", (printed, characters, lines) => {
  expect(codeLines(printed, characters)).toEqual(lines);
});

describe("a plate in the hands of strangers", () => {
  const strangers = isSkipped("scanning plates", HAS_POPPLER, HAS_ZBAR, HAS_ZXING);
  // The last two also hold the class itself, and not what seals for itself.
  const layouts: readonly (readonly [LayoutName, string, readonly string[]])[] = [
    ["A4-3x8", "first", ["--class", "LAMP"]],
    ["A4-2x5", "sheet-2x5", ["--class", "LAMP"]],
    ["single-50mm", "single-50", ["--expires", "2036-01-01"]],
    ["single-80mm", "single-80", ["--sample", "--host", "127.0.0.1:8156"]],
  ];

  /** Every plate of a job, cut out of its printed sheets. */
  async function cutPlates(out: string, layout: Layout, dots: number) {
    const at = (millimetres: number) => (millimetres / 25.4) * dots;
    const pages = await pagesOf(path(out, "sheets-0001.pdf"), dots);
    const places = placesOn(layout);
    const rows = rowsOf(out);
    expect(pages).toHaveLength(Math.ceil(rows.length / places.length));
    const pictures = await Promise.all(pages.map(readPicture));
    return rows.map((row) => {
      const { x, y } = present(places[Number(row.place) - 1], "a place");
      const picture = present(pictures[Number(row.page) - 1], "a page");
      const [width, height] = [at(layout.plate.width), at(layout.plate.height)];
      return { row, picture: cut(picture, { x: at(x), y: at(y), width, height }) };
    });
  }

  test.skipIf(strangers).each(layouts)(
    "in layout %s is read from its sheet, turned, blurred and smaller",
    async (name, out, more) => {
      const made = jsonOf(await plates(out, "--layout", name, "--json", ...more));
      const layout = LAYOUTS[name];
      expect(made.moduleMm).toBeGreaterThanOrEqual(RULES[layout.where].minModule);
      expect(made.leftOut.sealThemselves).toBe(more.includes("--class") ? 0 : 1);
      // As a printer of 300 dots an inch does it with the smallest modules.
      const cases = await cutPlates(out, layout, Math.round((5.5 * 25.4) / made.moduleMm));
      const changed = [present(cases[1], "a plate"), present(cases.at(-1), "the last plate")];
      const all = [
        ...cases,
        ...changed.flatMap(({ row, picture }) =>
          [turned(picture, 17), blurred(picture, 1), scaled(picture, 0.7)].map((each) => ({
            row,
            picture: each,
          })),
        ),
      ];
      const files = all.map((_, i) => path(out, `picture-${i}.pgm`));
      await Promise.all(all.map(({ picture }, i) => writePicture(files[i] ?? "", picture)));
      const texts = all.map(({ row }) => row.text);
      expect(await readSymbols(files)).toEqual({ zbar: texts, zxing: texts });
    },
  );

  test.skipIf(strangers)(
    "gives every name and code back, and poppler objects to nothing",
    async () => {
      for (const [, out] of layouts) {
        const text = (await drawnTextOf(path(out, "sheets-0001.pdf"))).replaceAll(/\s/g, "");
        const rows = rowsOf(out);
        for (const { name = "", printed = "", owner = "" } of rows) {
          for (const part of [name, printed, owner]) {
            expect(text).toContain(part.replaceAll(/\s/g, ""));
          }
        }
        expect(text.split("SAMPLE").length > rows.length).toBe(out === "single-80");
      }
      expect(await complaintsOf(path("first", "sheets-0001.pdf"))).toBe("");
    },
  );

  const painter = isSkipped("scanning SVG", HAS_ZBAR, HAS_ZXING, CHROMIUM !== undefined);
  test.skipIf(painter)(
    "as SVG is read as a browser paints it",
    async () => {
      await using browser = await launch();
      const page = await browser.newPage({ deviceScaleFactor: 3 });
      for (const out of ["first", "single-80"]) {
        const row = present(rowsOf(out).at(-1), "a row");
        const read = "sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())";
        const svg = python(read, path(out, "symbols-0001.zip"), row.svg ?? "");
        await page.setContent(`<body style="margin: 40px">${svg}</body>`);
        await page.screenshot({ path: path(out, "svg.png") });
        const text = [row.text];
        expect(await readSymbols([path(out, "svg.png")])).toEqual({ zbar: text, zxing: text });
        expect(svg.includes("SAMPLE")).toBe(out === "single-80");
      }
    },
    PATIENCE,
  );
});

test(
  "thousands of requests of one run are told to nobody as a leak",
  async () => {
    const codes = Array.from({ length: 1600 }, () => `${LAMPS}/000001`).join("\n");
    const file = await office.file("codes.txt", codes);
    const ran = await office.as("sealer", CITY, "seal", "--file", file, "--batch", path("many"));
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.errors).not.toContain("Warning");
  },
  PATIENCE,
);

/** What a line of Python prints. */
function python(line: string, ...args: readonly string[]): string {
  const program = `import sys, zipfile; ${line}`;
  return execFileSync("python3", ["-c", program, ...args], { encoding: "utf8" });
}
