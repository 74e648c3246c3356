import { copyFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Code } from "../../../../src/core/index.ts";
import { closeWritten, openToWrite } from "../../../../src/ledger/embedded/index-db/database.ts";
import { loadProgress } from "../../../../src/ledger/embedded/index-db/progress.ts";
import { VALUES_START } from "../../../../src/ledger/embedded/values.ts";
import { ValuesReader } from "../../../../src/ledger/embedded/values-reader.ts";
import { nodeFiles } from "../../../../src/log/index.ts";
import { Sql } from "../../../../src/sql/index.ts";
import { IDENTITY, LocalIndex, named, record, Stream } from "./kit.ts";

let stream: Stream;
let file: string;

beforeEach(() => {
  stream = new Stream();
  file = join(stream.directory, "index.db");
});

afterEach(() => stream.remove());

function putThings(from: number, count: number): void {
  for (let i = from; i < from + count; i++) {
    stream.records(record(`MA.156.1301/LAMP/${i}` as Code, { names: named(`路灯 ${i}`) }));
  }
}

/** Takes in what there is and closes as a node does that stops. */
function fill(): number {
  const index = new LocalIndex(stream, file);
  index.catchUp();
  const { offset } = index.writer.progress;
  closeWritten(index.sql);
  return offset;
}

/** How far the index that opens is; 8 for one that begins anew. */
function reopenedOffset(identity = IDENTITY): number {
  const source = new ValuesReader(nodeFiles, stream.path);
  const sql = openToWrite(file, identity, source);
  const { offset } = loadProgress(sql);
  sql.close();
  source.close();
  return offset;
}

function edit(statement: string, ...args: unknown[]): void {
  const sql = new Sql(file);
  sql.run(statement, args);
  sql.close();
}

describe("an index that is opened again", () => {
  test("goes on where it stopped", () => {
    putThings(0, 3);
    const end = fill();
    expect(reopenedOffset()).toBe(end);
    putThings(3, 3);
    const index = new LocalIndex(stream, file);
    index.catchUp();
    expect(index.all({ text: "路灯" })).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => `MA.156.1301/LAMP/${i}`),
    );
    expect(index.writer.progress.records[3]).toBe(6);
    index.abandon();
  });

  test("goes on in the middle of what one transaction leaves over", () => {
    // More than a transaction takes, which ends with a full chunk.
    putThings(0, 25_000);
    const end = stream.flush();
    const index = new LocalIndex(stream, file);
    expect(index.writer.take(end, stream.size)).toBe(true);
    const { size, offset } = index.writer.progress;
    expect(size).toBe(4095);
    index.abandon();
    const again = new LocalIndex(stream, file);
    expect(again.writer.progress.offset).toBe(offset);
    again.catchUp();
    expect(again.writer.progress).toMatchObject({ size: 25_000, byKind: { thing: 25_000 } });
    expect(again.all({ text: "路灯 24999" })).toEqual(["MA.156.1301/LAMP/24999"]);
    expect(again.all({ text: "路灯 7" })[0]).toBe("MA.156.1301/LAMP/7");
    again.abandon();
  });

  test("is kept when the process died and the system did not", () => {
    putThings(0, 3);
    const index = new LocalIndex(stream, file);
    index.catchUp();
    const { offset } = index.writer.progress;
    index.abandon();
    expect(reopenedOffset()).toBe(offset);
  });

  test("is built anew when the system died while it was open", () => {
    putThings(0, 3);
    const index = new LocalIndex(stream, file);
    index.catchUp();
    index.abandon();
    edit("UPDATE meta SET value = 'an earlier run' WHERE name = 'open'");
    expect(reopenedOffset()).toBe(VALUES_START);
  });

  test("is kept when the system died after it was closed", () => {
    putThings(0, 3);
    const end = fill();
    const sql = new Sql(file);
    expect(sql.get("SELECT 1 FROM meta WHERE name = 'open'")).toBeUndefined();
    sql.close();
    expect(reopenedOffset()).toBe(end);
  });

  test("is built anew when it belongs to another ledger, or to another version of this program", () => {
    putThings(0, 3);
    fill();
    expect(reopenedOffset({ ...IDENTITY, ledger: "other.test/log" })).toBe(VALUES_START);
    fill();
    edit("UPDATE meta SET value = '0' WHERE name = 'version'");
    expect(reopenedOffset()).toBe(VALUES_START);
  });

  test("is built anew when it is ahead of the values file, which was cut", () => {
    putThings(0, 2);
    const kept = stream.flush();
    putThings(2, 2);
    fill();
    truncateSync(stream.path, kept);
    expect(reopenedOffset()).toBe(VALUES_START);
  });

  test("is built anew when the values file was cut and went on otherwise", async () => {
    putThings(0, 2);
    fill();
    const other = new Stream();
    other.records(record("MA.156.1301/LAMP/0" as Code, { names: named("路灯 0") }));
    other.records(record("MA.156.1301/LAMP/1" as Code, { names: named("路灯 9") }));
    other.flush();
    copyFileSync(other.path, stream.path);
    await other.remove();
    expect(reopenedOffset()).toBe(VALUES_START);
  });

  test("is built anew when something else stands there, and when nothing does", () => {
    putThings(0, 2);
    writeFileSync(file, "not a database, and longer than a header of one ".repeat(100));
    expect(reopenedOffset()).toBe(VALUES_START);
    fill();
    truncateSync(file, 5000);
    expect(reopenedOffset()).toBe(VALUES_START);
  });

  test("answers the same when it was built anew as when it was not", () => {
    putThings(0, 300);
    fill();
    stream.records(record("MA.156.1301/LAMP/7" as Code, { names: named("井盖 7") }));
    const kept = new LocalIndex(stream, file);
    kept.catchUp();
    const fresh = new LocalIndex(stream, join(stream.directory, "fresh.db"));
    fresh.catchUp();
    for (const query of [
      {},
      { text: "路灯" },
      { text: "jg" },
      { text: "井盖 7" },
      { kind: "thing" },
    ]) {
      expect(fresh.all(query)).toEqual(kept.all(query));
    }
    expect(fresh.writer.progress).toEqual(kept.writer.progress);
    kept.abandon();
    fresh.abandon();
  });
});
