import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROOT, read } from "./sources.ts";

type Targets = string | { readonly [condition: string]: Targets };

const { exports, imports, bin } = JSON.parse(read("package.json")) as {
  readonly exports: Readonly<Record<string, Targets>>;
  readonly imports: Readonly<Record<string, Targets>>;
  readonly bin: Readonly<Record<string, string>>;
};

function filesOf(targets: Targets): readonly string[] {
  return typeof targets === "string" ? [targets] : Object.values(targets).flatMap(filesOf);
}

describe("package.json", () => {
  it.each(Object.entries({ ...exports, ...imports, ...bin }))(
    "names files for %s that the build makes",
    (_, targets) => {
      const files = filesOf(targets);
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
    },
  );

  it.each(Object.keys(exports))("exports something from %s", async (name) => {
    const targets = exports[name];
    if (typeof targets !== "object") throw new Error(`${name} has no conditions`);
    const module: object = await import(new URL(String(targets.default), ROOT).href);
    expect(Object.keys(module).length).toBeGreaterThan(0);
  });
});
