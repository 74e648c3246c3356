import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  equalBytes,
  hashMapKey,
  type MapPut,
  mapPuts,
  SparseMap,
  sha256,
  utf8,
} from "../../../src/core/index.ts";
import {
  loadSnapshot,
  type SnapshotOptions,
  writeSnapshot,
} from "../../../src/ledger/embedded/snapshot.ts";
import { type FileSystem, nodeFiles, type OpenFile, turn } from "../../../src/log/index.ts";
import { discard } from "../../discard.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cityid-snapshot-"));
  path = join(directory, "snapshot");
});

afterEach(() => discard(directory));

function puts(from: number, to: number, version = 0): MapPut[] {
  return Array.from({ length: to - from }, (_, i) => ({
    keyHash: hashMapKey(`key ${from + i}`),
    valueHash: sha256(utf8(`value ${from + i} ${version}`)),
    ref: version * 1e9 + from + i,
  }));
}

function mapOf(count: number): SparseMap {
  const map = new SparseMap();
  map.update(mapPuts(puts(0, count)));
  return map;
}

const STATE = {
  size: 12,
  height: 3,
  timeMilliseconds: 1_700_000_000_000,
  valuesEnd: 2 ** 40,
  aux: utf8("what stands beside the map"),
};

function options(map: SparseMap, others: Partial<SnapshotOptions> = {}): SnapshotOptions {
  return {
    files: nodeFiles,
    path,
    map,
    capture: () => STATE,
    syncValues: async () => undefined,
    confirm: () => undefined,
    ...others,
  };
}

describe("a snapshot", () => {
  test("holds the map and what goes with it", async () => {
    const map = mapOf(1000);
    expect(await writeSnapshot(options(map))).toEqual(STATE);
    const loaded = loadSnapshot(nodeFiles, path);
    expect(loaded?.state).toEqual(STATE);
    expect(loaded?.map.size).toBe(1000);
    expect(loaded?.map.root()).toEqual(map.root());
    expect(loaded?.map.find(hashMapKey("key 77"))).toBe(77);
    expect(readdirSync(directory)).toEqual(["snapshot"]);
  });

  test("holds the map as it is when the state is captured, whatever changed while it was written", async () => {
    const map = mapOf(20_000);
    let version = 0;
    let root = map.root();
    let done = false;
    const writing = writeSnapshot(
      options(map, {
        capture() {
          root = map.root();
          return { ...STATE, height: version };
        },
      }),
    ).finally(() => {
      done = true;
    });
    while (!done) {
      version += 1;
      map.update(mapPuts(puts(version * 50, version * 50 + 20, version)));
      map.update(mapPuts(puts(20_000 + version * 20, 20_000 + version * 20 + 20)));
      await turn();
    }
    await writing;
    expect(version).toBeGreaterThan(3);
    const loaded = loadSnapshot(nodeFiles, path);
    expect(loaded?.map.root()).toEqual(root);
    // Every row counts, not only the root's.
    const height = loaded?.state.height ?? 0;
    expect(loaded?.map.find(hashMapKey(`key ${height * 50 + 19}`))).toBe(
      height * 1e9 + height * 50 + 19,
    );
    expect([...(loaded?.map.entries() ?? [])].length).toBe(loaded?.map.size);
  });

  test("is of no map at all", async () => {
    await writeSnapshot(options(new SparseMap()));
    expect(loadSnapshot(nodeFiles, path)?.map.size).toBe(0);
  });

  test("syncs values and itself before it takes the old one's place", async () => {
    const calls: string[] = [];
    await writeSnapshot(
      options(mapOf(10), {
        files: noting(calls),
        syncValues: async () => void calls.push("sync values"),
      }),
    );
    expect(calls).toEqual(["sync values", "sync file", "rename", "sync directory"]);
  });

  test("leaves the old one alone when the disk fails", async () => {
    await writeSnapshot(options(mapOf(10)));
    const before = readFileSync(path);
    const map = mapOf(20);
    const fails = async (): Promise<void> => {
      throw new Error("ENOSPC");
    };
    await expect(writeSnapshot(options(map, { syncValues: fails }))).rejects.toThrow("ENOSPC");
    expect(readdirSync(directory)).toEqual(["snapshot"]);
    expect(readFileSync(path)).toEqual(before);
    // The failed one has let go of the map.
    await writeSnapshot(options(map));
    expect(loadSnapshot(nodeFiles, path)?.map.size).toBe(20);
  });

  test("is not there where nothing was written", () => {
    expect(loadSnapshot(nodeFiles, path)).toBeUndefined();
  });

  test("is not believed when any byte of it changed, or bytes are missing or too many", async () => {
    await writeSnapshot(options(mapOf(3)));
    const bytes = readFileSync(path);
    // All of the mark, the first length, the state's and the digest; samples of the rows.
    const isSample = (at: number) => at < 40 || at > bytes.length - 60 || at % 13 === 0;
    const samples = Array.from(bytes, (_, at) => at).filter(isSample);
    for (const at of samples) {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      writeFileSync(path, copy);
      expect(loadSnapshot(nodeFiles, path), `byte ${at}`).toBeUndefined();
      writeFileSync(path, bytes.subarray(0, at));
      expect(loadSnapshot(nodeFiles, path), `${at} bytes`).toBeUndefined();
    }
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(1)]));
    expect(loadSnapshot(nodeFiles, path)).toBeUndefined();
    writeFileSync(path, bytes);
    expect(equalBytes(loadSnapshot(nodeFiles, path)?.state.aux ?? bytes, STATE.aux)).toBe(true);
  });
});

/** The files of this machine, noting what makes things durable. */
function noting(calls: string[]): FileSystem {
  return {
    ...nodeFiles,
    open(name, mode): OpenFile {
      const file = nodeFiles.open(name, mode);
      return {
        size: () => file.size(),
        read: (into, position) => file.read(into, position),
        readLater: (into, position) => file.readLater(into, position),
        write: (bytes, position) => file.write(bytes, position),
        writeLater: (bytes, position) => file.writeLater(bytes, position),
        async sync() {
          calls.push("sync file");
          await file.sync();
        },
        truncate: (size) => file.truncate(size),
        close: () => file.close(),
      };
    },
    async rename(from, to) {
      calls.push("rename");
      await nodeFiles.rename(from, to);
    },
    async syncDirectory(name) {
      calls.push("sync directory");
      await nodeFiles.syncDirectory(name);
    },
  };
}
