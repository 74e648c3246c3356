import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hex, utf8 } from "../../../src/core/index.ts";
import { VALUES_START, ValuesFile } from "../../../src/ledger/embedded/values.ts";
import { ValuesReader } from "../../../src/ledger/embedded/values-reader.ts";
import { nodeFiles } from "../../../src/log/index.ts";
import { discard } from "../../discard.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cityid-values-"));
  path = join(directory, "values");
});

afterEach(() => discard(directory));

const LARGE = new Uint8Array(3_000_000).map((_, i) => i % 251);

describe("the values file", () => {
  test("reads what was appended at once, and after it was written", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    const ref = values.append({ key: "code/歙县", value: utf8("first"), index: 7 }, undefined);
    const version = { key: "code/歙县", value: utf8("first"), index: 7, previous: undefined };
    expect(values.read(ref)).toStrictEqual(version);
    values.flush();
    expect(values.read(ref)).toStrictEqual(version);
    expect(statSync(path).size).toBe(values.end);
    await values.close();
  });

  test("leads from each version to the one before", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    const first = values.append({ key: "a", value: utf8("1"), index: 1 }, undefined);
    values.append({ key: "b", value: utf8("other"), index: 2 }, undefined);
    values.flush();
    const second = values.append({ key: "a", value: utf8("2"), index: 3 }, first);
    const third = values.append({ key: "a", value: utf8("3"), index: 4 }, second);
    expect([...values.versions(third)].map(({ index, value }) => [index, ...value])).toEqual([
      [4, 0x33],
      [3, 0x32],
      [1, 0x31],
    ]);
    await values.close();
  });

  test("keeps values longer than any buffer of it, and indices above 2^32", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    const index = 2 ** 47;
    const ref = values.append({ key: "large", value: LARGE, index }, undefined);
    expect(values.read(ref).value.length).toBe(LARGE.length);
    values.flush();
    const read = values.read(ref);
    expect(Buffer.compare(read.value, LARGE)).toBe(0);
    expect(read.index).toBe(index);
    await values.close();
    const reader = new ValuesReader(nodeFiles, path);
    const frames = [...reader.frames(VALUES_START, values.end)];
    expect(frames.map(({ key, start, end, next }) => [key, end - start, next])).toEqual([
      ["large", LARGE.length, values.end],
    ]);
    reader.close();
  });

  test("goes on from where it was cut", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    const kept = values.append({ key: "a", value: utf8("kept"), index: 1 }, undefined);
    const { end } = values;
    values.append({ key: "a", value: utf8("lost"), index: 2 }, kept);
    values.flush();
    await values.sync();
    await values.close();

    const again = ValuesFile.open(nodeFiles, path);
    again.truncate(end);
    expect(statSync(path).size).toBe(end);
    const ref = again.append({ key: "a", value: utf8("anew"), index: 2 }, kept);
    expect(ref).toBe(end);
    expect([...again.versions(ref)].map(({ value }) => String.fromCharCode(...value))).toEqual([
      "anew",
      "kept",
    ]);
    await again.close();
  });

  test("begins anew where the file has another format", async () => {
    writeFileSync(path, "something else altogether");
    const values = ValuesFile.open(nodeFiles, path);
    expect(values.end).toBe(VALUES_START);
    await values.close();
    expect(readFileSync(path).length).toBe(VALUES_START);
  });

  test("names the offset of a version whose bytes changed", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    values.append({ key: "a", value: utf8("one"), index: 1 }, undefined);
    const ref = values.append({ key: "b", value: utf8("two"), index: 2 }, undefined);
    await values.close();
    const bytes = readFileSync(path);
    const damaged = { code: "LEDGER_VALUES_DAMAGED", facts: { offset: ref } };
    // Checksum, length of the key, of the value, previous, index, key, last byte of the value.
    for (const at of [0, 4, 9, 10, 21, 22, 25]) {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(ref + at) ^ 0x80, ref + at);
      writeFileSync(path, copy);
      const opened = ValuesFile.open(nodeFiles, path);
      expect(() => opened.read(ref)).toThrow(expect.objectContaining(damaged));
      await opened.close();
      const reader = new ValuesReader(nodeFiles, path);
      expect(() => [...reader.frames(VALUES_START, bytes.length)]).toThrow(
        expect.objectContaining(damaged),
      );
      reader.close();
    }
  });

  test("names the offset of a version that is cut", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    const ref = values.append({ key: "a", value: utf8("one"), index: 1 }, undefined);
    await values.close();
    for (const cut of [1, 10]) {
      nodeFiles.open(path, "write").truncate(values.end - cut);
      const opened = ValuesFile.open(nodeFiles, path);
      expect(() => opened.read(ref)).toThrow(
        expect.objectContaining({ code: "LEDGER_VALUES_DAMAGED", facts: { offset: ref } }),
      );
      await opened.close();
    }
  });

  test("a reference that it did not give is a bug of the caller's", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    expect(() => values.read(values.end)).toThrow("no version at 8");
    expect(() => values.read(0)).toThrow("no version at 0");
    await values.close();
  });

  test("the reader stops at a damaged length that claims more than there can be", () => {
    const values = ValuesFile.open(nodeFiles, path);
    const ref = values.append({ key: "a", value: utf8("one"), index: 1 }, undefined);
    values.flush();
    const file = nodeFiles.open(path, "write");
    file.truncate(70 * 1024 * 1024);
    file.write(Uint8Array.of(0, 0, 0, 0x7f), ref + 6);
    const reader = new ValuesReader(nodeFiles, path);
    expect(() => [...reader.frames(VALUES_START, file.size())]).toThrow(
      expect.objectContaining({ facts: { offset: ref } }),
    );
    reader.close();
    file.close();
  });

  test("tells one file from another by its last bytes", async () => {
    const values = ValuesFile.open(nodeFiles, path);
    values.append({ key: "a", value: utf8("the tail"), index: 1 }, undefined);
    await values.close();
    const reader = new ValuesReader(nodeFiles, path);
    expect(hex(reader.tail(values.end, 4))).toBe(hex(utf8("tail")));
    expect(reader.tail(4, 64).length).toBe(4);
    expect(reader.tail(values.end + 10, 12).length).toBe(2);
    reader.close();
  });

  test("the reader sees every version in the order in which it was appended", async () => {
    const change = fc.record({
      key: fc.stringMatching(/^[a-c]$/),
      value: fc.uint8Array({ minLength: 1, maxLength: 400 }),
      index: fc.nat(),
      flush: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
        rmSync(path, { force: true });
        const values = ValuesFile.open(nodeFiles, path);
        const latest = new Map<string, number>();
        const want = changes.map(({ flush, ...each }) => {
          const first = !latest.has(each.key);
          const previous = latest.get(each.key) ?? 0;
          const offset = values.append(each, latest.get(each.key));
          latest.set(each.key, offset);
          if (flush) values.flush();
          return { ...each, offset, first, previous, next: values.end };
        });
        await values.close();
        const reader = new ValuesReader(nodeFiles, path);
        const got = Array.from(
          reader.frames(VALUES_START, values.end),
          ({ bytes, start, end, ...frame }) => ({
            ...frame,
            value: new Uint8Array(bytes.subarray(start, end)),
          }),
        );
        expect(got).toStrictEqual(want);
        for (const { key, first, previous } of want) {
          if (!first) expect(reader.frameAt(previous).key).toBe(key);
        }
        const middle = want[Math.floor(want.length / 2)];
        if (middle !== undefined) {
          const rest = [...reader.frames(middle.next, values.end)];
          expect(rest.length).toBe(want.length - Math.floor(want.length / 2) - 1);
        }
        reader.close();
      }),
      { numRuns: 50 },
    );
  });
});
