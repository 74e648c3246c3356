import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeSealFile } from "../../verify/seal-cases.ts";

const FILE = new URL("../../../vectors/seal/checks.json", import.meta.url);
const made = JSON.parse(JSON.stringify(makeSealFile())) as {
  readonly checks: readonly { readonly name: string }[];
};

if (process.env.UPDATE_VECTORS !== undefined) {
  writeFileSync(FILE, `${JSON.stringify(made, undefined, 1)}\n`);
}

describe("vectors/seal/checks.json", () => {
  it("is what the rules make today", () => {
    expect(made).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
  });

  it("names each case once", () => {
    const names = made.checks.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(names.length).toBeGreaterThan(70);
  });
});
