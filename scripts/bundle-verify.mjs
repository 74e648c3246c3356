// Bundles cityid/verify for browsers: `verify.js`, one file, and beside it `ed25519.js`, which it imports only where
// WebCrypto has no Ed25519. docs/adr/0034. `node scripts/bundle-verify.mjs [folder]`, after tsc.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const OUT = process.argv[2] ?? `${DIST}/browser`;
const FALLBACK = "ed25519-noble.js";

/** The fallback stays a file of its own, and brings along what it needs: nobody else loads any of it. */
const apart = {
  name: "apart",
  resolveId: (id, _, { kind }) =>
    kind === "dynamic-import" && id.endsWith(FALLBACK)
      ? { id: "./ed25519.js", external: true }
      : undefined,
};

await bundle("verify.js", `${DIST}/verify/index.js`, [apart]);
await bundle("ed25519.js", `${DIST}/crypto/${FALLBACK}`, []);

async function bundle(name, input, plugins) {
  const build = await rolldown({
    input,
    plugins,
    platform: "browser",
    resolve: { alias: { "#crypto": `${DIST}/crypto/web-verifier.js` } },
    onLog: (_, { message }) => {
      throw new Error(message);
    },
  });
  await build.write({ file: resolve(OUT, name), format: "esm", minify: true });
  await build.close();
}
