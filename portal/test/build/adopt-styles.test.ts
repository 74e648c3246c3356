import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { adoptStyles } from "../../build/adopt-styles.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "adopt-styles-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function bundle(files: { readonly [name: string]: string }) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return build({
    root: folder,
    configFile: false,
    logLevel: "silent",
    plugins: [adoptStyles()],
    build: { write: false, rolldownOptions: { input: join(folder, "main.js") } },
  });
}

test("a module that would write <style> elements stops the build", async () => {
  const files = { "main.js": `document.head.append(document.createElement("style"));` };
  await expect(bundle(files)).rejects.toThrow("main.js writes <style> elements by itself");
});

test("a module that is not bundled may do as it likes", async () => {
  const files = {
    "main.js": `import { a } from "./both.js"; console.log(a);`,
    "both.js": `export { a } from "./a.js"; export { b } from "./b.js";`,
    "a.js": "export const a = 1;",
    "b.js": `export const b = () => document.createElement('style');`,
    "package.json": `{ "sideEffects": false }`,
  };
  await expect(bundle(files)).resolves.toBeDefined();
});
