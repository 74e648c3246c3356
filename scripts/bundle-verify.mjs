// Bundles cityid/verify and cityid/verify/seal for browsers: `verify.js` and `seal.js`, each a whole file, and beside them
// `ed25519.js` and `p256.js`, which they import only where WebCrypto lacks the curve. docs/adr/0034, 0049.
// `node scripts/bundle-verify.mjs [folder]`, after tsc.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { Licences } from "./lib/licences.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const OUT = process.argv[2] ?? `${DIST}/browser`;
const FALLBACKS = { "ed25519.js": "ed25519-noble.js", "p256.js": "p256-noble.js" };

/** A fallback stays a file of its own, and brings along what it needs: nobody else loads any of it. */
const apart = {
  name: "apart",
  resolveId: (id, _, { kind }) => {
    if (kind !== "dynamic-import") return undefined;
    const [name] = Object.entries(FALLBACKS).find(([, source]) => id.endsWith(source)) ?? [];
    return name && { id: `./${name}`, external: true };
  },
};

/** A phone checks one plate at a time: what reads many of them, or many texts, faster stays out of its file. */
const UNHURRIED = {
  "/core/seal/quick.js": "export const readQuickly = () => undefined;",
  "/core/cbor/short-text.js":
    "export const MAX_SHORT_BYTES = -1; export const shortAscii = () => undefined;",
};
const unhurried = {
  name: "unhurried",
  load: (id) => Object.entries(UNHURRIED).find(([file]) => id.endsWith(file))?.[1],
};

const licences = new Licences();
await bundle("verify.js", `${DIST}/verify/index.js`, [apart]);
await bundle("seal.js", `${DIST}/verify/seal/index.js`, [apart, unhurried]);
for (const [name, source] of Object.entries(FALLBACKS)) {
  await bundle(name, `${DIST}/crypto/${source}`, []);
}
writeFileSync(resolve(OUT, "licences.txt"), licences.text());

async function bundle(name, input, plugins) {
  const build = await rolldown({
    input,
    plugins: [...plugins, licences.plugin()],
    platform: "browser",
    resolve: { alias: { "#crypto": `${DIST}/crypto/web-verifier.js` } },
    onLog: (_, { message }) => {
      throw new Error(message);
    },
  });
  await build.write({ file: resolve(OUT, name), format: "esm", minify: true });
  await build.close();
}
