import { readFileSync } from "node:fs";

/** The rows of a vector file: fields between tabs, without comments. */
export function readVectors(file: string): string[][] {
  const text = readFileSync(new URL(`../../../vectors/code/${file}`, import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => line.split("\t"));
}
