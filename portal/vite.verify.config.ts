import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { Licences } from "../scripts/lib/licences.mjs";
import { offlineFiles } from "./build/offline.ts";

const dist = (path: string) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

const licences = new Licences();

// The page /verify by itself, so that it shares no chunk with the rest of the portal (docs/adr/0053). Runs after the other build.
export default defineConfig({
  plugins: [offlineFiles("verify"), licences.plugin("licences/verify.txt")],
  publicDir: false,
  resolve: {
    alias: {
      "cityid/sdk": dist("sdk/index.js"),
      "cityid/verify/seal": dist("verify/seal/index.js"),
      // Signatures by WebCrypto, and arithmetic of our own only where that lacks the curve (docs/adr/0034).
      "#crypto": dist("crypto/web-verifier.js"),
    },
  },
  worker: { format: "es", plugins: () => [licences.plugin()] },
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    // The larger decoder.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // A machine that is slow for the moment is nothing to warn of.
      checks: { pluginTimings: false },
      input: {
        verify: fileURLToPath(new URL("verify.html", import.meta.url)),
        "verify-sw": fileURLToPath(new URL("src/plain/sw.ts", import.meta.url)),
      },
      output: {
        entryFileNames: ({ name }) =>
          name === "verify-sw" ? "verify-sw.js" : "assets/[name]-[hash].js",
      },
    },
  },
});
