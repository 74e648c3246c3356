import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import recordProofs from "../../vectors/proof/record-proofs.json" with { type: "json" };
import { ROOT, read } from "./sources.ts";

// The package as somebody else has it: packed, unpacked in an empty folder beside its dependencies, and used by name.

const REPOSITORY = fileURLToPath(ROOT);
const TSC = join(REPOSITORY, "node_modules/typescript/bin/tsc");
const { exports } = JSON.parse(read("package.json")) as { readonly exports: object };
const NAMES = Object.keys(exports).map((path) => path.replace(/^\./u, "cityid"));

let folder: string;
let files: readonly string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cityid-package-"));
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "cityid"), { recursive: true });
  const packed = execFileSync(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    { cwd: REPOSITORY, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const [{ filename, files: listed }] = JSON.parse(packed);
  files = listed.map(({ path }: { readonly path: string }) => path);
  execFileSync("tar", ["xzf", join(folder, filename), "--strip-components=1"], {
    cwd: join(modules, "cityid"),
  });
  symlinkSync(join(REPOSITORY, "node_modules"), join(modules, "cityid/node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compile(name: string, source: string, lib: string, ...options: readonly string[]): string {
  writeFileSync(join(folder, name), source);
  const all = ["--ignoreConfig", "--strict", "--target", "es2022", "--lib", lib, ...options, name];
  return spawnSync(process.execPath, [TSC, ...all], { cwd: folder, encoding: "utf8" }).stdout;
}

/** Imports all of them, and uses each so that nothing is left out. */
function importsOf(names: readonly string[]): string {
  const lines = names.map((name, i) => `import * as m${i} from "${name}";`);
  return [...lines, `export const all = [${names.map((_, i) => `m${i}`)}];`, ""].join("\n");
}

const RESOLUTIONS = [
  ["node16", "node16"],
  ["esnext", "bundler"],
] as const;

describe("the packed package", () => {
  test("holds what runs, its types and its documents, and nothing that we work with", () => {
    const allowed = /^(bin|data|dist|docs|portal\/dist)\/|^(LICENSE|[A-Z]+\.md|package\.json)$/u;
    expect(files.filter((file) => !allowed.test(file))).toEqual([]);
    expect(files.filter((file) => /\.(map|tsbuildinfo)$|\.test\./u.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["bin/cli/main.js", "portal/dist/index.html"]));
  });

  test.each([
    ["bin/licences.txt", ["hono", "commander"]],
    ["dist/browser/licences.txt", ["@noble/curves"]],
    ["portal/dist/licences/tour.txt", ["react", "antd"]],
    ["portal/dist/licences/verify.txt", ["qr", "zxing-wasm"]],
    ["portal/dist/licences/report.txt", []],
  ])("has the licences of what others wrote, in %s", (file, names) => {
    const text = readFileSync(join(folder, "node_modules/cityid", file), "utf8");
    for (const name of names)
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\S+ \\(.*MIT`, "mu"));
    const licences = [...text.matchAll(/^\S+ \d+\.\S+ \((.+)\)$/gmu)].map(([, licence]) => licence);
    const known = [
      "MIT",
      "ISC",
      "Apache-2.0",
      "BSD-2-Clause",
      "BSD-3-Clause",
      "Unlicense",
      "(MIT OR Apache-2.0)",
    ];
    expect(licences.filter((each) => !known.includes(`${each}`))).toEqual([]);
  });

  test("is imported by every name that it exports", () => {
    writeFileSync(join(folder, "all.mjs"), importsOf(NAMES));
    const run = spawnSync(process.execPath, ["all.mjs"], { cwd: folder, encoding: "utf8" });
    expect(run).toMatchObject({ status: 0, stderr: "" });
  });

  test.each(RESOLUTIONS)("has types, for module %s and resolution %s", (module, resolution) => {
    const how = ["--noEmit", "--module", module, "--moduleResolution", resolution, "--types", ""];
    const [edge, pure] = [NAMES.filter((name) => name === "cityid/sdk"), NAMES.slice(0, -1)];
    expect(pure).not.toContain("cityid/sdk");
    expect(compile("pure.ts", importsOf(pure), "es2023", ...how)).toBe("");
    expect(compile("edge.ts", importsOf(edge), "es2023,dom", ...how)).toBe("");
  });

  test("does what docs/library.md shows", () => {
    const example = /```ts\n(.*?)```/su.exec(read("docs/library.md"))?.[1] as string;
    const [proved] = recordProofs;
    if (proved === undefined) throw new Error("no vector");
    symlinkSync(join(REPOSITORY, "node_modules/@types"), join(folder, "node_modules/@types"));
    const how = ["--module", "node16", "--types", "node"];
    expect(compile("check.ts", example, "es2023", ...how)).toBe("");
    writeFileSync(join(folder, "policy.txt"), proved.policy);
    writeFileSync(join(folder, "proof.json"), JSON.stringify(proved.proof));
    // The vector is of a certain time.
    const clock = `data:text/javascript,Date.now=()=>${proved.nowSeconds * 1000}`;
    const check = () =>
      execFileSync(process.execPath, ["--import", clock, "check.js"], { cwd: folder }).toString();
    expect(check()).toBe(
      "proved: code/MA.156.1301.01\nMA.156.1301.01: active\nas of ledger.test/log, size 6, 100 s ago\n",
    );
    const other = { ...proved.proof, key: "code/MA.156.1301.02" };
    writeFileSync(join(folder, "proof.json"), JSON.stringify(other));
    expect(check()).toMatch(/^not proved: PROOF_/u);
  });

  test("brings the command, and what it reads where it runs", () => {
    const cli = spawnSync(process.execPath, ["node_modules/cityid/bin/cli/main.js", "--version"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(cli).toMatchObject({ status: 0, stdout: "cityid/0.1.0\n" });
    expect(files.filter((file) => /^bin\/.*worker\.js$/u.test(file)).length).toBeGreaterThan(4);
    for (const path of [
      "data/register-156.json",
      "dist/browser/seal.js",
      "portal/dist/verify.html",
    ]) {
      expect(files).toContain(path);
    }
  });
});
