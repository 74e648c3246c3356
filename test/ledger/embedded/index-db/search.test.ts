import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Code } from "../../../../src/core/index.ts";
import { at, LocalIndex, named, record, Stream } from "./kit.ts";

let stream: Stream;
let index: LocalIndex;

beforeEach(() => {
  stream = new Stream();
  index = new LocalIndex(stream);
});

afterEach(async () => {
  index.abandon();
  await stream.remove();
});

function code(text: string): Code {
  return text as Code;
}

const SHIJIAZHUANG = code("MA.156.1301");

function putCity(): void {
  stream.records(
    record(code("MA"), { names: named("根") }),
    record(code("MA.156"), { names: named("中国", "China") }),
    record(code("MA.156.1301.02/LAMP/000123"), {
      names: named("路灯 000123"),
      class: "LAMP",
      aliases: [{ scheme: "asset", value: "LD-2019-77" }],
      geometry: at(1_145_000_000, 380_000_000),
    }),
    record(SHIJIAZHUANG, { names: named("石家庄市", "Shijiazhuang") }),
    record(code("MA.156.1301.02"), { names: named("石家庄市交通局") }),
    record(code("MA.156.4601"), { names: named("海口市", "Haikou") }),
  );
  index.catchUp();
}

describe("search", () => {
  test("finds inner characters of a Chinese name, be they one, two or more", () => {
    putCity();
    for (const text of ["家", "家庄", "家庄市", "石家庄市"]) {
      expect(index.all({ text }), text).toEqual([SHIJIAZHUANG, "MA.156.1301.02"]);
    }
    expect(index.all({ text: "庄家" })).toEqual([]);
  });

  test("finds pinyin, whole and inner, in one word or several, and initials", () => {
    putCity();
    for (const text of ["shijiazhuang", "jiazhuang", "shi jia zhuang", "sjz", "SJZ", "jzs"]) {
      expect(index.all({ text }), text).toContain(SHIJIAZHUANG);
    }
  });

  test("finds a thing by an alias, by inner characters of it, and by its number", () => {
    putCity();
    for (const text of [
      "LD-2019-77",
      "ld-2019",
      "2019-7",
      "000123",
      "0012",
      "路灯 000123",
      "灯0001",
    ]) {
      expect(index.all({ text }), text).toEqual(["MA.156.1301.02/LAMP/000123"]);
    }
  });

  test("finds a code by its beginning and by inner characters", () => {
    putCity();
    expect(index.all({ text: "MA.156.1301.02" })).toEqual([
      "MA.156.1301.02",
      "MA.156.1301.02/LAMP/000123",
    ]);
    expect(index.all({ text: "1301" })).toEqual([
      SHIJIAZHUANG,
      "MA.156.1301.02",
      "MA.156.1301.02/LAMP/000123",
    ]);
  });

  test("puts divisions before departments before things, and exact and leading hits before inner ones", () => {
    stream.records(
      record(code("MA.156.1/A/1"), { names: named("石") }),
      record(code("MA.156.1.01"), { names: named("大石") }),
      record(code("MA.156.1.02"), { names: named("石头") }),
      record(code("MA.156.2"), { names: named("一石二") }),
      record(code("MA.156.1"), { names: named("石") }),
    );
    index.catchUp();
    expect(index.all({ text: "石" })).toEqual([
      "MA.156.1",
      "MA.156.2",
      "MA.156.1.02",
      "MA.156.1.01",
      "MA.156.1/A/1",
    ]);
  });

  test("does not take homophones for a name", () => {
    stream.records(record(SHIJIAZHUANG, { names: named("石家庄市") }));
    index.catchUp();
    expect(index.all({ text: "时家庄" })).toEqual([]);
  });

  test("does not find names that are commitments", () => {
    const commit = { commit: new Uint8Array(32), validFrom: "2020-01-01" };
    stream.records(
      record(SHIJIAZHUANG, {
        names: { zh: commit, en: { value: "Town", validFrom: "2020-01-01" } },
      }),
    );
    index.catchUp();
    expect(index.all({ text: "town" })).toEqual([SHIJIAZHUANG]);
    expect(index.all({})).toEqual([SHIJIAZHUANG]);
  });

  test("forgets an old name, and finds the new one", () => {
    putCity();
    stream.records(record(SHIJIAZHUANG, { names: named("正定市") }));
    index.catchUp();
    expect(index.all({ text: "正定" })).toEqual([SHIJIAZHUANG]);
    expect(index.all({ text: "石家庄市" })).toEqual(["MA.156.1301.02"]);
  });

  test("does not pass over all that were ever renamed", () => {
    const count = 5000;
    const put = (name: string, from: number, to: number) => {
      for (let i = from; i < to; i++) {
        stream.records(record(code(`MA.156.1301/X/${i}`), { names: named(`${name} ${i}`) }));
      }
      index.catchUp();
    };
    put("路灯", 0, count);
    // In so many transactions that their runs are merged.
    for (let from = 0; from < count; from += 500) put("井盖", from, from + 500);
    // A record and its name took some of their tokens back.
    put("路灯", 7, 9);
    const few = 6;
    expect(index.search({ text: "灯", limit: 100 }, few)).toMatchObject({
      codes: ["MA.156.1301/X/7", "MA.156.1301/X/8"],
    });
    expect(index.search({ text: "灯", limit: 100 }, few).cursor).toBeUndefined();
    expect(index.all({ text: "井盖" })).toHaveLength(count - 2);
  });

  test("pages without gaps or repetitions, and stops", () => {
    stream.records(
      ...Array.from({ length: 25 }, (_, i) =>
        record(code(`MA.156.1301/LAMP/${i}`), { names: named(`灯 ${i}`) }),
      ),
    );
    index.catchUp();
    const first = index.search({ text: "灯", limit: 10 });
    expect(first.codes).toHaveLength(10);
    const pages = index.all({ text: "灯" }, 10);
    expect(pages).toEqual(Array.from({ length: 25 }, (_, i) => `MA.156.1301/LAMP/${i}`));
    expect(index.search({ text: "灯", limit: 25 }).cursor).toBeUndefined();
  });

  test("answers a cursor that nobody gave out with an empty last page", () => {
    putCity();
    expect(index.search({ limit: 10, cursor: "drop table" })).toEqual({
      codes: [],
      indexedSize: stream.size,
    });
  });

  test("finds nothing for a facet that no record has, or for a text of nothing but marks", () => {
    putCity();
    expect(index.all({ kind: "dataset" })).toEqual([]);
    expect(index.all({ text: "%" })).toEqual([]);
    expect(index.all({ text: "' OR 1=1 --" })).toEqual([]);
  });

  test("finds its way through several buckets", () => {
    // Two full buckets of 32 768 and a part of a third; every seventh thing has another name.
    const count = 70_000;
    const nameOf = (i: number) => (i % 7 === 0 ? `井盖 ${i}` : `路灯 ${i}`);
    for (let i = 0; i < count; i++) {
      const place = at(1_140_000_000 + i * 100, 380_000_000);
      stream.records(
        record(code(`MA.156.1301/X/${i}`), { names: named(nameOf(i)), geometry: place }),
      );
    }
    index.catchUp();
    expect(index.writer.progress.records[3]).toBe(count);
    const things = Array.from({ length: count }, (_, i) => i);
    const codes = (wanted: readonly number[]) => wanted.map((i) => `MA.156.1301/X/${i}`);
    const wells = things.filter((i) => i % 7 === 0);
    expect(index.all({ text: "井" })).toEqual(codes(wells));
    const holds = wells.filter((i) => String(i).includes("69"));
    expect(index.all({ text: "井盖 69" }, 100)).toEqual(
      codes([...holds].sort((a, b) => Number(!starts(a)) - Number(!starts(b)) || a - b)),
    );
    expect(index.all({ bbox: [1_146_000_000, 0, 1_146_900_000, 400_000_000] }, 700)).toEqual(
      codes(things.filter((i) => i >= 60_000 && i <= 69_000)),
    );
    expect(index.all({ kind: "thing", text: "灯 69999" })).toEqual(codes([69_999]));
    expect(index.all({ parent: "MA.156.1301/X" })).toHaveLength(count);
    // Whoever is stopped again and again gets there all the same.
    for (const query of [
      { text: "井盖 69" },
      { text: "69" },
      { text: "LAMP" },
      { bbox: [0, 0, 1_140_100_000, 400_000_000] as const },
    ]) {
      for (const maxSteps of [1, 2, 7]) {
        expect(index.all(query, 300, maxSteps), JSON.stringify(query)).toEqual(index.all(query));
      }
    }
  });
});

/** Whether the name of a well begins with what was typed. */
function starts(i: number): boolean {
  return String(i).startsWith("69");
}
