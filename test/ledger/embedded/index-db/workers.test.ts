import { execFileSync, spawn } from "node:child_process";
import { openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Code, hashLeaf, merkleRoot, utf8, verifyRange } from "../../../../src/core/index.ts";
import { IndexDamage } from "../../../../src/ledger/embedded/index-db/damage.ts";
import { openIndex } from "../../../../src/ledger/embedded/index-db/index.ts";
import { readFailure } from "../../../../src/ledger/embedded/index-db/messages.ts";
import type { IndexStore } from "../../../../src/ledger/stores.ts";
import { IDENTITY, named, record, Stream } from "./kit.ts";

// The threads run what was built: see vitest.config.ts.

let stream: Stream;
let file: string;
let index: IndexStore | undefined;

beforeEach(() => {
  stream = new Stream();
  file = join(stream.directory, "index.db");
});

afterEach(async () => {
  await index?.close();
  index = undefined;
  await stream.remove();
});

function open(workers: Parameters<typeof openIndex>[1] = {}): IndexStore {
  index = openIndex({ ...IDENTITY, file, values: stream.path }, workers);
  return index;
}

function putThings(from: number, count: number): void {
  stream.entry(
    ...Array.from({ length: count }, (_, i) => {
      const code = `MA.156.1301/LAMP/${from + i}` as Code;
      return [`code/${code}`, record(code, { names: named(`路灯 ${from + i}`) })] as const;
    }),
  );
}

/** A module that does `first` when it is a writer for the first time, and afterwards what the real one does. */
function faulty(name: "writer-worker" | "reader-worker", first: string): URL {
  const real = new URL(`../../../../dist/ledger/embedded/index-db/${name}.js`, import.meta.url);
  const flag = JSON.stringify(join(stream.directory, "happened"));
  const source = `
    import { existsSync, writeFileSync } from "node:fs";
    if (existsSync(${flag})) await import(${JSON.stringify(real.href)});
    else { writeFileSync(${flag}, ""); ${first} }`;
  const path = join(stream.directory, `${name}.mjs`);
  writeSync(openSync(path, "w"), source);
  return pathToFileURL(path);
}

describe("the index in threads of its own", () => {
  test("takes in what was committed, and answers", async () => {
    const opened = open();
    stream.records(
      record("MA.156" as Code),
      record("MA.156.1301" as Code, { names: named("石家庄市") }),
    );
    stream.alias("MA.156.1301", "asset", "LD-7", { code: "MA.156.1301/LAMP/7#1" });
    putThings(0, 600);
    opened.advance(stream.flush(), stream.size);
    await opened.indexed(stream.size);
    expect(await opened.search({ text: "sjz", limit: 10 })).toEqual({
      codes: ["MA.156.1301"],
      indexedSize: stream.size,
    });
    const alias = { scheme: "asset", value: "LD-7", limit: 10 };
    expect(await opened.aliases(alias)).toEqual({ codes: ["MA.156.1301/LAMP/7"] });
    const { codes, path } = await opened.children("MA.156.1301/LAMP", 500, 10, 600);
    expect([codes[0], codes.length]).toEqual(["MA.156.1301/LAMP/500", 10]);
    const leaves = Array.from({ length: 600 }, (_, i) => hashLeaf(utf8(`MA.156.1301/LAMP/${i}`)));
    const range = { start: 500, size: 600, path };
    expect(verifyRange(leaves.slice(500, 510), range, merkleRoot(leaves)).ok).toBe(true);
    expect(opened.counts()).toEqual({
      codes: 602,
      operations: 2,
      values: 603,
      byKind: { country: 1, division: 1, thing: 600 },
    });
  });

  // Who runs these tests with less right to the processor than that leaves nothing to see.
  test.runIf(process.platform === "linux" && getPriority() < 10)(
    "writes behind all others",
    async () => {
      const before = nices().filter((nice) => nice === 10).length;
      const opened = open();
      putThings(0, 1);
      opened.advance(stream.flush(), stream.size);
      await opened.indexed(1);
      expect(nices().filter((nice) => nice === 10)).toHaveLength(before + 1);
    },
  );

  test("lets those wait who ask for more than there is", async () => {
    const opened = open();
    putThings(0, 1);
    opened.advance(stream.flush(), stream.size);
    await opened.indexed(1);
    let isDone = false;
    const more = opened.indexed(2).then(() => {
      isDone = true;
    });
    await opened.search({ limit: 1 });
    expect(isDone).toBe(false);
    putThings(1, 1);
    opened.advance(stream.flush(), stream.size);
    await more;
    expect((await opened.search({ limit: 5 })).codes).toHaveLength(2);
  });

  test("goes on after it was closed and opened again", async () => {
    putThings(0, 5);
    const first = open();
    first.advance(stream.flush(), stream.size);
    await first.indexed(1);
    await first.close();
    putThings(5, 5);
    const second = open();
    second.advance(stream.flush(), stream.size);
    await second.indexed(2);
    expect((await second.search({ limit: 20 })).codes).toHaveLength(10);
  });

  test("begins another writer when one ends, and loses nothing", async () => {
    putThings(0, 5);
    const opened = open({ writer: faulty("writer-worker", "throw new Error('out of luck');") });
    opened.advance(stream.flush(), stream.size);
    await opened.indexed(1);
    expect((await opened.search({ limit: 20 })).codes).toHaveLength(5);
  });

  test("asks again what a reader still owed when it ended", async () => {
    putThings(0, 5);
    const reader = faulty(
      "reader-worker",
      `const { parentPort } = await import("node:worker_threads");
       parentPort.on("message", () => process.exit(1));`,
    );
    const opened = open({ reader });
    opened.advance(stream.flush(), stream.size);
    await opened.indexed(1);
    expect((await opened.search({ limit: 20 })).codes).toHaveLength(5);
  });

  test("tells those who wait when no writer lives", async () => {
    const writer = pathToFileURL(join(stream.directory, "missing.mjs"));
    const opened = open({ writer });
    const waiting = opened.indexed(1);
    const asking = opened.search({ limit: 1 });
    await expect(waiting).rejects.toMatchObject({ code: "LEDGER_INDEX", reaction: "busy" });
    await expect(asking).rejects.toMatchObject({ code: "LEDGER_INDEX" });
    await expect(opened.indexed(1)).rejects.toMatchObject({ code: "LEDGER_INDEX" });
    await expect(opened.keys("decision/", 1)).rejects.toMatchObject({ code: "LEDGER_INDEX" });
  });

  test("is built anew when its file is overwritten while it is open", async () => {
    putThings(0, 5000);
    const opened = open();
    opened.advance(stream.flush(), stream.size);
    await opened.indexed(1);
    await opened.close();
    const again = open();
    expect((await again.search({ limit: 1 })).codes).toHaveLength(1);
    // All pages but the first, so that it still opens.
    const descriptor = openSync(file, "r+");
    for (let page = 1; page < 300; page++)
      writeSync(descriptor, Buffer.alloc(4096, 0xab), 0, 4096, 4096 * page);
    const found = await again.search({ text: "路灯 4321", limit: 5 });
    again.advance(stream.flush(), stream.size);
    await again.indexed(1);
    expect((await again.search({ text: "路灯 4321", limit: 5 })).codes).toEqual([
      "MA.156.1301/LAMP/4321",
    ]);
    expect(found.codes.length).toBeLessThanOrEqual(1);
  });

  test("refuses what is asked after it was closed", async () => {
    const opened = open();
    const waiting = opened.indexed(1);
    await opened.close();
    await expect(waiting).rejects.toMatchObject({ code: "LEDGER_CLOSED" });
    await expect(opened.search({ limit: 1 })).rejects.toMatchObject({ code: "LEDGER_CLOSED" });
  });

  test("is right after its process was killed, again and again, at any moment", async () => {
    putThings(0, 30_000);
    stream.flush();
    const script = fileURLToPath(new URL("./index-until-killed.mjs", import.meta.url));
    const args = [
      script,
      file,
      stream.path,
      String(stream.flush()),
      String(stream.size),
      IDENTITY.ledger,
    ];
    for (const milliseconds of [150, 250, 350, 450]) {
      const child = spawn(process.execPath, args, { stdio: "ignore" });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      child.kill("SIGKILL");
      await ended;
    }
    execFileSync(process.execPath, [...args, "to the end"], { stdio: "inherit" });
    const opened = open();
    opened.advance(stream.flush(), stream.size);
    await opened.indexed(stream.size);
    expect(opened.counts()).toMatchObject({ codes: 30_000, byKind: { thing: 30_000 } });
    const codes = await everyPage(opened, "路灯 29");
    const numbers = Array.from({ length: 30_000 }, (_, i) => String(i)).filter((i) =>
      i.includes("29"),
    );
    // What begins so comes first.
    const wanted = [
      ...numbers.filter((i) => i.startsWith("29")),
      ...numbers.filter((i) => !i.startsWith("29")),
    ];
    expect(codes).toEqual(wanted.map((i) => `MA.156.1301/LAMP/${i}`));
  });
});

/** How far each thread of this process stands back. */
function nices(): number[] {
  return readdirSync("/proc/self/task").map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    // Counted from behind the name, which may hold anything: man 5 proc, field 19.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

/** A page may be short where the machine is slow: then its cursor leads on. */
async function everyPage(opened: IndexStore, text: string): Promise<string[]> {
  const codes: string[] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? {} : { cursor };
    const page = await opened.search({ text, limit: 1000, ...more });
    codes.push(...page.codes);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return codes;
}

describe("what went wrong while the index was read", () => {
  test("counts as damage where the index itself is at fault, and not where the question is", () => {
    expect(readFailure(new IndexDamage("a block")).isDamaged).toBe(true);
    const corrupt = Object.assign(new Error("malformed"), { code: "SQLITE_CORRUPT" });
    expect(readFailure(corrupt).isDamaged).toBe(true);
    expect(readFailure(new Error("LEDGER_VALUES_DAMAGED")).isDamaged).toBe(false);
  });
});
