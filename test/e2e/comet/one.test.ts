import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { hex, isBlockEntry, present } from "../../../src/core/index.ts";
import { engineHome } from "../../../src/node/comet/home.ts";
import { beginNet } from "../../../src/node/comet/index.ts";
import { createClient } from "../../../src/sdk/index.ts";
import { must } from "../../contract/ledger.ts";
import { code, GENESIS, member, ORIGIN, sign } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";
import { MAIN, until } from "../../node/real-node.ts";
import { actWith, genesisWith, LOG_SEED } from "../../sdk/world.ts";
import { beginOneValidator, type OneValidator, startOneValidator, testEngine } from "./engine.ts";
import { isReady, runTestValidator } from "./net.ts";

const binary = (await testEngine()) ?? "";
const PATIENCE = { timeout: 300_000 };

/** Where an engine can be made to die within the steps of a commit: so many a block, the first of those that are tried here. */
const POINTS = 11;
const FIRST_POINT = 12;

/** A disk that somebody else can fill. */
const mounted = mkdtempSync(join(tmpdir(), "cityid-tmpfs-"));
const canMount =
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "cityid", mounted]).status === 0;
afterAll(() => {
  if (canMount) execFileSync("umount", [mounted]);
  discard(mounted);
});

describe.skipIf(binary === "")("one validator", PATIENCE, () => {
  const made: string[] = [];
  const started: OneValidator[] = [];
  afterEach(async () => {
    // What a test that failed left running.
    for (const { engine } of started.splice(0)) await engine.stop();
    for (const each of made.splice(0)) discard(each);
  });

  let facts = 0;
  /** A first fact of a division that has none. */
  function gazette(): Uint8Array {
    const names = { zh: `市 ${facts}` };
    const fact = { names, level: "prefecture", from: "1981", source: "test" } as const;
    const items = [{ code: code(`MA.156.${1301 + facts++}`), add: [fact] }];
    return sign({ op: "gazette", items }, member("A"), Date.now());
  }

  async function start(data: string, failAt?: number): Promise<OneValidator> {
    const validator = await startOneValidator(binary, data, ORIGIN, failAt);
    started.push(validator);
    return validator;
  }

  async function stop({ engine, ledger }: OneValidator): Promise<void> {
    await engine.stop();
    await ledger[Symbol.asyncDispose]();
  }

  test("goes on after an engine that died within its own steps of a commit, again and again", async () => {
    const data = await beginOneValidator(GENESIS);
    made.push(data);
    const operations: Uint8Array[] = [];
    const acknowledged = new Map<Uint8Array, number>();
    // Each block passes eleven of them, and so does what is replayed: each is met once. The early ones come before the block with the operation
    // is committed, the late ones after it. What one start was killed at, the next one recovers from.
    for (let point = FIRST_POINT; point < FIRST_POINT + POINTS; point++) {
      const operation = gazette();
      operations.push(operation);
      const { ledger, engine, failures } = await start(data, point);
      let isOver = false;
      const over = engine.ended.then(() => {
        isOver = true;
      });
      await until(async () => (isOver || ledger.unready() === undefined ? true : undefined));
      const said = ledger.submit([operation]).catch(() => undefined);
      await over;
      await ledger[Symbol.asyncDispose]();
      expect(failures).toEqual([]);
      const [outcome] = (await said) ?? [];
      if (outcome?.ok) acknowledged.set(operation, outcome.index);
    }
    const validator = await start(data);
    const { ledger } = validator;
    for (const outcome of await ledger.submit(operations)) must(outcome);
    // Each once, whether or not somebody was told; and what somebody was told is true.
    const { size } = ledger.head();
    const entries = Array.from({ length: size }, (_, i) => present(ledger.entry(i), "an entry"));
    const kept = entries.slice(2).filter((entry) => !isBlockEntry(entry));
    expect(kept.map(hex).sort()).toEqual(operations.map(hex).sort());
    for (const [operation, index] of acknowledged) {
      expect(entries[index]).toEqual(operation);
    }
    await stop(validator);
  });

  test("knows its height though a crash kept the journal's record and not the height", async () => {
    const data = await beginOneValidator(GENESIS);
    made.push(data);
    await stop(await start(data));
    const heights = join(data, "ledger", "heights");
    cpSync(heights, join(data, "heights-before"));
    const first = await start(data);
    must((await first.ledger.submit([gazette()]))[0]);
    const { checkpoint } = first.ledger.head();
    await stop(first);
    cpSync(join(data, "heights-before"), heights);
    const again = await start(data);
    expect(again.ledger.head().checkpoint).toBe(checkpoint);
    expect(must((await again.ledger.submit([gazette()]))[0]).index).toBe(4);
    await stop(again);
  });

  test.skipIf(!canMount)(
    "goes on by itself when there is room on the disk again, and reads meanwhile",
    async () => {
      const dataDirectory = join(mounted, "data");
      await beginNet({
        validators: [{ name: "one", dataDirectory, host: "127.0.0.1" }],
        genesis: genesisWith(),
        logSeed: LOG_SEED,
        peerPort: 0,
        pace: { proposeMilliseconds: 1000, commitMilliseconds: 1, idleMilliseconds: 1000 },
      });
      const port = await freePort();
      const one = runTestValidator({ name: "one", dataDirectory, host: "127.0.0.1" }, port, binary);
      one.start();
      try {
        await isReady(one);
        const { url } = one.pair();
        const readyz = async () => {
          const answer = await fetch(`${url}/readyz`).catch(() => undefined);
          return (await answer?.json()) as { readonly fault?: string } | undefined;
        };
        const ballast = join(mounted, "ballast");
        expect(() => writeFileSync(ballast, new Uint8Array(64 * 1024 * 1024))).toThrow("ENOSPC");
        await until(async () => ((await readyz())?.fault === undefined ? undefined : true));
        expect((await fetch(`${url}/v1/stats`)).status).toBe(200);
        rmSync(ballast);
        await isReady(one);
        // Empty blocks leave nothing with the application: it is the engine that could not write.
        expect(one.restarts.join()).toContain("no room on the disk");
        const inner = { op: "param", name: "upgrade", value: { app: 2, height: 300 } } as const;
        const act = actWith(createClient({ url }));
        expect((await act({ op: "propose", inner }, "member/A", "member/A")).id).toBeDefined();
      } finally {
        await one.stop();
      }
    },
  );

  test("runs as `cityid validator`, and leaves nothing running when its supervisor is killed", async () => {
    const root = mkdtempSync(join(tmpdir(), "cityid-pair-"));
    made.push(root);
    const dataDirectory = join(root, "data");
    await beginNet({
      validators: [{ name: "one", dataDirectory, host: "127.0.0.1" }],
      genesis: genesisWith(),
      logSeed: LOG_SEED,
      peerPort: 0,
      pace: { proposeMilliseconds: 1000, commitMilliseconds: 1 },
    });
    const cityid = (...args: string[]) => {
      const child = spawn(process.execPath, [MAIN, ...args, "--data", dataDirectory], {
        env: { PATH: process.env.PATH, LANG: "en_US.UTF-8" },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      return { child, ended, said: () => said };
    };
    const alone = cityid("start", "--port", "0");
    expect(await alone.ended).toBe(10);
    expect(alone.said()).toContain("cityid validator --data");

    const pair = cityid("validator", "--port", "0", "--engine", binary);
    const url = await until(async () => /answers at (http:\S+)/.exec(pair.said())?.[1]);
    await until(async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));
    pair.child.kill("SIGKILL");
    // The application sees that its supervisor is gone, and the engine that its application is.
    const { abciSocket, rpcSocket } = engineHome(dataDirectory);
    for (const socket of [abciSocket, rpcSocket]) {
      await until(async () => ((await isListening(socket)) ? undefined : true));
    }
    await pair.ended;

    // Started again, it goes on until a block that it has no rules for, and says so; starting it once more would not help.
    const again = cityid("validator", "--port", "0", "--engine", binary);
    const there = await until(async () => /answers at (http:\S+)/.exec(again.said())?.[1]);
    await until(async () => ((await fetch(`${there}/readyz`)).ok ? true : undefined));
    const act = actWith(createClient({ url: there }));
    const inner = { op: "param", name: "upgrade", value: { app: 2, height: 3 } } as const;
    const { id } = await act({ op: "propose", inner }, "member/A", "member/A");
    const vote = { op: "endorse", decision: id, vote: "approve" } as const;
    await act(vote, "member/B", "member/B");
    expect(await again.ended).toBe(10);
    expect(again.said()).toContain("NODE_RULES");
  });
});

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
