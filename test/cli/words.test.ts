import { describe, expect, test } from "vitest";
import { auditProblem } from "../../src/cli/audit-words.ts";
import { exitOf } from "../../src/cli/exit.ts";
import { composeGenesis } from "../../src/cli/init/compose-genesis.ts";
import type { MemberFile } from "../../src/cli/init/member-file.ts";
import { onNode } from "../../src/cli/node-problem.ts";
import { operationFromJson } from "../../src/cli/operation-json.ts";
import { CLI_PROBLEM_CODES, CliProblem } from "../../src/cli/problem.ts";
import { duration, group, progressLine, startProgress } from "../../src/cli/progress.ts";
import { readRecordFields } from "../../src/cli/record-options.ts";
import { refusalText } from "../../src/cli/refusal-text.ts";
import { Refused } from "../../src/cli/refused.ts";
import { reportOf } from "../../src/cli/report.ts";
import { chooseLanguage, fill } from "../../src/cli/text.ts";
import { parseDay, parseTime } from "../../src/cli/time-argument.ts";
import { refused } from "../../src/cli/verify/attested.ts";
import { alignRows, displayWidth } from "../../src/cli/width.ts";
import {
  encodeCbor,
  formatVerifierKey,
  hex,
  sha256,
  utf8,
  verifierKey,
} from "../../src/core/index.ts";
import { ApiProblem, NodeUnreachable, ProofMismatch } from "../../src/sdk/index.ts";
import { signerOf } from "../sdk/world.ts";
import { runHere } from "./in-process.ts";

describe("facts in a sentence", () => {
  const reportIn = (language: "en" | "zh", code: string, facts: object) =>
    reportOf(new ApiProblem(422, { code, title: "", facts: { ...facts }, remedy: "" }), language);

  test("a moment, which comes as the API writes it, is Beijing time", () => {
    const facts = { kid: "0".repeat(16), until: "2026-11-22T06:05:00Z" };
    const report = reportIn("en", "AUTH_KEY_UNTIL", facts);
    expect(report.what).toBe("This key was good until 2026-11-22 14:05, Beijing time.");
    expect(report.facts).toEqual(facts);
    const early = { subject: "MA.156.1301", from: "2026-11-22T06:05:00.123Z" };
    expect(reportIn("zh", "STATE_RECOVERY_EARLY", early).what).toContain("2026-11-22 14:05");
  });

  test("a word of the protocol is said in the language of the run; programs get the word", () => {
    const closed = { kid: "0".repeat(16), why: "compromised" };
    expect(reportIn("zh", "AUTH_KEY_CLOSED", closed).what).toContain("已泄露");
    expect(reportIn("en", "AUTH_KEY_CLOSED", closed).what).toContain("others may have it");
    expect(reportIn("zh", "AUTH_KEY_CLOSED", closed).facts).toEqual(closed);
    const state = { decision: "d", state: "executed" };
    expect(reportIn("zh", "STATE_DECISION_CLOSED", state).what).toContain("已通过并执行");
  });
});

test.each([
  [850, "850 ms"],
  [12_340, "12.3 s"],
  [245_000, "4 min 05 s"],
  [3_599_000, "59 min 59 s"],
  [18_240_000, "5 h 04 min"],
  [47 * 3_600_000, "47 h 00 min"],
  [1500 * 24 * 3_600_000, "1,500 d"],
])("%d ms are told as %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test("a proof from the future names the clock of this machine first", () => {
  for (const code of ["PROOF_TIME", "POLICY_FUTURE"]) {
    const { code: told, what, remedy, exit } = reportOf(refused({ code }), "en");
    expect({ told, exit }).toEqual({ told: "CLI_PROOF_FUTURE", exit: 6 });
    expect(what).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/);
    expect(remedy).toMatch(/^Set the clock/);
  }
});

describe("usage", () => {
  test("a command that is left out is answered with the help that lists them; programs get a problem", async () => {
    for (const [args, title] of [
      [[], "Usage: cityid "],
      [["dataset"], "Usage: cityid dataset "],
    ] as const) {
      const ran = await runHere(args);
      expect(ran).toMatchObject({ exit: 2, out: "" });
      expect(ran.errors.startsWith(title)).toBe(true);
      expect(ran.errors).not.toContain("CLI_USAGE");
    }
    const { exit, errors } = await runHere(["dataset", "--json"]);
    expect(exit).toBe(2);
    expect(JSON.parse(errors)).toMatchObject({ code: "CLI_USAGE", exit: 2 });
  });

  test("help is a command too, at every level", async () => {
    for (const args of [
      ["help", "show"],
      ["dataset", "help", "list"],
    ]) {
      const ran = await runHere(args);
      expect(ran).toMatchObject({ exit: 0, errors: "" });
      expect(ran.out).toContain(
        `Usage: cityid ${args.filter((word) => word !== "help").join(" ")} `,
      );
    }
  });

  test("what was wrong is looked up where it was: in the help of the command that was called", async () => {
    for (const [args, command] of [
      [["dataset", "list", "--bogus"], "dataset list"],
      [["--as", "member", "key", "new"], "key new"],
      [["dataset", "hlep"], "dataset"],
    ] as const) {
      expect((await runHere(args)).errors).toContain(`See \`cityid ${command} --help\`.`);
    }
  });

  test("an address that is none, and a language that nobody speaks here, are named before anything is asked", async () => {
    for (const [args, name] of [
      [["--url", "nonsense", "show", "MA"], "--url"],
      [["--url", "ftp://id.example", "show", "MA"], "--url"],
      [["--lang", "fr", "show", "MA"], "--lang"],
    ] as const) {
      const { exit, errors } = await runHere([...args, "--json"]);
      expect(exit).toBe(2);
      expect(JSON.parse(errors)).toMatchObject({ code: "CLI_ARGUMENT" });
      expect(errors).toContain(name);
    }
    const inEnvironment = await runHere(["show", "MA"], { CITYID_URL: "id.example.org" });
    expect(inEnvironment).toMatchObject({ exit: 2 });
    expect(inEnvironment.errors).toContain("CITYID_URL");
  });

  test("help in Chinese is Chinese, choices and defaults too", async () => {
    const { out } = await runHere(["inbox", "decisions", "--help", "--lang", "zh"]);
    expect(out).toContain("（可选：");
    expect(out).toContain("，默认：");
    expect(out).not.toMatch(/choices|default|help for/);
  });
});

describe("language", () => {
  test.each([
    [["show", "--lang", "zh"], { LANG: "en_US.UTF-8" }, "zh"],
    [["show", "--lang=en"], { LANG: "zh_CN.UTF-8" }, "en"],
    [["show"], { LANG: "zh_CN.UTF-8" }, "zh"],
    [["show"], { LANG: "zh_CN.UTF-8", LC_ALL: "C" }, "en"],
    [["show"], {}, "en"],
  ])("%j with %j is %s", (argv, env, language) => {
    expect(chooseLanguage(argv, env)).toBe(language);
  });

  test("facts fill a text; what is not known stays visible", () => {
    expect(fill("{a} of {b}, {c}", { a: 1, b: ["x", "y"] })).toBe("1 of x, y, {c}");
  });

  test("every problem of the command line says what and a remedy, in both languages", () => {
    for (const code of CLI_PROBLEM_CODES) {
      // Where what to do depends on what was found, the remedy is a fact: see the next test.
      const remedy = { en: "do something", zh: "请处理" };
      const problem = new CliProblem(code, { detail: "detail", remedy });
      const [en, zh] = [problem.in("en"), problem.in("zh")];
      for (const text of [en.what, en.remedy, zh.what, zh.remedy]) expect(text).not.toBe("");
      expect(zh.remedy).toMatch(/\p{Script=Han}/u);
      expect(en.remedy).not.toMatch(/\p{Script=Han}/u);
    }
  });

  test("what an audit finds has a remedy of its own, in both languages", () => {
    const codes = [
      ...["AUDIT_MISSING", "AUDIT_SIZE", "AUDIT_ORIGIN", "AUDIT_EMPTY", "AUDIT_ROOT", "AUDIT_TILE"],
      ...["AUDIT_TILE_LENGTH", "BUNDLE_SHORT", "BUNDLE_TRAILING", "AUDIT_ENTRY", "AUDIT_PARTIAL"],
      ...["AUDIT_ROLLED_BACK", "AUDIT_SPLIT", "AUDIT_NODE", "REPLAY_GENESIS", "REPLAY_TIME"],
      ...["REPLAY_BLOCK_ENTRY", "REPLAY_REFUSED", "REPLAY_MAP_ROOT", "NOTE_UNSIGNED"],
    ];
    const problems = codes.map((code) =>
      auditProblem({
        ...{ url: "https://log.test/log", auditedAt: "", milliseconds: 0, directory: "/kept" },
        ...{ intact: false, entries: 5, fetched: { requests: 0, bytes: 0 } },
        refusal: { code, proof: "/kept/fraud.json" } as never,
      }),
    );
    for (const language of ["en", "zh"] as const) {
      const remedies = problems.map((problem) => problem.in(language).remedy);
      expect(new Set(remedies).size).toBe(codes.length);
      for (const remedy of remedies) {
        expect(/\p{Script=Han}/u.test(remedy)).toBe(language === "zh");
        expect(remedy).not.toContain("{");
      }
    }
  });

  test("a fact that is words is said in the language of the run", () => {
    const want = { en: "a day", zh: "日期" };
    const problem = new CliProblem("CLI_ARGUMENT", {
      name: "--at",
      got: "x",
      want,
      example: "2026-11-22",
    });
    expect(problem.in("en").what).toBe("--at: “x” is not a day.");
    expect(problem.in("zh").what).toBe("--at：“x”不是日期。");
  });
});

describe("exit codes", () => {
  const api = (status: number) =>
    new ApiProblem(status, { code: "X", title: "t", facts: {}, remedy: "" });
  test.each([
    [new CliProblem("CLI_USAGE"), 2],
    [new CliProblem("CLI_KEY_MODE"), 8],
    [new CliProblem("CLI_DECLINED"), 7],
    [new CliProblem("IMPORT_ROWS"), 9],
    [new CliProblem("NODE_PORT"), 10],
    [new Refused({ status: "refused", code: "STATE_PREV", facts: {}, remedy: "" }), 3],
    [api(422), 3],
    [new ApiProblem(400, { code: "HTTP_PARAMETER", title: "t", facts: {}, remedy: "" }), 2],
    [api(401), 3],
    [api(404), 4],
    [api(410), 4],
    [api(429), 5],
    [api(503), 5],
    [new NodeUnreachable("http://127.0.0.1:1/x", undefined), 5],
    [new ProofMismatch("children of MA", { code: "PROOF_ROOT" }), 6],
    [new DOMException("stop", "AbortError"), 130],
    [new Error("?"), 1],
  ])("%s ends with %i", (problem, exit) => {
    expect(exitOf(problem)).toBe(exit);
    for (const language of ["en", "zh"] as const) {
      const report = reportOf(problem, language);
      expect(report).toMatchObject({ exit, code: expect.stringMatching(/^[A-Z_]+$/) });
      expect(report.what).not.toBe("");
    }
  });
});

test("a refusal of a part of an import tells its facts", () => {
  const facts = { scheme: "asset-no", value: "K1", by: "MA.156.1301/LAMP/1" };
  const why = refusalText("STATE_ALIAS_TAKEN", facts);
  const cause = "STATE_ALIAS_TAKEN";
  const problem = new CliProblem("IMPORT_REFUSED", {
    part: 1,
    chunks: 2,
    manifest: "f00d",
    cause,
    why,
  });
  for (const language of ["en", "zh"] as const)
    for (const fact of Object.values(facts)) expect(problem.in(language).what).toContain(fact);
  expect(refusalText("OP_UNHEARD_OF", { got: 7 }).en).toBe('{"got":7}');
});

test.each([
  ["a key of a member", "a member", "成员"],
  ["the holder of MA.156.1301", "MA.156.1301", "MA.156.1301"],
])("whose key a node wants is a part of a sentence: %s", (want, en, zh) => {
  const problem = new ApiProblem(403, {
    ...{ code: "HTTP_FORBIDDEN", title: "t", remedy: "r" },
    facts: { holder: "MA.156#1", want },
  });
  expect(reportOf(problem, "en").remedy).toBe(`Use a key of ${en}.`);
  expect(reportOf(problem, "zh").remedy).toBe(`请用 ${zh} 的密钥。`);
});

describe("faults of a node", () => {
  const fault = (code: string, facts = {}) => Object.assign(new Error(code), { code, facts });
  test.each([
    [fault("DATA_DIR_IN_USE", { directory: "d", pid: 7 }), "NODE_DATA_IN_USE"],
    [fault("DATA_DIR_ACCESS", { directory: "d", reason: "EROFS" }), "NODE_DATA_ACCESS"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "absent" }), "NODE_NOT_BEGUN"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "not-empty" }), "NODE_NOT_EMPTY"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "no-directory" }), "NODE_NO_DIRECTORY"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "begun" }), "NODE_BEGUN"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "log-key-missing" }), "NODE_LOG_KEY"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "log-key-other" }), "NODE_LOG_KEY_OTHER"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "inside" }), "NODE_INSIDE"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "log-key-foreign" }), "NODE_LOG_KEY_FOREIGN"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "no-seed" }), "NODE_KEY_FORMAT"],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "format 9" }), "NODE_FAULT"],
    [fault("LOG_MISSING", { path: "d" }), "NODE_NOT_BEGUN"],
    [fault("LEDGER_DISK_FULL"), "NODE_DISK_FULL"],
    [fault("JOURNAL_DAMAGED", { offset: 7 }), "NODE_DATA_DAMAGED"],
    [fault("LEDGER_CHAIN", { why: "undecided" }), "NODE_UNDECIDED"],
    [fault("LEDGER_CHAIN", { why: "heights" }), "NODE_FAULT"],
    [fault("LOG_WRITE"), "NODE_FAULT"],
    [fault("PARENT_LOG_KEY", { subject: "MA.156", got: "none", want: "f00d" }), "PARENT_LOG_KEY"],
    [Object.assign(new Error(), { code: "EADDRINUSE", port: 8156 }), "NODE_PORT"],
    [Object.assign(new Error(), { code: "EACCES", port: 80, syscall: "listen" }), "NODE_PORT"],
    [
      Object.assign(new Error(), { code: "EACCES", path: "f", syscall: "open" }),
      "NODE_DATA_ACCESS",
    ],
    [fault("LEDGER_DIRECTORY", { path: "d", why: "EACCES" }), "NODE_DATA_ACCESS"],
    [Object.assign(new Error(), { code: "ENOSPC", syscall: "write" }), "NODE_DISK_FULL"],
    [Object.assign(new Error(), { code: "EADDRNOTAVAIL", address: "10.9.9.9" }), "NODE_HOST"],
    [Object.assign(new Error(), { code: "ENOTFOUND", hostname: "999.1.1.1" }), "NODE_HOST"],
    [Object.assign(new Error("bad"), { name: "ConfigError", code: "CONFIG" }), "NODE_SETTING"],
  ])("%s becomes a problem that says what to do", async (thrown, code) => {
    await expect(onNode(() => Promise.reject(thrown))).rejects.toMatchObject({
      code,
      cause: thrown,
    });
  });

  test("what says what to do already is left as it is", async () => {
    const problem = new CliProblem("CLI_ARGUMENT", { name: "--port" });
    await expect(onNode(() => Promise.reject(problem))).rejects.toBe(problem);
  });

  test("a bug stays a bug", async () => {
    const bug = new TypeError("undefined is not a function");
    await expect(onNode(() => Promise.reject(bug))).rejects.toBe(bug);
  });
});

describe("a terminal", () => {
  test("shows Chinese characters two columns wide, so columns stay aligned", () => {
    expect(displayWidth("路灯a")).toBe(5);
    expect(
      alignRows([
        ["路灯", "x"],
        ["lamp", "y"],
        ["l", "z"],
      ]),
    ).toEqual(["路灯  x", "lamp  y", "l     z"]);
  });

  test("shows done, total, rate and time left", () => {
    const say = ({ en }: { en: string }) => en;
    expect(progressLine("Issuing", 512_000, 1_000_000, 16_000, say)).toBe(
      `Issuing  ${"█".repeat(12)}${"░".repeat(12)}  512,000 / 1,000,000  ·  32,000/s  ·  15.3 s left`,
    );
    expect(group(1234567)).toBe("1,234,567");
  });

  test("that does not say how wide it is gets the whole line", () => {
    let written = "";
    const write = (text: string) => {
      written += text;
    };
    const stream = { isTTY: true, columns: 0, write };
    let time = 0;
    const now = () => time;
    const bar = startProgress({ label: "x", total: 9, stream, say: ({ en }) => en, now });
    time = 1000;
    bar.to(5);
    expect(written).toMatch(/left$/);
  });

  test("that is a pipe gets no progress bar at all", () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) };
    const bar = startProgress({ label: "x", total: 9, stream, say: ({ en }) => en, now: Date.now });
    bar.to(5);
    bar.end();
    expect(written).toEqual([]);
  });
});

describe("times", () => {
  test.each([
    ["2026-11-22", "2026-11-22T00:00:00.000Z"],
    ["2026-11-22T14:05:00+08:00", "2026-11-22T06:05:00.000Z"],
  ])("%s is read", (text, time) => expect(parseTime(text, "--since")).toBe(time));

  test.each(["yesterday", "2026-13-01", "2026-11-22T14:05:00"])(
    "%s is none: a time has its zone",
    (text) => {
      expect(() => parseTime(text, "--since")).toThrow(
        expect.objectContaining({ code: "CLI_ARGUMENT" }),
      );
    },
  );

  test.each([
    ["log", "--since"],
    ["who-did", "--until"],
    ["update", "--valid-from"],
    ["apply", "--valid-from"],
    ["import file", "--valid-from"],
  ])("the help of %s says that a day of %s is one of UTC", async (command, option) => {
    for (const language of ["en", "zh"]) {
      const { out } = await runHere([...command.split(" "), "--help", "--lang", language]);
      expect(out.slice(out.indexOf(`${option} <`)).split("\n  --")[0]).toContain("UTC");
    }
  });

  test("a day must be one of the calendar", () => {
    expect(parseDay("2024-02-29", "--at")).toBe("2024-02-29");
    expect(() => parseDay("2025-02-29", "--at")).toThrow(
      expect.objectContaining({ code: "CLI_ARGUMENT" }),
    );
  });
});

describe("fields of a record", () => {
  const now = new Date("2026-11-22T06:00:00Z");
  test("are read from options, with today as their beginning", () => {
    const fields = readRecordFields(
      {
        name: ["石家庄市", "en=Shijiazhuang", "x = y"],
        attribute: ["height=8", "lit=true", "note=007"],
        point: "114.5149,38.0423",
        link: ["default=https://example.org/?a=b"],
      },
      now,
    );
    const validFrom = "2026-11-22";
    expect(fields).toEqual({
      names: { zh: { value: "x = y", validFrom }, en: { value: "Shijiazhuang", validFrom } },
      attributes: {
        height: { value: 8, validFrom },
        lit: { value: true, validFrom },
        note: { value: "007", validFrom },
      },
      geometry: { value: { point: [1145149000, 380423000] }, validFrom },
      links: [{ rel: "default", href: "https://example.org/?a=b" }],
    });
  });

  test.each([
    { point: "114" },
    { point: "x,y" },
    { alias: ["asset-no"] },
    { attribute: ["=8"] },
    { validFrom: "today" },
  ])("%j is refused with an example", (options) => {
    expect(() => readRecordFields(options, now)).toThrow(
      expect.objectContaining({ code: "CLI_ARGUMENT" }),
    );
  });
});

describe("an operation in a file", () => {
  const prev = hex(sha256(utf8("x")));
  test("is read from the JSON that a node writes", () => {
    const key = hex(encodeCbor(signerOf("k").publicKey));
    const text = JSON.stringify({
      op: "keys",
      code: "MA.156.1301",
      prev,
      add: [{ key, uses: ["record"], label: "l" }],
    });
    expect(operationFromJson(text, "f")).toEqual({
      op: "keys",
      code: "MA.156.1301",
      prev: sha256(utf8("x")),
      add: [{ key: signerOf("k").publicKey, uses: ["record"], label: "l" }],
    });
  });

  test("may hold lists of hashes", () => {
    const hash = sha256(utf8("x"));
    const first = { code: "MA.156.1301", checkpoint: "c", genesis: prev, path: [prev, prev] };
    const next = { code: "MA.156.1302", checkpoint: "c", consistency: [prev] };
    const text = JSON.stringify({ op: "anchor", items: [first, next] });
    expect(operationFromJson(text, "f")).toEqual({
      op: "anchor",
      items: [
        { ...first, genesis: hash, path: [hash, hash] },
        { ...next, consistency: [hash] },
      ],
    });
  });

  test.each([
    ["not JSON", "{", { code: "CLI_FILE_FORMAT" }],
    [
      "an unknown field",
      JSON.stringify({ op: "void", registration: prev, reason: "r", x: 1 }),
      { code: "CLI_OPERATION", facts: { cause: "OP_FIELD_UNKNOWN", path: "x" } },
    ],
    [
      "no hash where one belongs",
      JSON.stringify({ op: "void", registration: "zz", reason: "r" }),
      { code: "CLI_OPERATION", facts: { path: "registration" } },
    ],
    [
      "a vote, which cannot be proposed",
      JSON.stringify({ op: "endorse", decision: prev, vote: "approve" }),
      { code: "CLI_OPERATION" },
    ],
  ])("with %s is refused", (_, text, problem) => {
    expect(() => operationFromJson(text, "f")).toThrow(
      expect.objectContaining({
        ...problem,
        ...("facts" in problem ? { facts: expect.objectContaining(problem.facts) } : {}),
      }),
    );
  });
});

describe("a genesis", () => {
  const terms = { recoveryDelaySeconds: 604_800, voidWindowSeconds: 2_592_000 };
  const vkey = formatVerifierKey(verifierKey("id.test/log", "ed25519", sha256(utf8("log"))));
  const memberFile = (id: string, made: number, more: Partial<MemberFile> = {}): MemberFile => ({
    format: "cityid/member/v1",
    id,
    names: { zh: `机构${id}` },
    made,
    recipient: "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
    keys: [
      {
        public: hex(encodeCbor(signerOf(id).publicKey)),
        uses: ["govern", "issue"],
        label: "office",
      },
    ],
    ...more,
  });
  const members = [
    memberFile("A", 1_795_327_509_000, { vkey }),
    memberFile("B", 1_795_327_600_000),
    memberFile("C", 1_795_327_400_000),
  ];

  test("is the same bytes in whatever order the descriptions come, so fingerprints can be compared", () => {
    const one = composeGenesis(members, terms);
    const two = composeGenesis([...members].reverse(), terms);
    expect(hex(two.fingerprint)).toBe(hex(one.fingerprint));
    expect(one.genesis).toMatchObject({
      origin: "id.test/log",
      time: 1_795_327_600_000,
      thresholds: { issue: 2, govern: 2 },
    });
  });

  test("differs when anybody's description does", () => {
    const changed = [
      ...members.slice(0, 2),
      memberFile("C", 1_795_327_400_000, { names: { zh: "别的" } }),
    ];
    expect(hex(composeGenesis(changed, terms).fingerprint)).not.toBe(
      hex(composeGenesis(members, terms).fingerprint),
    );
  });

  test.each([
    ["no log key", [memberFile("A", 1), memberFile("B", 2)], "INIT_LOG"],
    ["two log keys", [memberFile("A", 1, { vkey }), memberFile("B", 2, { vkey })], "INIT_LOG"],
  ])("with %s is refused", (_, files, code) => {
    expect(() => composeGenesis(files, terms)).toThrow(expect.objectContaining({ code }));
  });

  test("that needs more votes than there are members is refused", () => {
    expect(() => composeGenesis(members, { ...terms, issueVotes: 4 })).toThrow(
      expect.objectContaining({ code: "INIT_GENESIS" }),
    );
  });
});
