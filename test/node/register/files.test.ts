import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  formatRegister,
  loadRegister,
  parseAreacodes,
  parseGb2260,
  parseRegister,
} from "../../../src/node/register/index.ts";

const HEADER = "代码,一级行政区,二级行政区,名称,级别,状态,启用时间,变更/弃用时间,新代码";
const csv = (...lines: string[]) => `\ufeff${[HEADER, ...lines].join("\n")}\n`;

describe("parseAreacodes", () => {
  test("reads facts in the order of codes and time, with successors", () => {
    const parsed = parseAreacodes(
      csv(
        "419001,河南省,直辖,济源市,县级,在用,1996,,",
        "419001,河南省,直辖,义马市,县级,变更,1987,1990,411281",
        "130103,河北省,石家庄市,桥东区,县级,弃用,1983,2014,130102[2001];130104",
        "130000,河北省,,河北省,省级,在用,1981,,",
      ),
    );
    expect(parsed).toMatchObject({
      ok: true,
      value: [
        { code: "MA.156.13", names: { zh: "河北省" }, level: "province", from: "1981" },
        {
          code: "MA.156.130103",
          to: "2014",
          successors: [{ code: "MA.156.130102", date: "2001" }, { code: "MA.156.130104" }],
        },
        { code: "MA.156.419001", names: { zh: "义马市" }, from: "1987", to: "1990" },
        { code: "MA.156.419001", names: { zh: "济源市" }, from: "1996" },
      ],
    });
  });

  test("takes lines that end as on Windows", () => {
    const parsed = parseAreacodes(
      csv("130000,河北省,,河北省,省级,在用,1981,,").replaceAll("\n", "\r\n"),
    );
    expect(parsed).toMatchObject({ ok: true, value: [{ code: "MA.156.13" }] });
  });

  test.each([
    ["another heading", "code,name\n", { code: "GAZETTE_FILE_HEADER", line: 1, got: "code,name" }],
    ["no text", "", { code: "GAZETTE_FILE_HEADER", line: 1 }],
    [
      "a field too few",
      csv("130000,河北省"),
      { code: "GAZETTE_FILE_FIELDS", line: 2, got: 2, want: 9 },
    ],
    [
      "an empty line",
      csv("", "130000,河北省,,河北省,省级,在用,1981,,"),
      { code: "GAZETTE_FILE_FIELDS", line: 2 },
    ],
    ["no code", csv("13,河北省,,河北省,省级,在用,1981,,"), { field: "code", got: "13" }],
    ["no name", csv("130000,河北省,,,省级,在用,1981,,"), { field: "name" }],
    [
      "another level",
      csv("130000,河北省,,河北省,国级,在用,1981,,"),
      { field: "level", got: "国级" },
    ],
    ["another state", csv("130000,河北省,,河北省,省级,未知,1981,,"), { field: "state" }],
    ["no beginning", csv("130000,河北省,,河北省,省级,在用,,,"), { field: "from", got: "" }],
    [
      "an end though it is in use",
      csv("130000,河北省,,河北省,省级,在用,1981,1990,"),
      { field: "to", got: "1990" },
    ],
    ["no end though it is not", csv("130000,河北省,,河北省,省级,弃用,1981,,"), { field: "to" }],
    [
      "no code of a successor",
      csv("130000,河北省,,河北省,省级,弃用,1981,1990,14"),
      { field: "successors", got: "14" },
    ],
  ])("refuses %s", (_, text, error) => {
    expect(parseAreacodes(text)).toMatchObject({ ok: false, error });
  });

  test.each([
    ["both in use", "130000,河北省,,甲,省级,在用,1981,,", "130000,河北省,,乙,省级,在用,1990,,"],
    [
      "one within the other",
      "130000,河北省,,甲,省级,弃用,1981,1995,",
      "130000,河北省,,乙,省级,在用,1990,,",
    ],
  ])("refuses two facts of one code at a time: %s", (_, one, other) => {
    expect(parseAreacodes(csv(one, other))).toEqual({
      ok: false,
      error: { code: "GAZETTE_FILE_OVERLAP", line: 3, other: 2 },
    });
  });

  const published = new URL("../../../../shared/data/areacodes/result.csv", import.meta.url);
  test.skipIf(!existsSync(published))(
    "reads the published file (skipped where it is not at hand)",
    () => {
      const parsed = parseAreacodes(readFileSync(published, "utf8"));
      expect(parsed.ok && parsed.value.length).toBe(6823);
      expect(parsed.ok && parsed.value.filter(({ to }) => to === undefined).length).toBe(3213);
    },
  );
});

describe("a register file", () => {
  const facts = loadRegister();

  test("is read as it was written", () => {
    expect(parseRegister(formatRegister(facts))).toEqual({ ok: true, value: facts });
  });

  test("leaves out an English name where there is none", () => {
    const [fact] = facts;
    const plain = fact === undefined ? [] : [{ ...fact, names: { zh: fact.names.zh } }];
    expect(parseRegister(formatRegister(plain))).toEqual({ ok: true, value: plain });
  });

  const file = (...rows: unknown[]) =>
    JSON.stringify({ format: "cityid/register/v1", sources: ["law"], facts: rows });
  const good = ["130100", "石家庄市", "Shijiazhuang", "2002-12", "", [], 0];
  const but = (at: number, value: unknown) => file(good, good.with(at, value as string));

  test.each([
    ["what is no JSON", "{", { code: "GAZETTE_FILE_JSON" }],
    ["null", "null", { code: "GAZETTE_FILE_JSON" }],
    [
      "another format",
      '{"format":"x"}',
      { code: "GAZETTE_FILE_JSON", format: "cityid/register/v1" },
    ],
    ["a fact that is no list", file(7), { code: "GAZETTE_FILE_FIELD", line: 1, field: "fact" }],
    ["no code", but(0, "13"), { line: 2, field: "code", got: "13" }],
    ["no name", but(1, ""), { field: "zh" }],
    ["an English name that is no text", but(2, 1), { field: "en" }],
    ["no beginning", but(3, "2002-13"), { field: "from", got: "2002-13" }],
    ["a day that no month has", but(3, "2002-02-30"), { field: "from" }],
    ["an end that is no date", but(4, "later"), { field: "to", got: "later" }],
    ["successors that are no list", but(5, "130200"), { field: "successors" }],
    ["a successor that is no code", but(5, ["1302"]), { field: "successors" }],
    ["a source that is not there", but(6, 1), { field: "source", got: "1" }],
  ])("refuses %s", (_, text, error) => {
    expect(parseRegister(text)).toMatchObject({ ok: false, error });
  });
});

describe("parseGb2260", () => {
  test("reads names by codes", () => {
    expect(parseGb2260('{"130000":"河北省"}', "2002-12")).toEqual({
      ok: true,
      value: { date: "2002-12", names: { "130000": "河北省" } },
    });
  });

  test.each([
    ["what is no JSON", "{", { code: "GAZETTE_FILE_JSON", format: "gb2260" }],
    ["a list", "[]", { code: "GAZETTE_FILE_JSON" }],
    [
      "no code",
      '{"130000":"河北省","13":"x"}',
      { code: "GAZETTE_FILE_FIELD", field: "code", got: "13" },
    ],
    ["no name", '{"130000":""}', { code: "GAZETTE_FILE_FIELD", line: 1, field: "name" }],
  ])("refuses %s", (_, text, error) => {
    expect(parseGb2260(text, "2002-12")).toMatchObject({ ok: false, error });
  });
});
