import { expect, test } from "vitest";
import { knownRegistrationKey, lineAbove } from "../../../src/core/state/line.ts";
import { codeKey, registrationKey } from "../../../src/core/state/map-keys.ts";
import { code } from "./kit.ts";

const codesAbove = (text: string) => lineAbove(code(text)).map((key) => key.slice("code/".length));

test("says what stands above a code, and by which keys, however many were asked for before", () => {
  for (let i = 0; i < 5000; i++) {
    const city = `MA.156.1301.${String(i).padStart(4, "0")}`;
    expect(codesAbove(`${city}/LAMP`)).toEqual([city, "MA.156.1301", "MA.156", "MA"]);
  }
  expect(lineAbove(code("MA.156"))).toEqual([codeKey(code("MA"))]);
  expect(lineAbove(code("MA"))).toEqual([]);
});

test("tells registrations apart whose ids begin alike, and is not moved by what becomes of the bytes", () => {
  const id = new Uint8Array(32).fill(7);
  const key = knownRegistrationKey(id);
  expect(key).toBe(registrationKey(id));
  expect(knownRegistrationKey(id.slice())).toBe(key);
  id[31] = 8;
  expect(knownRegistrationKey(id)).toBe(registrationKey(id));
  expect(knownRegistrationKey(new Uint8Array(32).fill(7))).toBe(key);
});
