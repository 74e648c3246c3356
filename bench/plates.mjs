// Plates a second on one core: from a seal that was made to the sheets (PDF) and the archive of symbols beside them, as
// `cityid plates` prints them; and where the time goes. Time of the processor counts, so that other work on the machine does not. `node bench/plates.mjs [--short]`, after npm run build.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { filesOf } from "../dist/cli/plates/job.js";
import { LAYOUTS, RULES } from "../dist/cli/plates/layout.js";
import { drawPlate } from "../dist/cli/plates/plate.js";
import { printPlates } from "../dist/cli/plates/print.js";
import { sealPlan } from "../dist/cli/plates/seals.js";
import { symbolSvg } from "../dist/cli/plates/symbol-svg.js";
import { A4_MM, createPaper, qrSymbol } from "../dist/paper/index.js";
import { signerFromSeed } from "../dist/sdk/index.js";
import { discard } from "../scripts/lib/discard.mjs";

const isShort = process.argv.includes("--short");
const COUNT = isShort ? 480 : 2_400;
const ROUNDS = isShort ? 1 : 3;
const BOUND = 100;

const run = {
  say: ({ en }) => en,
  note: () => undefined,
  language: "zh",
  signal: new AbortController().signal,
  progress: () => ({ to: () => undefined, end: () => undefined }),
};
const names = ["中山西路与友谊大街交叉口东北角 12 号路灯", "槐安路路灯", "裕华路 45 号路灯杆", "建设大街地下通道出口路灯"];
const subjects = Array.from({ length: COUNT }, (_, i) => ({
  code: `MA.156.1301.02/LAMP/${String(i + 1).padStart(6, "0")}`,
  born: "09".repeat(32),
  name: `${names[i % names.length]}（${i}）`,
  owner: "石家庄市交通运输局",
}));
const signer = signerFromSeed(new Uint8Array(32).fill(7));
const kid = Buffer.from(signer.kid).toString("hex");

async function round(layout) {
  const { where } = LAYOUTS[layout];
  const directory = await mkdtemp(join(tmpdir(), "cityid-plates-"));
  try {
    const files = filesOf(directory);
    await writeFile(files.plan, subjects.map((each) => `${JSON.stringify(each)}\n`).join(""));
    const order = { parent: "MA.156.1301.02", layout, where, host: "id.example.org", sample: false, holder: "MA.156.1301.02", kid };
    const job = { format: "cityid/plates/v1", order, iat: 1_795_000_000, first: 0, count: COUNT, modules: 0, leftOut: { ended: 0, sealThemselves: 0 } };
    const began = performance.now();
    await sealPlan(run, job, files, signer);
    const sealed = performance.now();
    const before = process.cpuUsage();
    await printPlates(run, job, files);
    const { user, system } = process.cpuUsage(before);
    return {
      seal: COUNT / ((sealed - began) / 1000),
      print: COUNT / ((performance.now() - sealed) / 1000),
      printOfCpu: COUNT / ((user + system) / 1e6),
    };
  } finally {
    discard(directory);
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
let isMet = true;
for (const layout of Object.keys(LAYOUTS)) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await round(layout));
  const of = (what) => Math.round(median(rounds.map((each) => each[what])));
  isMet &&= of("printOfCpu") >= BOUND;
  console.log(`${String(of("printOfCpu")).padStart(8)}/s of processor time, ${of("print")}/s by the clock  ${layout}: printed, PDF and SVG (bound ${BOUND}); sealed before that ${of("seal")}/s`);
}

/** Microseconds of the processor for one call. */
function cost(work, calls = isShort ? 50 : 400) {
  for (let i = 0; i < calls / 4; i++) work(i);
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) work(i);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
const layout = LAYOUTS["A4-3x8"];
const { level } = RULES.indoors;
const content = { alphanumeric: "HTTPS://ID.EXAMPLE.ORG/MA.156.1301.02/LAMP/000123/", numeric: "0116878787828245071".repeat(17) };
const symbol = qrSymbol(content, level);
const paper = createPaper({ title: "x", language: "zh-CN", timeMilliseconds: 0 });
const canvas = paper.addPage(A4_MM);
const words = { ...subjects[0], printed: "MA.156.1301.02/LAMP/000123*7" };
const parts = {
  "the matrix of a symbol": () => qrSymbol(content, level),
  "drawing a plate": () => drawPlate(paper, canvas, { x: 0, y: 0 }, symbol, words, { layout, isSample: false }),
  "its symbol as SVG": () => symbolSvg(symbol, 30, words.code, undefined),
};
for (const [what, work] of Object.entries(parts)) console.log(`${String(Math.round(cost(work))).padStart(8)} µs ${what}`);
// The short form shows that the figures can be taken, not what they are.
if (!isMet && !isShort) process.exitCode = 1;
