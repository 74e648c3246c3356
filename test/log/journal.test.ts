import { describe, expect, test } from "vitest";
import { createJournal, Journal } from "../../src/log/journal.ts";
import { FRAME_BYTES } from "../../src/log/record.ts";
import { scanJournal } from "../../src/log/scan.ts";
import { FaultyFiles, randomFrom } from "../faults/faulty-files.ts";

const path = "/data/journal";
const origin = "example.com/log";
const payloads = ["first", "the second one", "3", "and the last of four"].map((text) =>
  new TextEncoder().encode(text),
);

describe("a journal", () => {
  test("gives back what was appended, in order, however often it is opened", async () => {
    const files = await filled();
    for (let round = 0; round < 3; round++) {
      const { read, journal } = await opened(files);
      expect(read).toEqual(payloads);
      expect(journal.origin).toBe(origin);
      expect(journal.torn).toBeUndefined();
      await journal.close();
    }
  });

  test("writes one record at a time, in the order of the calls", async () => {
    const files = await filled([]);
    const { journal } = await opened(files);
    journal.reserve(1_000);
    files.calls.length = 0;
    await Promise.all(payloads.map((payload) => journal.append(payload)));
    const calls = files.calls.filter((call) => call.includes("journal"));
    expect(calls).toEqual(payloads.flatMap(() => [`write ${path}`, `sync ${path}`]));
    await journal.close();
    expect((await opened(files)).read).toEqual(payloads);
  });

  test("finishes writes that the system takes in parts", async () => {
    const files = new FaultyFiles();
    files.shortWrites = true;
    expect((await opened(await filled(payloads, files))).read).toEqual(payloads);
  });

  test("is made only once", async () => {
    const files = await filled();
    await expect(createJournal({ path, files }, origin, [])).rejects.toMatchObject({
      code: "LOG_EXISTS",
      facts: { path },
    });
  });

  test("is missing where nobody made it", async () => {
    await expect(opened(new FaultyFiles())).rejects.toMatchObject({
      code: "LOG_MISSING",
      facts: { path },
    });
  });

  test("takes no record that is too long to be read again", async () => {
    const { journal } = await opened(await filled());
    const { end } = journal;
    const longest = 64 * 1024 * 1024;
    await expect(journal.append(new Uint8Array(longest + 1))).rejects.toThrow(
      "a record of 67108865 bytes",
    );
    expect(await journal.append(Uint8Array.of(1))).toBeGreaterThan(end);
  });

  test("reads only what is durable", async () => {
    const { journal } = await opened(await filled());
    expect(() => journal.read(journal.end - 4, 5)).toThrow(`5 bytes at ${journal.end - 4}`);
    expect(journal.read(journal.end - 4, 4)).toHaveLength(4);
  });
});

describe("a changed journal", () => {
  test("is refused at the record that holds the changed byte; in the last record it is a torn end", async () => {
    const files = await filled();
    const whole = files.bytes(path);
    const starts = recordStarts();
    const last = starts.at(-1) ?? 0;
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      const outcome = await openedOr({ bytes: changed });
      const offset = starts.findLast((start) => start <= at) ?? 0;
      if (offset < last) {
        expect(outcome, `byte ${at}`).toMatchObject({ code: "JOURNAL_DAMAGED", facts: { offset } });
      } else {
        expect(outcome, `byte ${at}`).toMatchObject({ read: payloads.slice(0, -1) });
        expect(outcome, `byte ${at}`).toMatchObject({ torn: { offset: last } });
      }
    }
  });

  test("keeps the records that end before it was cut off", async () => {
    const files = await filled();
    const whole = files.bytes(path);
    const starts = [...recordStarts(), whole.length];
    for (let length = 0; length < whole.length; length++) {
      const outcome = await openedOr({ bytes: whole.slice(0, length) });
      const kept = starts.filter((start) => start <= length).length - 1;
      if (kept === 0) {
        expect(outcome).toMatchObject({
          code: "JOURNAL_DAMAGED",
          facts: { offset: 0, cause: "digest" },
        });
      } else {
        expect(outcome).toMatchObject({ read: payloads.slice(0, kept - 1) });
      }
    }
  });

  test("is refused when a record is gone, stands elsewhere or stands twice", async () => {
    const whole = (await filled()).bytes(path);
    const starts = [...recordStarts(), whole.length];
    const part = (i: number) => [...whole.slice(starts[i], starts[i + 1])];
    const cases = [
      { order: [0, 1, 3, 4], offset: starts[2] },
      { order: [0, 2, 1, 3, 4], offset: starts[1] },
      { order: [0, 1, 1, 2, 3, 4], offset: starts[2] },
    ];
    for (const { order, offset } of cases) {
      const bytes = Uint8Array.from(order.flatMap(part));
      expect(await openedOr({ bytes })).toMatchObject({
        code: "JOURNAL_DAMAGED",
        facts: { offset, cause: "link" },
      });
    }
    // The last one twice: the second copy follows itself.
    expect(
      await openedOr({ bytes: Uint8Array.from([0, 1, 2, 3, 4, 4].flatMap(part)) }),
    ).toMatchObject({ facts: { cause: "link" } });
  });

  test("is refused when a record became zeros and others follow", async () => {
    const bytes = (await filled()).bytes(path).slice();
    const [, , second, third] = recordStarts();
    bytes.fill(0, second, third);
    expect(await openedOr({ bytes })).toMatchObject({
      code: "JOURNAL_DAMAGED",
      facts: { offset: second, cause: "head" },
    });
  });

  test("is refused when two records behind each other are broken: only one can be torn", async () => {
    const bytes = (await filled()).bytes(path).slice();
    const [, , , third = 0, fourth = 0] = recordStarts();
    bytes[third + 60] = 1;
    bytes[fourth + 60] = 1;
    expect(await openedOr({ bytes })).toMatchObject({
      code: "JOURNAL_DAMAGED",
      facts: { offset: third, cause: "digest" },
    });
  });

  test("is refused when a broken record is followed by another one far behind, across any border", async () => {
    const MIB = 1024 * 1024;
    for (const gap of [MIB - 5, MIB, 3 * MIB + 7]) {
      const whole = (await filled()).bytes(path);
      const last = recordStarts().at(-1) ?? 0;
      const bytes = new Uint8Array(last + gap + whole.length - last + MIB);
      bytes.set(whole.subarray(0, last));
      bytes.set(whole.subarray(last), last + gap);
      bytes[last] = 1;
      expect(await openedOr({ bytes })).toMatchObject({
        code: "JOURNAL_DAMAGED",
        facts: { offset: last, cause: "head" },
      });
    }
  });

  test("is no journal of ours when its first record says something else", async () => {
    const [, start, end] = recordStarts();
    const bytes = (await filled()).bytes(path).slice(start, end);
    expect(await openedOr({ bytes })).toMatchObject({ code: "LOG_VERSION" });
  });

  test("goes on behind a torn end as if it had never been there", async () => {
    const random = randomFrom(1);
    for (let round = 0; round < 20; round++) {
      const files = await filled();
      const bytes = files.bytes(path).slice();
      const last = recordStarts().at(-1) ?? 0;
      // A head that survived, a body that did not.
      bytes.fill(0, last + Math.floor(random() * (bytes.length - last)));
      files.put(path, bytes);
      const { journal } = await opened(files);
      await journal.append(new TextEncoder().encode("short"));
      await journal.close();
      const again = await opened(files);
      expect(again.journal.torn).toBeUndefined();
      const texts = again.read.map((payload) => new TextDecoder().decode(payload));
      expect(texts.slice(0, 3)).toEqual(["first", "the second one", "3"]);
      expect(texts.at(-1)).toBe("short");
    }
  });
});

describe("space that is written ahead", () => {
  const KIB = 1024;

  test("grows before the records need it", async () => {
    const files = await filled([]);
    const { journal } = await opened(files);
    let largest = 0;
    for (let i = 0; i < 60; i++) {
      journal.reserve(32 * KIB);
      await journal.append(new Uint8Array(32 * KIB).fill(i));
      const size = files.bytes(path).length;
      expect(size).toBeGreaterThanOrEqual(journal.end);
      largest = Math.max(largest, size - journal.end);
    }
    expect(largest).toBeGreaterThan(500 * KIB);
    await journal.close();
    const { read } = await opened(files);
    expect(read.map((payload) => payload[5])).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  test("that the disk does not have is refused before anything is appended, and again asked for later", async () => {
    const files = await filled();
    const { journal } = await opened(files);
    files.capacity = files.bytes(path).length + 100;
    const before = journal.end;
    expect(() => journal.reserve(10_000)).toThrow(
      expect.objectContaining({ code: "LOG_DISK_FULL", reaction: "busy" }),
    );
    await expect(journal.append(new Uint8Array(10_000))).rejects.toMatchObject({
      code: "LOG_DISK_FULL",
    });
    expect(journal.end).toBe(before);
    files.capacity = Number.POSITIVE_INFINITY;
    journal.reserve(10_000);
    await journal.append(new Uint8Array(10_000));
    await journal.close();
    expect((await opened(files)).read.map(({ length }) => length)).toEqual([
      ...payloads.map(({ length }) => length),
      10_000,
    ]);
  });

  test("that fails in another way stops the journal", async () => {
    const files = await filled();
    const { journal } = await opened(files);
    files.break = { call: files.calls.length, errno: "EIO", landed: "nothing" };
    expect(() => journal.reserve(10_000)).toThrow(
      expect.objectContaining({ code: "LOG_WRITE", reaction: "fatal" }),
    );
    expect(() => journal.reserve(1)).toThrow(expect.objectContaining({ code: "LOG_WRITE" }));
  });

  test("never comes to lie over a record, though both are written at once", async () => {
    // Each record is larger than what is ahead, so the main thread overtakes the piece that is under way.
    const files = await filled([]);
    const { journal } = await opened(files);
    // The first call is a piece of zeros, and the disk takes its time with it.
    let calls = 0;
    files.turns = () => (calls++ % 5 === 0 ? 60 : 1);
    const appended = Array.from({ length: 12 }, (_, i) => {
      const payload = new Uint8Array(200 * KIB).fill(i + 1);
      journal.reserve(payload.length);
      return journal.append(payload);
    });
    await Promise.all(appended);
    await journal.close();
    const { read } = await opened(files);
    expect(read.map((payload) => payload.every((byte) => byte === payload[0]))).toEqual(
      appended.map(() => true),
    );
  });
});

test("after a failed write the journal takes nothing more, and says so each time", async () => {
  const files = await filled();
  const { journal } = await opened(files);
  journal.reserve(100);
  await journal.append(new Uint8Array(1));
  files.break = { call: files.calls.length + 1, errno: "EIO", landed: "all" };
  const end = journal.end;
  for (const attempt of [1, 2]) {
    await expect(journal.append(Uint8Array.of(attempt))).rejects.toMatchObject({
      code: "LOG_WRITE",
      reaction: "fatal",
      facts: { offset: end },
    });
  }
  expect(journal.end).toBe(end);
});

test("acknowledges no record that a sync of the zeros ahead of it may have lost", async () => {
  const files = await filled();
  const { journal } = await opened(files);
  // The zeros and the record are on their way together, and a failed write to the disk is told to the first sync alone.
  journal.reserve(200 * 1024);
  const record = journal.append(new Uint8Array(5000));
  let refused = 0;
  files.refuses = (call) => call.startsWith("sync") && refused++ === 0;
  const end = journal.end;
  await expect(record).rejects.toMatchObject({ code: "LOG_WRITE", reaction: "fatal" });
  expect(refused).toBe(2);
  await expect(journal.append(new Uint8Array(1))).rejects.toMatchObject({ code: "LOG_WRITE" });
  expect(journal.end).toBe(end);
});

/** A journal of these payloads and nothing behind them. */
async function filled(
  records: readonly Uint8Array[] = payloads,
  files: FaultyFiles = new FaultyFiles(),
): Promise<FaultyFiles> {
  await createJournal({ path, files }, origin, records);
  return files;
}

/** Where the records of `filled()` begin: the first one names the origin. */
function recordStarts(): number[] {
  const lengths = [`cityid journal 1\n${origin}\n`.length, ...payloads.map(({ length }) => length)];
  const starts = [0];
  for (const length of lengths.slice(0, -1))
    starts.push((starts.at(-1) ?? 0) + length + FRAME_BYTES);
  return starts;
}

async function opened(files: FaultyFiles): Promise<{ journal: Journal; read: Uint8Array[] }> {
  const read: Uint8Array[] = [];
  const journal = await Journal.open({ path, files }, ({ payload }) => read.push(payload.slice()));
  return { journal, read };
}

/** What opening such a file gives: its payloads and what was torn, or the fault. */
async function openedOr({ bytes }: { bytes: Uint8Array }): Promise<unknown> {
  const files = new FaultyFiles();
  files.put(path, bytes);
  return await opened(files).then(
    ({ journal, read }) => ({ read, torn: journal.torn }),
    (fault) => fault,
  );
}

test("a reader that comes while another process writes takes what is whole when it looks, and finds no damage", async () => {
  const files = await filled();
  const written = files.bytes(path);
  // As a node writes it: zeros ahead of the records.
  const whole = new Uint8Array(written.length + 3 * 1024 * 1024);
  whole.set(written);
  const half = (recordStarts()[3] ?? 0) + FRAME_BYTES / 2;
  // What is read first ends in the middle of a record; when the reader looks behind it, that one and the next are there.
  let reads = 0;
  const read: Uint8Array[] = [];
  const live = {
    ...files.open(path, "read"),
    size: () => whole.length,
    read(into: Uint8Array, position: number) {
      const got = whole.subarray(position, position + into.length);
      into.set(got);
      if (reads++ === 0) into.fill(0, half - position);
      return got.length;
    },
  };
  const { end, torn } = scanJournal(live, ({ payload }) => read.push(payload.slice()));
  expect(reads).toBeGreaterThan(1);
  expect([read, end, torn]).toEqual([payloads, written.length, undefined]);
  // What stays as it is was damaged.
  whole.fill(0, half, recordStarts()[4]);
  expect(() => scanJournal({ ...live, read: readOf(whole) }, () => undefined)).toThrow(
    expect.objectContaining({
      code: "JOURNAL_DAMAGED",
      facts: { offset: recordStarts()[3], cause: "digest" },
    }),
  );
});

function readOf(bytes: Uint8Array) {
  return (into: Uint8Array, position: number) => {
    const got = bytes.subarray(position, position + into.length);
    into.set(got);
    return got.length;
  };
}
