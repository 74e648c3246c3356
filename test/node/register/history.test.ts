import { describe, expect, test } from "vitest";
import { inferSuccessors } from "../../../src/node/register/kinship.ts";
import { cleanRevision, collapseRevisions } from "../../../src/node/register/revisions.ts";
import { applyChanges, type Change } from "../../../src/node/register/succession.ts";

function spansOf(...revisions: { [digits: string]: string }[]) {
  return collapseRevisions(revisions.map((names, index) => ({ date: `${2001 + index}`, names })));
}

function traced(...revisions: { [digits: string]: string }[]) {
  return applyChanges(spansOf(...revisions), []);
}

const change = (date: string, from: string[], to: string[]): Change => ({
  date,
  from,
  to,
  source: "law",
});

describe("collapseRevisions", () => {
  test("keeps a name open as long as revisions show it", () => {
    expect(spansOf({ "130100": "甲市" }, { "130100": "甲市" })).toEqual([
      { digits: "130100", name: "甲市", from: "2001", last: "2002" },
    ]);
  });

  test("ends a name where another takes its place, and a code where it is gone", () => {
    expect(spansOf({ "130100": "甲市" }, { "130100": "乙市" }, {}, {})).toEqual([
      { digits: "130100", name: "甲市", from: "2001", last: "2001", to: "2002" },
      { digits: "130100", name: "乙市", from: "2002", last: "2002", to: "2003" },
    ]);
  });

  test("passes over what one revision alone leaves out, but not two", () => {
    const named = { "130100": "甲市" };
    expect(spansOf(named, {}, named)).toHaveLength(1);
    expect(spansOf(named, {}, {}, named)).toMatchObject([{ to: "2002" }, { from: "2004" }]);
  });

  test("does not pass over a gap behind which another name stands", () => {
    expect(spansOf({ "130100": "甲市" }, {}, { "130100": "乙市" })).toMatchObject([
      { name: "甲市", to: "2002" },
      { name: "乙市", from: "2003" },
    ]);
  });
});

test("cleanRevision drops rows that are no divisions, and mends slips", () => {
  const names = {
    "110100": "市辖区",
    "110200": "县",
    "140501": "晋城市市辖区",
    "419000": "河南省-省直辖县级行政区划",
    "469000": "省直辖县级行政单位",
    "130171": "某开发区",
    "232761": "加格达奇区",
    "371700": "荷泽市",
    "130100": "石家庄市",
  };
  expect(cleanRevision({ date: "2005-06", names })).toEqual({
    date: "2005-06",
    names: { "371700": "菏泽市", "130100": "石家庄市" },
  });
});

describe("applyChanges", () => {
  const spans = spansOf({ "130100": "甲市", "130200": "乙市" }, { "130100": "甲市" });

  test("puts the exact date in place of the revision, and names the successor", () => {
    const [, gone] = applyChanges(spans, [change("2001-05-04", ["130200 乙市"], ["130100 甲市"])]);
    expect(gone).toMatchObject({
      name: "乙市",
      to: "2001-05-04",
      successors: [{ digits: "130100" }],
      sources: ["law"],
    });
  });

  test("adds what is newer than the last revision", () => {
    const changed = applyChanges(spans, [change("2010", ["130100 甲市"], ["130300 丙市"])]);
    expect(changed).toMatchObject([
      { to: "2010" },
      {},
      { digits: "130300", name: "丙市", from: "2010" },
    ]);
  });

  test("moves a beginning back to its date, and leaves alone what was there before", () => {
    const late = spansOf({ "130100": "甲市" }, { "130100": "甲市", "130300": "丙市" });
    const changed = applyChanges(late, [
      change("2001-03", [], ["130300 丙市"]),
      change("2001-04", [], ["130100 甲市"]),
    ]);
    expect(changed).toMatchObject([
      { digits: "130100", from: "2001-04" },
      { digits: "130300", from: "2001-03" },
    ]);
    expect(applyChanges(late, [change("2009", [], ["130300 丙市"])])).toEqual(
      applyChanges(late, []),
    );
  });

  test("refuses a change of what was never there, and one of many to many", () => {
    expect(() => applyChanges(spans, [change("2010", ["130900 无市"], [])])).toThrow(
      "there is no 130900 无市",
    );
    const both = ["130100 甲市", "130200 乙市"];
    expect(() => applyChanges(spans, [change("2010", both, both)])).toThrow("many to many");
  });
});

describe("inferSuccessors", () => {
  const heirsOf = (...revisions: { [digits: string]: string }[]) =>
    inferSuccessors(traced(...revisions)).map(({ digits, successors }) => [
      digits,
      ...successors.map((heir) => heir.digits),
    ]);

  test.each([
    ["the same name under another code", "孝义市", "孝义市"],
    ["a county that became a city", "滦县", "滦市"],
    ["a city that became a district", "即墨市", "即墨区"],
    ["a county whose whole name became a district's", "赣县", "赣县区"],
  ])("finds %s", (_, before, after) => {
    expect(heirsOf({ "130181": before }, { "130109": after })).toContainEqual(["130181", "130109"]);
  });

  test("finds a new name under the same code", () => {
    expect(heirsOf({ "130181": "甲县" }, { "130181": "乙县" })).toEqual([
      ["130181", "130181"],
      ["130181"],
    ]);
  });

  test("takes a code that was used again for no new name", () => {
    const heirs = heirsOf(
      { "130125": "甲县", "130130": "乙县" },
      { "130121": "甲县", "130125": "乙县" },
    );
    expect(heirs).toContainEqual(["130125", "130121"]);
    expect(heirs).toContainEqual(["130130", "130125"]);
  });

  test("takes a code that went to another place for no new name either, where its own name is gone", () => {
    const heirs = heirsOf({ "130125": "甲县", "130130": "乙县" }, { "130125": "乙县" });
    expect(heirs).toEqual([["130125"], ["130125"], ["130130", "130125"]]);
  });

  test.each([
    ["in another province", { "130181": "甲市" }, { "140181": "甲市" }],
    ["of a name that every city has", { "130102": "郊区" }, { "130111": "郊县" }],
    ["where two could be it", { "130181": "甲市" }, { "130182": "甲县", "130183": "甲区" }],
    ["where two could come from it", { "130181": "甲市", "130121": "甲县" }, { "130109": "甲区" }],
  ])("finds none %s", (_, before, after) => {
    expect(heirsOf(before, after).filter((heirs) => heirs.length > 1)).toEqual([]);
  });

  test("leaves what is known as it is", () => {
    const known = applyChanges(
      spansOf({ "130181": "甲县", "130182": "丁县" }, { "130181": "乙县", "130182": "丁县" }),
      [change("2002", ["130181 甲县"], ["130182 丁县"])],
    );
    expect(inferSuccessors(known)[0]?.successors).toEqual([{ digits: "130182" }]);
  });
});
