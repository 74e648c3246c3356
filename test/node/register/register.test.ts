import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readParts } from "../../../scripts/register/parts.mjs";
import {
  type Code,
  codeFromGbt2260,
  encodeCbor,
  gbt2260FromCode,
  MAX_FACTS,
  MAX_ITEMS,
  MAX_OPERATION_BYTES,
  MAX_SUCCESSORS,
} from "../../../src/core/index.ts";
import {
  buildRegister,
  type Fact,
  formatRegister,
  gazetteItems,
  gazetteOperations,
  loadRegister,
  noDivision,
  parseAreacodes,
} from "../../../src/node/register/index.ts";

const file = readFileSync(new URL("../../../data/register-156.json", import.meta.url), "utf8");
const facts = loadRegister();
const parts = readParts();

const byCode = new Map<Code, Fact[]>();
for (const fact of facts) byCode.set(fact.code, [...(byCode.get(fact.code) ?? []), fact]);

function factsOf(digits: string): readonly Fact[] {
  const code = codeFromGbt2260(digits);
  return (code.ok && byCode.get(code.value)) || [];
}

function isLive(digits: string): boolean {
  return factsOf(digits).some(({ to }) => to === undefined);
}

test("is what the packages and the table of changes make: scripts/register/build.mjs was run", () => {
  expect(formatRegister(buildRegister(parts))).toBe(file);
});

test("is small", () => {
  expect(Buffer.byteLength(file)).toBeLessThan(1_500_000);
});

describe("the facts of the register", () => {
  test("stand in order, do not overlap, and are few enough for one code", () => {
    for (const [code, of] of byCode) {
      expect(of.length, code).toBeLessThanOrEqual(MAX_FACTS);
      for (const [index, { from, to, successors = [] }] of of.entries()) {
        // By text, as the ledger compares them.
        if (to !== undefined) expect(to >= from, `${code} ${from}`).toBe(true);
        if (index > 0) expect((of[index - 1]?.to ?? "open") <= from, `${code} ${from}`).toBe(true);
        expect(successors.length).toBeLessThanOrEqual(MAX_SUCCESSORS);
      }
    }
    expect([...byCode.keys()]).toEqual([...byCode.keys()].sort());
  });

  test("lead to successors that were there when their predecessor ended", () => {
    const day = (date: string) => date + "-01-01".slice(date.length - 4);
    for (const { code, to = "", successors = [] } of facts) {
      for (const heir of successors) {
        const there = byCode.get(heir.code)?.some((fact) => {
          return day(fact.from) <= day(to) && (fact.to === undefined || day(fact.to) > day(to));
        });
        expect(there, `${code} to ${heir.code}`).toBe(true);
      }
    }
  });

  test("have a Chinese and an English name", () => {
    for (const { code, names } of facts) {
      expect(names.zh, code).toMatch(/^\p{Script=Han}+$/u);
      expect(names.en, code).toMatch(/^\p{Lu}[\p{L}' -]+$/u);
    }
  });
});

describe("the present", () => {
  const rows = Object.entries(parts.table.names);
  const divisions = rows.filter(([digits, name]) => noDivision(digits, name) === undefined);
  const changed = new Set(parts.changes.flatMap(({ from }) => from));
  // The package keeps what ended since 2020 beside what came of it.
  const ended = divisions.filter(([digits, name]) => changed.has(`${digits} ${name}`));

  test("has every division of the table, save those that are known to have ended", () => {
    expect(rows.length).toBe(3682);
    expect(divisions.length).toBe(3255);
    expect(ended.length).toBe(23);
    const alive = divisions.filter((row) => !ended.includes(row));
    expect(alive.filter(([digits]) => !isLive(digits))).toEqual([]);
    expect(
      ended.filter(([digits, name]) =>
        factsOf(digits).some((fact) => fact.to === undefined && fact.names.zh === name),
      ),
    ).toEqual([]);
  });

  const live = facts.filter(({ to }) => to === undefined).map(({ code }) => gbt2260FromCode(code));

  test("has nothing else but what is newer than the table", () => {
    const inTable = new Set(divisions.map(([digits]) => digits));
    expect(live.filter((digits) => digits !== undefined && !inTable.has(digits))).toEqual([
      "460302",
      "460303",
      "540481",
      "540581",
      "653228",
      "653229",
      "659012",
    ]);
  });

  const published = new URL("../../../../shared/data/areacodes/result.csv", import.meta.url);
  test.skipIf(!existsSync(published))(
    "is that of areacodes, which has no districts of Hong Kong and Macao (skipped where it is not at hand)",
    () => {
      const others = parseAreacodes(readFileSync(published, "utf8"));
      const theirs = others.ok ? others.value.filter(({ to }) => to === undefined) : [];
      const ours = live.filter((digits) => !/^8[12]00(?!00)/.test(digits ?? ""));
      expect(ours).toEqual(theirs.map(({ code }) => gbt2260FromCode(code)));
    },
  );

  test("has 34 provinces, and the cities of the demonstration", () => {
    expect(facts.filter(({ level, to }) => level === "province" && to === undefined)).toHaveLength(
      34,
    );
    expect(factsOf("130100")).toMatchObject([{ names: { zh: "石家庄市", en: "Shijiazhuang" } }]);
    expect(factsOf("460100")).toMatchObject([{ names: { zh: "海口市" }, level: "prefecture" }]);
    expect(isLive("130600")).toBe(true);
  });

  test("leaves out headings of tables and zones of the statistical office", () => {
    expect(factsOf("110100")).toEqual([]);
    expect(factsOf("130101")).toEqual([]);
    expect(factsOf("130171")).toEqual([]);
    expect(rows.filter(([digits, name]) => noDivision(digits, name) === "heading")).toHaveLength(
      285,
    );
    expect(
      rows.filter(([digits, name]) => noDivision(digits, name) === "statistical"),
    ).toHaveLength(142);
  });
});

describe("the past", () => {
  test("has every division of every revision", () => {
    for (const { date, names } of parts.revisions) {
      const missing = Object.entries(names).filter(([digits, name]) => {
        return noDivision(digits, name) === undefined && factsOf(digits).length === 0;
      });
      expect(missing, date).toEqual([]);
    }
  });

  test("knows that Laiwu joined Jinan", () => {
    expect(factsOf("371200")).toMatchObject([
      { names: { zh: "莱芜市" }, to: "2018-12-26", successors: [{ code: "MA.156.3701" }] },
    ]);
    expect(isLive("370100")).toBe(true);
  });

  test("knows that Chaohu was divided among three", () => {
    expect(factsOf("341400")).toMatchObject([
      {
        to: "2011-08-22",
        successors: [{ code: "MA.156.3401" }, { code: "MA.156.3402" }, { code: "MA.156.3405" }],
      },
    ]);
  });

  test.each([
    ["420600", ["襄樊市", "襄阳市"], "2010-12-09"],
    ["530800", ["思茅市", "普洱市"], "2007-01-21"],
    ["371324", ["苍山县", "兰陵县"], "2014-10"],
  ])("knows the new name of %s", (digits, names, since) => {
    expect(factsOf(digits).map((fact) => fact.names.zh)).toEqual(names);
    expect(factsOf(digits)[1]).toMatchObject({ from: since });
  });

  test.each([
    ["419001", ["义马市", "济源市"]],
    ["410307", ["洛龙区", "偃师区"]],
    ["232701", ["加格达奇区", "漠河市"]],
    ["469025", ["定安县", "白沙黎族自治县"]],
    ["500111", ["双桥区", "大足区"]],
  ])("knows that %s was used again for another place", (digits, names) => {
    expect(factsOf(digits).map((fact) => fact.names.zh)).toEqual(names);
  });

  test("follows a county that only changed its code", () => {
    expect(factsOf("469025")[0]?.successors).toEqual([{ code: "MA.156.469021" }]);
    expect(factsOf("142301")[0]).toMatchObject({ successors: [{ code: "MA.156.141181" }] });
  });
});

describe("gazetteOperations", () => {
  const operations = gazetteOperations(gazetteItems(facts));

  test("carries every fact once, in order, within the limits of an operation", () => {
    const carried = operations.flatMap(({ items }) =>
      items.flatMap(({ code, add = [] }) => add.map((fact) => ({ code, ...fact }))),
    );
    expect(carried).toEqual(facts);
    for (const operation of operations) {
      expect(operation.items.length).toBeLessThanOrEqual(MAX_ITEMS);
      expect(encodeCbor(operation).length).toBeLessThan(MAX_OPERATION_BYTES - 256);
    }
  });

  test("is the same whatever order the facts come in", () => {
    expect(gazetteOperations(gazetteItems(facts.toReversed()))).toEqual(operations);
  });

  test("of nothing is nothing", () => {
    expect(gazetteOperations([])).toEqual([]);
  });
});
