import { describe, expect, test } from "vitest";
import { refusalWords } from "../../src/cli/refusal-words.ts";
import { filesBelow, read } from "../repo/sources.ts";

/** What somebody can meet who applies, issues, keeps or decides. */
const codes = [
  ...read("docs/errors.md").matchAll(
    /^\| `((?:AUTH|STATE|ADMIT|RESOLVE|DATA_PLATE(?!S))_?\w*|GAZETTE_(?!FILE)\w+)` /gm,
  ),
].map(([, code = ""]) => code);
const more = [
  "OP_IAT",
  "OP_AUDIENCE",
  "HTTP_BUSY",
  "HTTP_STALLED",
  "HTTP_STOPPED",
  "HTTP_FORBIDDEN",
  "HTTP_NOT_FOUND",
  "HTTP_PARAMETER",
].concat("LEDGER_CLOCK", "LEDGER_RESTORED", "POLICY_WITNESS_OWN");

const sources = [...filesBelow("src/core", ".ts"), ...filesBelow("src/server", ".ts")].map(read);

/** The facts that the types of a refusal name. */
function factsOf(code: string): ReadonlySet<string> {
  const shapes = sources.flatMap((source) => [
    ...source.matchAll(new RegExp(`code: "${code}"[^}]*`, "g")),
  ]);
  return new Set(
    shapes.flatMap(([shape]) =>
      [...shape.matchAll(/(?:readonly )?(\w+)\??:/g)].map(([, name = ""]) => name),
    ),
  );
}

describe("a refusal, to somebody at the command line", () => {
  test("is known by more than seventy codes", () => {
    expect(codes.length).toBeGreaterThan(70);
  });

  test.each([...codes, ...more])(
    "%s says what is wrong and what to do, in both languages",
    (code) => {
      const words = refusalWords(code);
      if (words === undefined) throw new Error(`no words for ${code}`);
      for (const { en, zh } of [words.what, words.remedy]) {
        expect(en).toMatch(/^[^\p{Script=Han}]+[.)]$/u);
        expect(zh).toMatch(/\p{Script=Han}.*[。）]$/u);
      }
    },
  );

  test.each([...codes, ...more])("%s names no fact that the refusal does not bring", (code) => {
    const words = refusalWords(code);
    const texts = words ? [words.what.en, words.what.zh, words.remedy.en, words.remedy.zh] : [];
    const named = texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const facts = factsOf(code);
    expect(facts.size).toBeGreaterThan(0);
    expect(named.filter((name = "") => !facts.has(name))).toEqual([]);
  });
});
