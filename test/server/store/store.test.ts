import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { directoryStore } from "../../../src/node/directory-store.ts";
import { type BlobStore, memoryStore } from "../../../src/server/index.ts";
import { discard } from "../../discard.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cityid-store-"));
});
afterEach(() => discard(directory));

describe.each([
  ["memory", () => memoryStore()],
  ["directory", () => directoryStore(join(directory, "blobs"))],
] as const)("the %s store", (_, open: () => BlobStore) => {
  test("gives back what was put, and nothing for what was not", async () => {
    const store = open();
    expect(await store.get("a/b")).toBeUndefined();
    expect(await store.size("a/b")).toBeUndefined();
    expect(await store.list("")).toEqual([]);
    await store.put("a/b", utf8("one"));
    await store.put("a/b", utf8("other"));
    expect(Buffer.from((await store.get("a/b")) ?? []).toString()).toBe("other");
    expect(await store.size("a/b")).toBe(5);
  });

  test("lists what stands directly in a folder", async () => {
    const store = open();
    for (const name of ["b/meta", "a/evidence/2", "a/meta", "ab/meta"])
      await store.put(name, utf8("x"));
    expect(await store.list("")).toEqual(["a", "ab", "b"]);
    expect(await store.list("a")).toEqual(["evidence", "meta"]);
    expect(await store.list("a/evidence")).toEqual(["2"]);
    expect(await store.list("none")).toEqual([]);
  });

  test("erases a blob, and a folder with everything in it", async () => {
    const store = open();
    for (const name of ["a/evidence/2", "a/meta", "ab"]) await store.put(name, utf8("x"));
    await store.delete("a/meta");
    expect(await store.list("a")).toEqual(["evidence"]);
    await store.delete("a");
    await store.delete("a");
    expect(await store.list("")).toEqual(["ab"]);
  });
});

describe("the directory store", () => {
  test("is for its owner's eyes only, and never shows a file that was not finished", async () => {
    const store = directoryStore(join(directory, "blobs"));
    await store.put("a/meta", utf8("x"));
    expect((await stat(join(directory, "blobs/a/meta"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, "blobs/a"))).mode & 0o777).toBe(0o700);
    await writeFile(join(directory, "blobs/a/half~"), "torn");
    expect(await store.list("a")).toEqual(["meta"]);
    expect(await readFile(join(directory, "blobs/a/meta"), "utf8")).toBe("x");
  });

  test.each(["../x", "a//b", "/a", "a/../b", "a/.", "", "A", "a~", "a\0b", "x".repeat(201)])(
    "takes %j for a mistake of ours",
    (name) => {
      expect(() => directoryStore(directory).get(name)).toThrow(/no name of a blob/);
    },
  );

  test("passes on what the disk says", async () => {
    await writeFile(join(directory, "file"), "x");
    await expect(directoryStore(join(directory, "file")).get("a")).rejects.toMatchObject({
      code: "ENOTDIR",
    });
  });
});
