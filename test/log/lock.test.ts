import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { lockDirectory } from "../../src/log/index.ts";
import { discard } from "../discard.ts";

describe("a data directory", () => {
  test("has one owner; a second one hears its pid", async () => {
    const directory = temporary();
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({
      code: "DATA_DIR_IN_USE",
      facts: { directory, pid: String(process.pid) },
    });
    await lock.release();
    const next = await lockDirectory(directory);
    await next.release();
    expect([existsSync(join(directory, "lock")), existsSync(join(directory, "lock.pid"))]).toEqual([
      false,
      false,
    ]);
  });

  test("is free again when its owner was killed", async () => {
    const directory = temporary();
    const owner = await owning(directory);
    expect(owner.answer).toBe("owned");
    expect((await owning(directory)).answer).toBe(`DATA_DIR_IN_USE ${owner.child.pid}`);
    await kill(owner.child);
    const lock = await lockDirectory(directory);
    await lock.release();
  });

  test("has one owner, however many come at once, at first and after it was killed", async () => {
    let before = "";
    for (let round = 0; round < 4; round++) {
      // Also where nobody was before: a socket that was just made answers nobody yet.
      const directory = round % 2 === 0 ? temporary() : before;
      before = directory;
      const contenders = await Promise.all(Array.from({ length: 6 }, () => owning(directory)));
      const answers = contenders.map(({ answer }) => answer.split(" ")[0]).sort();
      expect(answers).toEqual([...Array(5).fill("DATA_DIR_IN_USE"), "owned"]);
      await Promise.all(contenders.map(({ child }) => kill(child)));
    }
  });

  test("may have a path that is longer than a socket's may be", async () => {
    const directory = join(temporary(), "a".repeat(120));
    const lock = await lockDirectory(directory);
    expect((await owning(directory)).answer).toBe(`DATA_DIR_IN_USE ${process.pid}`);
    await lock.release();
    expect(existsSync(join(directory, "lock"))).toBe(false);
  });

  test("is taken over although a process was killed while it did so", async () => {
    const directory = temporary();
    await kill((await owning(directory)).child);
    const guard = join(directory, "lock.guard");
    mkdirSync(guard);
    utimesSync(guard, 0, 0);
    const lock = await lockDirectory(directory);
    await lock.release();
    expect(existsSync(guard)).toBe(false);
  });

  test("that cannot be made is refused with the reason", async () => {
    const file = join(temporary(), "file");
    writeFileSync(file, "");
    await expect(lockDirectory(join(file, "data"))).rejects.toMatchObject({
      code: "DATA_DIR_ACCESS",
      facts: { reason: "ENOTDIR" },
    });
  });
});

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "cityid-lock-"));
  onTestFinished(() => discard(directory));
  return directory;
}

const built = new URL("../../dist/log/lock.js", import.meta.url).href;
const program = `
  const { lockDirectory } = await import(${JSON.stringify(built)});
  try {
    await lockDirectory(process.argv[1]);
    console.log("owned");
    setInterval(() => undefined, 1000);
  } catch (fault) {
    console.log(fault.code, fault.facts.pid);
  }
`;

/** Another process that tries to own the directory, and keeps it if it can; it ends with the test. */
async function owning(directory: string): Promise<{ child: ChildProcess; answer: string }> {
  const argv = ["--input-type=module", "-e", program, directory];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const answer = await new Promise<string>((resolve) =>
    child.stdout.once("data", (data) => resolve(String(data).trim())),
  );
  return { child, answer };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
