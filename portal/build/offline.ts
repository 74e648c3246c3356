import { createHash } from "node:crypto";
import type { Plugin } from "vite";

// Tells the service worker which files there are. It is written last, when the names of all others are known; each name says
// the content of its file, so that the names together say the version.

/** What only some ever need, and is large. */
const LATER = /large-worker|zxing_reader/;
/** What no page asks for. */
const BESIDE = /\.html$|^licences\//;

/** @param page `verify` of `/verify`: its service worker is `verify-sw.js` */
export function offlineFiles(page: string): Plugin {
  const serviceWorker = `${page}-sw.js`;
  return {
    name: "offline-files",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle[serviceWorker];
        if (worker?.type !== "chunk") this.error("there is no service worker");
        const names = Object.keys(bundle)
          .filter((name) => name !== serviceWorker && !BESIDE.test(name))
          .sort();
        const version = createHash("sha256");
        for (const name of Object.keys(bundle).sort()) {
          const file = bundle[name];
          if (file === undefined || name === serviceWorker) continue;
          version.update(name).update(file.type === "chunk" ? file.code : file.source);
        }
        const path = (name: string) => `/${name}`;
        const list = {
          name: page,
          version: version.digest("hex").slice(0, 16),
          files: [...names.filter((name) => !LATER.test(name)).map(path), "/favicon.svg"],
          later: names.filter((name) => LATER.test(name)).map(path),
        };
        worker.code = `const OFFLINE=${JSON.stringify(list)};${worker.code}`;
      },
    },
  };
}
