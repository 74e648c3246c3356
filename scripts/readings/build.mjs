// Makes data/readings-seattle-2012.json: real readings that the demonstration publishes as a dataset. Run it with the directory
// of vega-datasets 3.2.1, unpacked:
//
//   npm pack vega-datasets@3.2.1 && tar xzf vega-datasets-3.2.1.tgz
//   node scripts/readings/build.mjs package
//
// It writes the same bytes every time. The package has 42 MB of other things, so this project does not depend on it.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SHA256 = "0845078a290b48e3149ab8639966824110a251db4e06fc144c06ebb534af23be";
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("node scripts/readings/build.mjs DIRECTORY");

const bytes = readFileSync(join(directory, "data", "seattle-weather.csv"));
const sha256 = createHash("sha256").update(bytes).digest("hex");
if (sha256 !== SHA256) throw new Error(`seattle-weather.csv is another one: ${sha256}`);

const [head, ...rows] = bytes.toString().trim().split("\n");
if (head !== "date,precipitation,temp_max,temp_min,wind,weather") throw new Error(head);
const days = rows
  .map((row) => row.split(","))
  .filter(([date]) => date.startsWith("2012-"))
  .map(([date, ...said]) => [date, ...said.slice(0, 4).map(Number)]);

const source = {
  title: "Daily weather at Seattle-Tacoma Airport, 2012 (NOAA, National Climatic Data Center)",
  package: "vega-datasets 3.2.1, data/seattle-weather.csv",
  sha256,
  licence: "Work of the U.S. Government, not under copyright; the package is BSD-3-Clause",
};
const columns = ["date", "precipitation mm", "highest °C", "lowest °C", "wind m/s"];
const lines = days.map((day) => JSON.stringify(day)).join(",\n");
const text = `{"source":${JSON.stringify(source)},\n"columns":${JSON.stringify(columns)},\n"days":[\n${lines}\n]}\n`;
const target = new URL("../../data/readings-seattle-2012.json", import.meta.url);
writeFileSync(target, text);
console.log(`${days.length} days in ${target.pathname}`);
