import { describe, expect, test } from "vitest";
import { EMPTY_ROOT, hashLeaf, rangePath, rootOf, treeOf, utf8 } from "../../src/core/index.ts";
import { verifyChildrenPage } from "../../src/verify/index.ts";

const codes = Array.from({ length: 7 }, (_, i) => `MA.156.1301.0${i}`);
const tree = treeOf(codes.map((code) => hashLeaf(utf8(code))));
const children = { count: 7, root: rootOf(tree) };

describe("a page of children", () => {
  test("proves itself wherever it begins and ends", () => {
    for (let start = 0; start < 7; start++) {
      for (let end = start + 1; end <= 7; end++) {
        const page = { start, codes: codes.slice(start, end), path: rangePath(tree, start, end) };
        expect(verifyChildrenPage(page, children)).toEqual({ ok: true, value: undefined });
      }
    }
  });

  test("of no children is the hash of nothing", () => {
    const none = { start: 0, codes: [], path: [] };
    expect(verifyChildrenPage(none, { count: 0, root: EMPTY_ROOT }).ok).toBe(true);
    expect(verifyChildrenPage(none, children)).toMatchObject({ error: { code: "PROOF_RANGE" } });
  });

  test("is refused with one left out, one added or two exchanged", () => {
    const path = rangePath(tree, 2, 5);
    const [a = "", b = "", c = ""] = codes.slice(2, 5);
    const verdict = (page: readonly string[]) =>
      verifyChildrenPage({ start: 2, codes: page, path }, children);
    expect(verdict([a, b, c]).ok).toBe(true);
    expect(verdict([a, c])).toMatchObject({ error: { code: "PROOF_LENGTH" } });
    expect(verdict([a, b, b, c])).toMatchObject({ ok: false });
    expect(verdict([b, a, c])).toMatchObject({ error: { code: "PROOF_ROOT" } });
  });

  test("of another moment has another root", () => {
    const later = {
      count: 8,
      root: rootOf(treeOf([...codes, "new"].map((code) => hashLeaf(utf8(code))))),
    };
    const page = { start: 0, codes, path: [] };
    expect(verifyChildrenPage(page, children).ok).toBe(true);
    expect(verifyChildrenPage(page, later)).toMatchObject({ error: { code: "PROOF_LENGTH" } });
  });
});
