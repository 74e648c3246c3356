import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  application,
  decodeCbor,
  fitShape,
  fromHex,
  operation,
  present,
} from "../../../src/core/index.ts";
import { discard } from "../../discard.ts";
import { makeValid, spelledAgain } from "./make-valid.ts";

const FOLDER = new URL("../../../vectors/op/valid/", import.meta.url);
const made = makeValid();

if (process.env.UPDATE_VECTORS !== undefined) {
  discard(FOLDER);
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of Object.entries(made)) {
    writeFileSync(new URL(`${name}.hex`, FOLDER), `${text}\n`);
  }
}

const files = readdirSync(FOLDER).sort();
const read = (file: string): string => readFileSync(new URL(file, FOLDER), "utf8").trim();
const cddl = readFileSync(new URL("../../../docs/spec/cityid.cddl", import.meta.url), "utf8");
const ruleOf = (file: string): string => file.slice(0, file.indexOf("--"));

describe("vectors of what the ledger is written in", () => {
  it("are what the rules make today", () => {
    expect(files).toEqual(
      Object.keys(made)
        .map((name) => `${name}.hex`)
        .sort(),
    );
    for (const file of files) expect(read(file), file).toBe(made[file.slice(0, -4)]);
  });

  it("are named after rules of the CDDL, and leave no operation, entry or value out", () => {
    const shown = new Set(files.map(ruleOf));
    for (const rule of shown) expect(cddl).toMatch(new RegExp(`^${rule} =`, "m"));
    const kinds = [...cddl.matchAll(/^([a-z]+) = \{ "op": "/gm)].map(([, kind]) => kind);
    expect(kinds.length).toBeGreaterThan(12);
    for (const kind of kinds) expect(shown).toContain(kind);
    for (const rule of [
      "genesis-entry",
      "import-entry",
      "block-entry",
      "chunk-entry",
      "chunk-taken",
    ]) {
      expect(shown).toContain(rule);
    }
  });

  it.each(files)("%s is deterministic, and fits its shape", (file) => {
    const bytes = present(fromHex(read(file)), file);
    expect(spelledAgain(bytes)).toEqual(bytes);
    const value = decodeCbor(bytes);
    if (!value.ok) throw new Error(value.error.code);
    const isOperation = cddl.includes(`\n${ruleOf(file)} = { "op": "`);
    if (!isOperation) return;
    const shape = ruleOf(file) === "application" ? application : operation;
    expect(fitShape<unknown>(shape as never, value.value).ok).toBe(true);
  });
});
