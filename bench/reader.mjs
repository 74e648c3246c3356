// Plates read in a second of one core by the reader of /verify, on pictures of 600 × 600, beside zxing-wasm in the same run.
// `node bench/reader.mjs [seconds]`, after npm ci. `--short` shows that every figure can be taken, not what it is.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const short = process.argv.includes("--short");
const SECONDS = short ? 1 : Number(process.argv[2] ?? 8);
const WARM_UP = short ? 1 : 20;
const BOUND = 150;
const SIDE = 600;

const { createReader } = await bundled("../portal/src/verify/scan/reader.ts");
const { drawPlate } = await bundled("../test/e2e/plate-pictures.ts");

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
const { buffer } = new Uint8Array(await readFile(wasm));
prepareZXingModule({ overrides: { wasmBinary: buffer } });

/** As long as a plate's text is: 411 digits are a seal. */
const digits = Array.from({ length: 411 }, (_, i) => (i * i + 7 * i) % 10).join("");
const text = `HTTPS://ID.EXAMPLE/MA.156.1301.02/LAMP/000123/${digits}`;
const POSES = {
  "straight on": { widthPixels: 400 },
  "tilted 30°": { widthPixels: 380, tilt: 30, turn: 10 },
  blurred: { widthPixels: 400, blur: 1.2 },
  dim: { widthPixels: 400, light: 0.25 },
};
const pictures = Object.entries(POSES).map(([name, pose], seed) => {
  const luma = drawPlate(text, { ...pose, seed: seed + 1 }, SIDE, SIDE);
  return { name, image: { width: SIDE, height: SIDE, data: rgbaOf(luma) } };
});

const reader = createReader(SIDE, SIDE, "picture");
const readers = {
  "reader of /verify": async (image) => reader.read(image).text,
  "zxing-wasm": async (image) => (await readBarcodes(image, { formats: ["QRCode"] }))[0]?.text,
};

for (const { name, image } of pictures) {
  // In turns, so that whatever else the machine does hits both alike.
  for (let i = 0; i < WARM_UP; i++) for (const read of Object.values(readers)) await read(image);
  const spent = Object.fromEntries(Object.keys(readers).map((each) => [each, { calls: 0, read: 0, milliseconds: 0 }]));
  const until = performance.now() + (SECONDS * 1000) / pictures.length;
  while (performance.now() < until) {
    for (const [each, read] of Object.entries(readers)) {
      // Of the processor, not of the clock: the machine may do other things meanwhile.
      const begun = process.cpuUsage();
      if ((await read(image)) === text) spent[each].read += 1;
      const { user, system } = process.cpuUsage(begun);
      spent[each].milliseconds += (user + system) / 1000;
      spent[each].calls += 1;
    }
  }
  const rates = Object.entries(spent).map(([each, { calls, read, milliseconds }]) => {
    return [each, 2 * read < calls ? 0 : (1000 * calls) / milliseconds];
  });
  const shown = rates.map(([each, rate]) => `${each} ${rate === 0 ? "does not read it" : `${Math.round(rate)}/s`}`);
  console.log(`${name.padEnd(12)} ${shown.join(", ")}`);
  const [[, own]] = rates;
  if (!short && name === "straight on" && own < BOUND) {
    console.log(`${Math.round(own)}/s is below the bound of ${BOUND}`);
    process.exitCode = 1;
  }
}

/** As a canvas gives it. */
function rgbaOf({ pixels }) {
  const data = new Uint8ClampedArray(4 * pixels.length);
  for (const [i, value] of pixels.entries()) data.set([value, value, value, 255], 4 * i);
  return data;
}

/** Node 20 runs no TypeScript. */
async function bundled(path) {
  const build = await rolldown({
    input: fileURLToPath(new URL(path, import.meta.url)),
    platform: "node",
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}
