import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// The page that phones report with, built by itself beside the portal: one script, which shares nothing with the portal's libraries.
export default defineConfig({
  publicDir: false,
  resolve: {
    alias: { "cityid/sdk": fileURLToPath(new URL("../dist/sdk/index.js", import.meta.url)) },
  },
  build: {
    target: "es2022",
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: { input: "report.html" },
  },
});
