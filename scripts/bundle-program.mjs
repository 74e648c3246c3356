// Bundles the program `cityid` and the workers of its node into few files, so that a command starts in a third of the time that
// hundreds of modules take. docs/adr/0069. `node scripts/bundle-program.mjs [folder]`, after tsc.
//
// A module finds its neighbours (workers, data, pages) by its own place. In a bundle it keeps the place that it had in dist/,
// below a folder that lies beside dist/: so the same relative paths lead to the same files, and to bundled workers.
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { discard } from "./lib/discard.mjs";
import { Licences } from "./lib/licences.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const OUT = resolve(process.argv[2] ?? fileURLToPath(new URL("../bin", import.meta.url)));
const ENTRIES = [
  "cli/main",
  "data/exports/worker",
  "data/store/worker",
  "ledger/embedded/index-db/reader-worker",
  "ledger/embedded/index-db/writer-worker",
  "ledger/embedded/map-thread/worker",
  "ledger/embedded/signature-pool/worker",
];
/** They load a library of the system, from their own folder. */
const NATIVE = ["sodium-native", "libsql"];
const OWN_URL = "import.meta.url";
const PLACE = /__placeOf\("([^"]+)"\)/gu;

const keepsPlace = {
  name: "keeps-place",
  transform(code, id) {
    if (!id.startsWith(`${DIST}/`) || !code.includes(OWN_URL)) return undefined;
    return { code: code.replaceAll(OWN_URL, `__placeOf("${relative(DIST, id)}")`) };
  },
  renderChunk(code, { fileName }) {
    const placed = (_, module) =>
      `new URL("${relative(dirname(fileName), module)}", import.meta.url).href`;
    return { code: code.replace(PLACE, placed) };
  },
};

discard(OUT);
const build = await rolldown({
  input: Object.fromEntries(ENTRIES.map((name) => [name, `${DIST}/${name}.js`])),
  plugins: [keepsPlace, new Licences().plugin("licences.txt")],
  platform: "node",
  external: NATIVE,
  resolve: { alias: { "#crypto": `${DIST}/crypto/node.js` } },
  onLog: (_, { message }) => {
    throw new Error(message);
  },
});
await build.write({
  dir: OUT,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "chunks/[name]-[hash].js",
});
await build.close();
