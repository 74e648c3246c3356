import fc from "fast-check";
import { type Code, parseCode } from "../../../src/core/code/index.ts";

const UPPER = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const characters = (max: number, set = UPPER) =>
  fc.array(fc.constantFrom(...set), { minLength: 1, maxLength: max }).map((all) => all.join(""));

const pair = fc.nat({ max: 99 }).map((n) => String(n).padStart(2, "0"));
const chinese = fc
  .tuple(fc.integer({ min: 1, max: 99 }), pair, pair)
  .map(
    ([province, prefecture, county]) =>
      `${String(province).padStart(2, "0")}${prefecture}${county}`,
  )
  .map((digits) => digits.replace(/(?:00)+$/, ""))
  .filter((digits) => digits.length % 2 === 0);
const node = fc
  .tuple(fc.constantFrom(...UPPER), characters(6, [...UPPER, "-"]), fc.boolean())
  .map(([first, rest, long]) => (long ? first + rest : first));
const list = (max: number) =>
  fc.array(node, { minLength: 1, maxLength: max }).map((all) => all.join("."));

const root = fc.oneof(
  fc.constant("MA"),
  fc.constant("MA.156"),
  fc
    .tuple(chinese, fc.array(characters(8), { maxLength: 3 }))
    .map(([division, departments]) => ["MA.156", division, ...departments].join(".")),
  fc
    .tuple(fc.constantFrom("004", "276", "840"), characters(9))
    .map(([country, division]) => `MA.${country}.${division}`),
);

/** Any code there can be, of at most 60 characters. */
export const anyCode: fc.Arbitrary<Code> = fc
  .tuple(root, fc.option(list(3)), fc.option(list(4)))
  .map(
    ([start, classes, items]) => start + (classes ? `/${classes}${items ? `/${items}` : ""}` : ""),
  )
  .filter((text) => text.length <= 60)
  .map(code);

/** Text that looks much like a code, and mostly is none. */
export const nearCode: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      "MA",
      "156",
      "13",
      "00",
      "01",
      "A",
      "-",
      ".",
      ".",
      ".",
      "/",
      "/",
      "a",
      "９",
      "LAMP",
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(""));

/** A code that the test knows to be one. */
export function code(text: string): Code {
  const parsed = parseCode(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.code}`);
  return parsed.value;
}
