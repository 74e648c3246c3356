import { readdirSync } from "node:fs";
import { expect, test } from "vitest";

// A file that no suite reads would be a promise that nobody keeps.
test("every file of vectors/code is read by a suite", () => {
  const files = readdirSync(new URL("../../../vectors/code/", import.meta.url));
  expect(files.sort()).toEqual(["check.txt", "invalid.txt", "read.txt", "uic.txt", "valid.txt"]);
});
