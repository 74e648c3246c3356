import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../bench/lib/free-port.mjs";
import { formatVerifierKey } from "../../src/core/index.ts";
import { readLog } from "../../src/log/index.ts";
import { readDescription, writeDescription } from "../../src/node/data-directory.ts";
import { configFromEnv, startDemo, startNode } from "../../src/node/index.ts";
import { logKey } from "../../src/node/log-key.ts";
import { runCli } from "../cli/served-world.ts";
import { discard } from "../discard.ts";
import { LOG_SEED, ORIGIN } from "../sdk/world.ts";
import { flip } from "./flip.ts";
import { beginLedger } from "./real-node.ts";

let root: string;
let data: string;
let port: number;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-failed-start-"));
  data = await beginLedger(root);
  port = await freePort();
});
afterAll(() => discard(root));

const configOf = (dataDirectory: string) =>
  configFromEnv({ dataDirectory, port, logFormat: "quiet" }, {});

/** Takes the port, which only works when nobody else has it, and gives it back. */
async function takePort(): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

describe("a start that fails halfway", () => {
  test("gives the port back, whatever failed after it was taken, and the ledger too", async () => {
    const laxly = { ...configOf(data), trustedProxies: ["lb.internal"] };
    await expect(startNode(laxly)).rejects.toThrow(RangeError);
    await takePort();
    const demo = () => {
      throw new Error("no demonstration");
    };
    await expect(startNode(configOf(data), { demo })).rejects.toThrow("no demonstration");
    await takePort();
    const node = await startNode(configOf(data));
    await node[Symbol.asyncDispose]();
  });

  test("of the demonstration, while it is being filled, stops its node", async () => {
    const said: string[] = [];
    const say = (line: string) => {
      if (said.push(line) === 2) throw new Error("nobody listens");
    };
    const config = configOf(join(root, "demo"));
    await expect(startDemo({ config, language: "en", say })).rejects.toThrow("nobody listens");
    await takePort();
  });

  test("of a child whose key is not there ends the process, with the reason", async () => {
    const { format: _, ...rest } = (await readDescription(data)) ?? { origin: "" };
    const parent = { url: "http://127.0.0.1:1", code: "MA.156.1301" };
    await writeDescription(data, { ...rest, parent });
    const missing = join(root, "missing.key");
    const args = ["start", "--data", data, "--port", String(port), "--key", missing, "--json"];
    const { exit, errors } = await runCli(args);
    expect(exit).not.toBe(0);
    expect(errors).toContain(missing);
    await takePort();
  });
});

describe("a command that gets something else than it needs says so", () => {
  test.each([
    ["start", (file: string) => ["start", "--port", "0", "--data", file]],
    ["start below a file", (file: string) => ["start", "--port", "0", "--data", join(file, "x")]],
    ["backup from", (file: string) => ["backup", file, join(root, "never")]],
    ["backup to", (file: string) => ["backup", data, file]],
    ["restore from", (file: string) => ["restore", file, join(root, "never")]],
    ["restore to", (file: string) => ["restore", data, file]],
    ["audit", (file: string) => ["audit", file]],
    ["promote", (file: string) => ["promote", "--data", file]],
  ])("%s: a file that is no directory", async (_, argsOf) => {
    const file = join(root, "a-file");
    writeFileSync(file, "of something else");
    const { exit, errors } = await runCli([...argsOf(file), "--json"]);
    const { code, what } = JSON.parse(errors);
    expect({ exit, code }).toEqual({ exit: 10, code: "NODE_NO_DIRECTORY" });
    expect(what).toContain(`${file}`);
    expect(readFileSync(file, "utf8")).toBe("of something else");
  });

  test("promote: members who have not decided on it", async () => {
    const { exit, errors } = await runCli(["promote", "--data", data, "--json"]);
    const { code, remedy } = JSON.parse(errors);
    expect({ exit, code }).toEqual({ exit: 10, code: "NODE_UNDECIDED" });
    expect(remedy).toContain('{"op":"param","name":"order","value":"validators"}');
  });

  test("a port of MQTT that is taken is not told to be that of the node", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, "127.0.0.1", resolve));
    const where = ["--data", data, "--json"];
    const mqtt = await runCli(["start", "--port", "0", "--mqtt", String(port), ...where]);
    const web = await runCli(["start", "--port", String(port), ...where]);
    await new Promise((resolve) => taken.close(resolve));
    for (const [ran, option] of [
      [mqtt, "--mqtt"],
      [web, "--port"],
    ] as const) {
      const { code, facts, remedy } = JSON.parse(ran.errors.trim().split("\n").at(-1) ?? "");
      expect({ exit: ran.exit, code, port: facts.port }).toEqual({
        ...{ exit: 10, code: "NODE_PORT", port },
      });
      expect(remedy).toContain(`\`${option}\``);
    }
  });
});

describe("a wrong file in the place of the log's key", () => {
  const startWith = async (name: string, text: string) => {
    const policy = `log ${formatVerifierKey(logKey(ORIGIN, LOG_SEED))}\nquorum none\n`;
    const copy = await beginLedger(join(root, name), { policy });
    const file = join(copy, "keys", "log.key");
    writeFileSync(file, text);
    const start = ["start", "--data", copy, "--port", String(port), "--json"];
    const { exit, errors } = await runCli(start);
    return { exit, file, problem: JSON.parse(errors.trim().split("\n").at(-1) ?? "") };
  };

  test("a key that no policy ever named ends the start: nobody would believe what it signs", async () => {
    const { exit, file, problem } = await startWith("foreign", `${"07".repeat(32)}\n`);
    expect(exit).toBe(10);
    expect(problem).toMatchObject({ code: "NODE_LOG_KEY_FOREIGN", facts: { path: file } });
    await takePort();
    const config = { ...configOf(join(root, "foreign", "data")), confirmLogKey: true };
    await using node = await startNode(config);
    expect(node.origin).toBe(ORIGIN);
  });

  test("what is no key at all ends it too, with the name of the file", async () => {
    const { exit, file, problem } = await startWith("no-seed", "-----BEGIN CERTIFICATE-----\n");
    expect(exit).toBe(10);
    expect(problem).toMatchObject({ code: "NODE_KEY_FORMAT", facts: { path: file } });
  });
});

describe("a ledger whose first block is damaged", () => {
  const problemOf = ({ exit, errors }: { exit: number | null; errors: string }) => {
    const { code, facts } = JSON.parse(errors);
    return { exit, code, cause: facts.cause };
  };

  test("is not opened and not changed: that block is no torn end, whatever stands behind it", async () => {
    const copy = join(root, "damaged");
    cpSync(data, copy, { recursive: true });
    const journal = join(copy, "ledger", "journal");
    await flip(journal, 700);
    const bytes = readFileSync(journal);
    const start = ["start", "--data", copy, "--port", String(port), "--json"];
    expect(problemOf(await runCli(start))).toEqual({
      exit: 10,
      code: "NODE_DATA_DAMAGED",
      cause: "JOURNAL_DAMAGED",
    });
    expect(readFileSync(journal).equals(bytes)).toBe(true);
    expect(problemOf(await runCli(["audit", copy, "--json"]))).toMatchObject({
      exit: 6,
      cause: "JOURNAL_TORN",
    });
    const target = join(root, "damaged-backup");
    expect(problemOf(await runCli(["backup", copy, target, "--json"]))).toMatchObject({
      exit: 10,
      code: "NODE_DATA_DAMAGED",
    });
  });

  test("and was cut off is found damaged by a start, an audit and a restore", async () => {
    const copy = join(root, "cut");
    let first: number | undefined;
    cpSync(data, copy, { recursive: true });
    const { end } = readLog({ directory: join(data, "ledger") }, ({ offset }) => {
      first ??= offset;
    });
    expect(first).toBeLessThan(end);
    truncateSync(join(copy, "ledger", "journal"), first);
    const start = ["start", "--data", copy, "--port", String(port), "--json"];
    expect(problemOf(await runCli(start))).toMatchObject({ exit: 10, code: "NODE_DATA_DAMAGED" });
    const target = join(root, "restored");
    for (const command of [
      ["audit", copy],
      ["restore", copy, target],
    ])
      expect(problemOf(await runCli([...command, "--json"]))).toEqual({
        exit: 6,
        code: "CLI_DAMAGED",
        cause: "REPLAY_BLOCK_ENTRY",
      });
    expect(existsSync(target)).toBe(false);
  });
});
