import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { filesBelow, ROOT, read } from "./sources.ts";

const lock = JSON.parse(read("package-lock.json")) as {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: true }>>;
};

/** Address of a place that serves packages, as a client's settings would hold it. */
const REGISTRY = /\/\/(?:registry|npm)[.-][a-z0-9.-]+/;

const TEXTS = [
  "README.md",
  "NEWS.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "package.json",
  "package-lock.json",
  ".npmrc",
  "portal/package.json",
  ...filesBelow("docs", ".md"),
];

describe("the repository", () => {
  it("pins packages by name and hash, not by the place from which somebody fetched them", () => {
    const placed = Object.entries(lock.packages)
      .filter(([, { resolved, link }]) => resolved !== undefined && link !== true)
      .map(([name]) => name);
    expect(placed).toEqual([]);
  });

  it.each(TEXTS)("names no registry in %s", (path) => {
    expect(REGISTRY.exec(read(path))?.[0]).toBeUndefined();
  });

  it.each(filesBelow("docs", ".md").concat("README.md", "CONTRIBUTING.md"))(
    "links from %s to files that are there",
    (path) => {
      const base = new URL(path, ROOT);
      const targets = [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)];
      const broken = targets
        .map(([, target = ""]) => target)
        .filter((target) => !existsSync(new URL(target, base)));
      expect(broken).toEqual([]);
    },
  );
});
