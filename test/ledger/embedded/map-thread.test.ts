import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashMapKey, mapPuts, SparseMap, sha256, utf8 } from "../../../src/core/index.ts";
import { MapThread } from "../../../src/ledger/embedded/map-thread/thread.ts";
import { RefTable } from "../../../src/ledger/ref-table.ts";
import { discard } from "../../discard.ts";

let directory: string;
let snapshot: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cityid-map-thread-"));
  snapshot = join(directory, "snapshot");
});

afterEach(() => discard(directory));

const moment = (size: number) => ({ size, height: size, timeMilliseconds: size, valuesEnd: size });
const changes = (from: number, to: number) => ({
  puts: mapPuts(
    Array.from({ length: to - from }, (_, i) => ({
      keyHash: hashMapKey(`key ${from + i}`),
      valueHash: sha256(utf8(`value ${from + i}`)),
      ref: from + i,
    })),
  ),
  beside: [["~members", to]] as const,
});
const open = (valuesBytes: number, syncValues: () => Promise<void> = async () => undefined) =>
  MapThread.open({ snapshot, valuesBytes }, syncValues);

describe("the map in its thread", () => {
  test("answers as the map does, in the order of the calls", async () => {
    const local = new SparseMap();
    const { map } = await open(0);
    const before = map.prove([hashMapKey("key 3")]);
    const first = map.update(changes(0, 100), moment(1));
    const between = map.prove([hashMapKey("key 3"), hashMapKey("key 300")]);
    const second = map.update(changes(100, 400), moment(2));
    expect(await before).toEqual([local.prove(hashMapKey("key 3"))]);
    local.update(changes(0, 100).puts);
    expect(await first).toEqual(local.root());
    expect(await between).toEqual(
      [hashMapKey("key 3"), hashMapKey("key 300")].map((key) => local.prove(key)),
    );
    local.update(changes(100, 400).puts);
    expect(await second).toEqual(local.root());
    await map.close();
  });

  test("comes back from its snapshot, once the values that it vouches for are durable", async () => {
    let synced = 0;
    const { map } = await open(0, async () => {
      synced += 1;
    });
    const root = await map.update(changes(0, 500), moment(7));
    expect(await map.snapshot()).toBe(7);
    expect(synced).toBe(1);
    await map.close();

    const { map: again, found } = await open(7);
    expect(found?.root).toEqual(root);
    expect(found?.moment).toEqual(moment(7));
    expect(found?.beside).toEqual(new Map([["~members", 500]]));
    expect(new RefTable(found?.refs).find(hashMapKey("key 77"), 0, () => true)).toBe(77);
    const local = new SparseMap();
    local.update(changes(0, 600).puts);
    expect(await again.update(changes(500, 600), moment(8))).toEqual(local.root());
    await again.close();
    const short = await open(6);
    expect(short.found).toBeUndefined();
    await short.map.close();
  });

  test("goes back to what was durable, proves it, and keeps no snapshot of it", async () => {
    const local = new SparseMap();
    local.update(changes(0, 100).puts);
    const { map } = await open(0);
    await map.update(changes(0, 100), moment(1));
    await map.update(changes(100, 400), moment(2));
    const added = Array.from({ length: 300 }, (_, i) => hashMapKey(`key ${100 + i}`));
    expect(await map.takeBack({ puts: mapPuts([]), added })).toEqual(local.root());
    const asked = [hashMapKey("key 3"), hashMapKey("key 300")];
    expect(await map.prove(asked)).toEqual(asked.map((key) => local.prove(key)));
    await expect(map.snapshot()).rejects.toThrow("blocks were taken back");
    await map.close();
  });

  test("keeps the snapshot before, where blocks are taken back while one is being written", async () => {
    let atSync = (): void => undefined;
    const { map } = await open(0, async () => atSync());
    const root = await map.update(changes(0, 100), moment(1));
    expect(await map.snapshot()).toBe(1);
    await map.update(changes(100, 101), moment(2));
    let back: Promise<Uint8Array> | undefined;
    // All of it is written by then, and the values have yet to be durable.
    atSync = () => {
      back = map.takeBack({ puts: mapPuts([]), added: [hashMapKey("key 100")] });
    };
    await expect(map.snapshot()).rejects.toThrow("blocks were taken back");
    expect(await back).toEqual(root);
    await map.close();
    const { map: again, found } = await open(2);
    expect(found?.moment).toEqual(moment(1));
    await again.close();
  });

  test("writes no snapshot when the values cannot be made durable", async () => {
    const { map } = await open(0, async () => {
      throw new Error("ENOSPC");
    });
    await map.update(changes(0, 5), moment(1));
    await expect(map.snapshot()).rejects.toThrow("ENOSPC");
    await map.close();
    const { map: again, found } = await open(9);
    expect(found).toBeUndefined();
    await again.close();
  });

  test("begins anew on request", async () => {
    const { map } = await open(0);
    await map.update(changes(0, 5), moment(1));
    map.reset();
    const local = new SparseMap();
    local.update(changes(2, 4).puts);
    expect(await map.update(changes(2, 4), moment(1))).toEqual(local.root());
    await map.close();
  });

  test("tells whoever waits when the thread ends, and whoever comes later", async () => {
    const { map } = await open(0);
    // An order that no thread understands ends it, as a lack of memory would.
    const waiting = map.update({ puts: changes(0, 1).puts, beside: 7 as never }, moment(1));
    await expect(waiting).rejects.toMatchObject({ code: "LEDGER_MAP", reaction: "fatal" });
    await expect(map.prove([])).rejects.toMatchObject({ code: "LEDGER_MAP" });
    await map.close();
  });
});
