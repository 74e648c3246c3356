import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { Licences } from "../scripts/lib/licences.mjs";
import { adoptStyles } from "./build/adopt-styles.ts";

const NODE = process.env.CITYID_NODE ?? "http://127.0.0.1:8156";
const API = [
  "/v1",
  "/log",
  "/demo",
  "/.well-known",
  "/readyz",
  "/healthz",
  "/alias",
  "/uic",
  "/MA",
];

const licences = new Licences();

export default defineConfig({
  plugins: [react(), adoptStyles(), licences.plugin("licences/tour.txt")],
  resolve: {
    // The portal enters the package where any other program would: through what `exports` names.
    alias: {
      "cityid/sdk": fileURLToPath(new URL("../dist/sdk/index.js", import.meta.url)),
      "cityid/verify/data": fileURLToPath(new URL("../dist/verify/data/index.js", import.meta.url)),
      "cityid/verify/seal": fileURLToPath(new URL("../dist/verify/seal/index.js", import.meta.url)),
      "cityid/verify": fileURLToPath(new URL("../dist/verify/index.js", import.meta.url)),
    },
  },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    // A data: URI would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    // React and Ant Design; 250 KB (gzip) for the first page is what counts.
    chunkSizeWarningLimit: 650,
    rolldownOptions: {
      output: {
        // What several steps share is two files, ours and other people's, not thirty of a few hundred bytes.
        codeSplitting: {
          groups: [
            { name: "libraries", test: /node_modules/, minShareCount: 2, priority: 1 },
            { name: "shared", test: /portal\/src\//, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      API.map((path) => [path, { target: NODE, changeOrigin: true, headers: { origin: NODE } }]),
    ),
  },
});
