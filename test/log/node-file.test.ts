import { pbkdf2 } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodeFiles } from "../../src/log/index.ts";
import { discard } from "../discard.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cityid-node-file-"));
});

afterEach(() => discard(directory));

/** More work than the threads have hands for, so that whatever is asked of them next has to wait. */
function occupyThreads(): Promise<unknown> {
  const hash = promisify(pbkdf2);
  return Promise.all(Array.from({ length: 16 }, () => hash("", "", 100_000, 32, "sha256")));
}

test("a file that is closed while it is read and written is no other file's", async () => {
  const [one, other] = [join(directory, "one"), join(directory, "other")];
  writeFileSync(one, "what stands in the one file");
  writeFileSync(other, "what stands in the other   ");
  const file = nodeFiles.open(one, "write");
  const busy = occupyThreads();
  const into = new Uint8Array(27);
  const reading = file.readLater(into, 0);
  const writing = file.writeLater(Buffer.from("now"), 27);
  const syncing = file.sync();
  file.close();
  const next = nodeFiles.open(other, "write");
  expect(await reading).toBe(27);
  expect(Buffer.from(into).toString()).toBe("what stands in the one file");
  expect(await writing).toBe(3);
  await syncing;
  await busy;
  next.close();
  expect(readFileSync(one, "utf8")).toBe("what stands in the one filenow");
  expect(readFileSync(other, "utf8")).toBe("what stands in the other   ");
});

test("nothing is begun with a file that was closed, and it may be closed again", async () => {
  const file = nodeFiles.open(join(directory, "one"), "write");
  file.close();
  const next = nodeFiles.open(join(directory, "other"), "write");
  file.close();
  const bytes = new Uint8Array(1);
  const closed = expect.objectContaining({ code: "EBADF" });
  expect(() => file.write(bytes, 0)).toThrow(closed);
  expect(() => file.read(bytes, 0)).toThrow(closed);
  expect(() => file.size()).toThrow(closed);
  expect(() => file.truncate(0)).toThrow(closed);
  await expect(file.readLater(bytes, 0)).rejects.toEqual(closed);
  await expect(file.writeLater(bytes, 0)).rejects.toEqual(closed);
  await expect(file.sync()).rejects.toEqual(closed);
  expect(next.write(bytes, 0)).toBe(1);
  next.close();
});
