import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { Licences } from "../scripts/lib/licences.mjs";
import { offlineFiles } from "./build/offline.ts";

const licences = new Licences();

// The page that phones report with, built by itself beside the portal: one script, which shares nothing with the portal's libraries.
export default defineConfig({
  plugins: [offlineFiles("report"), licences.plugin("licences/report.txt")],
  publicDir: false,
  resolve: {
    alias: { "cityid/sdk": fileURLToPath(new URL("../dist/sdk/index.js", import.meta.url)) },
  },
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: {
        report: fileURLToPath(new URL("report.html", import.meta.url)),
        "report-sw": fileURLToPath(new URL("src/plain/sw.ts", import.meta.url)),
      },
      output: {
        entryFileNames: ({ name }) =>
          name === "report-sw" ? "report-sw.js" : "assets/[name]-[hash].js",
      },
    },
  },
});
