// Data as others read it, judged by programs that nobody here wrote. Usage: main.mjs VENV [ENTITIES]; check-data.sh makes the
// virtual environment.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { answerOf, check, run } from "../check.mjs";
import { checkFeatures } from "./features.mjs";
import { checkWithSchemathesis } from "./schemathesis.mjs";
import { boxOf, describeClosed, fillTo, startDataNode } from "./world.mjs";

const [venv, entities = "50000"] = process.argv.slice(2);
const python = join(venv, "bin", "python");
const here = (name) => new URL(name, import.meta.url).pathname;
const began = performance.now();
const say = (what) => console.log(`${what} (${Math.round((performance.now() - began) / 1000)}s)`);

say("a node with codes, and an open dataset of 1 000 things");
const node = await startDataNode();
const { world, collection, dataset, lamps } = node;
// As check-data.sh ends this when its time is over.
process.once("SIGTERM", () => world.end().then(() => process.exit(1)));
try {
  await fillTo(node, 1000);
  say("both descriptions are valid");
  await checkDescriptions();
  say("the catalogue is DCAT-AP 3");
  await checkCatalogue();
  say("the abstract tests of OGC API Features, Part 1 and Part 2");
  const { done } = await checkFeatures(`${world.url}/ogc`);
  check(done > 1000, `${done} checks of the abstract tests passed`);
  say("schemathesis");
  await checkWithSchemathesis(join(venv, "bin", "st"), world);
  say(`a dataset of ${entities} things`);
  await fillTo(node, Number(entities));
  say("GDAL");
  await checkWithGdal();
  say("QGIS");
  await checkWithQgis();
  say("Parquet");
  await checkParquet();
  say("every program that nobody here wrote agrees");
} finally {
  await world.end();
}

/** How many features each collection has. */
function sizes() {
  return Object.entries({ "kind.thing": lamps, [collection]: node.entities });
}

async function checkDescriptions() {
  for (const path of ["/openapi.json", "/ogc/api"]) {
    const file = join(world.root, "description.json");
    writeFileSync(file, await (await fetch(world.url + path)).text());
    const said = await answerOf(python, ["-m", "openapi_spec_validator", file]);
    check(said.trim().endsWith("OK"), `${path}: openapi-spec-validator finds nothing`);
  }
}

/** Of an open dataset, of one that has to be asked for, and of both. */
async function checkCatalogue() {
  const codes = [dataset, await describeClosed(node)];
  for (const path of ["/catalog", ...codes.map((code) => `/catalog/${encodeURIComponent(code)}`)]) {
    const file = join(world.root, "catalogue.jsonld");
    writeFileSync(file, await (await fetch(world.url + path)).text());
    const said = await answerOf(python, [here("shacl.py"), file]);
    check(/^shapes=[1-9]\d{2,} triples=[1-9]\d+ conforms=True\n$/.test(said), `${path}: ${said}`);
  }
}

async function checkWithGdal() {
  const source = `OAPIF:${world.url}/ogc`;
  for (const [name, count] of sizes()) {
    const told = await answerOf("ogrinfo", ["-so", source, name]);
    check(told.includes(`Feature Count: ${count}\n`), `ogrinfo counts ${count} in ${name}`);
  }
  const file = join(world.root, "all.csv");
  const paged = await traced("ogr2ogr", ["-oo", "PAGE_SIZE=1000", "-lco", "GEOMETRY=AS_XY", file, source, collection]);
  const rows = readFileSync(file, "utf8").trimEnd().split("\n").length - 1;
  const pages = paged.filter((url) => url.includes("cursor=")).length + 1;
  check(rows === node.entities && pages >= node.entities / 1000, `ogr2ogr reads ${rows} features in ${pages} pages`);
  const box = boxOf(6, 7);
  const inBox = await answerOf("ogrinfo", ["-so", "-spat", ...box, source, collection]);
  check(inBox.includes("Feature Count: 42\n"), "ogrinfo counts 42 in a box");
  const asked = await traced("ogrinfo", ["-al", "-spat", ...box, source, collection]);
  check(asked.some((url) => url.includes("bbox=")), "and leaves the box to the node");
}

/** What a program of GDAL asked for. */
async function traced(program, args) {
  const { status, stderr } = await run(program, ["--debug", "on", ...args]);
  check(status === 0, `${program} ends well`);
  return [...stderr.matchAll(/HTTP: Fetch\((\S+)\)/g)].map(([, url]) => url);
}

async function checkWithQgis() {
  const environment = ["HOME", "XDG_RUNTIME_DIR"].map((name) => `${name}=${world.root}`);
  for (const [name, count] of sizes()) {
    const counting = [...environment, "/usr/bin/python3", here("qgis_count.py"), `${world.url}/ogc`, name];
    const said = await answerOf("env", counting);
    const { numberMatched } = await json(`/ogc/collections/${name}/items?limit=1`);
    check(numberMatched === count, `${name} has ${count} features`);
    check(said.includes(`told=${count} read=${count}\n`), `QGIS: ${said}`);
  }
}

async function checkParquet() {
  const file = join(world.root, "all.parquet");
  const answer = await fetch(`${world.url}/v1/datasets/${encodeURIComponent(dataset)}/export?format=parquet&of=entities`);
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  const said = await answerOf(python, [here("parquet_count.py"), file, "pm25"]);
  const connection = await (await DuckDBInstance.create()).connect();
  const read = await connection.runAndReadAll(`SELECT count(*)::INT, sum(pm25)::INT FROM read_parquet('${file}')`);
  const [[rows, sum]] = read.getRows();
  const want = Array.from({ length: node.entities }, (_, n) => n % 300).reduce((a, b) => a + b, 0);
  check(rows === node.entities && sum === want, `DuckDB reads ${rows} rows, sum ${sum}`);
  check(said.startsWith(`rows=${rows} sum=${sum} `), `pandas: ${said}`);
}

async function json(path) {
  return (await fetch(world.url + path)).json();
}
