import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { createClient } from "../../../src/sdk/index.ts";
import { jsonOf } from "../../cli/office.ts";
import { runCli } from "../../cli/served-world.ts";
import { discard } from "../../discard.ts";
import { MAIN, until } from "../../node/real-node.ts";
import { testEngine } from "./engine.ts";

const binary = await testEngine();
const PATIENCE = { timeout: 300_000 };
const VALIDATORS = [1, 2, 3, 4];

type Running = {
  readonly name: string;
  readonly applicationPid: number;
  readonly enginePid: number;
};

describe.skipIf(binary === undefined)("cityid testnet", PATIENCE, () => {
  let root: string;
  let [port, peerPort] = [0, 0];
  let child: ChildProcess | undefined;
  let stopped: Promise<number | null> | undefined;
  const urlOf = (n: number) => `http://127.0.0.${n}:${port}`;
  const sizeOf = async (n: number) => (await createClient({ url: urlOf(n) }).node()).size;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "cityid-testnet-"));
    [port, peerPort] = [await freePort(), await freePort()];
  });
  afterAll(async () => {
    // Told, not killed: a supervisor that is killed leaves its applications and engines a moment to notice.
    child?.kill("SIGTERM");
    await stopped;
    discard(root);
  });

  /** Starts it, and resolves when all of its validators take writes. */
  async function start() {
    const ports = ["--port", String(port), "--peer-port", String(peerPort)];
    const flags = ["--data", root, "--validators", "4", ...ports, "--engine", binary as string];
    const env = { PATH: process.env.PATH, LANG: "en_US.UTF-8", CITYID_LOG: "quiet" };
    const started = spawn(process.execPath, [MAIN, "testnet", ...flags], {
      stdio: ["ignore", "ignore", "pipe"],
      env,
    });
    child = started;
    let said = "";
    started.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const ended = new Promise<number | null>((resolve) => started.once("close", resolve));
    stopped = ended;
    for (const n of VALIDATORS) {
      const client = createClient({ url: urlOf(n), attempts: 1 });
      await until(async () =>
        (await client.ready().catch(() => undefined))?.ready ? true : undefined,
      );
    }
    const running = await until(async () => {
      const lines = [...said.matchAll(/^\{"event":"running".*$/gm)];
      return lines.length === VALIDATORS.length
        ? lines.map(([line]): Running => JSON.parse(line))
        : undefined;
    });
    return { running, ended, told: said };
  }

  test("makes keys and configuration for four validators, runs them, and goes on where it was", async () => {
    const { running, ended, told } = await start();
    expect(running.map(({ name }) => name).sort()).toEqual(VALIDATORS.map((n) => `validator-${n}`));
    const genesis = await Promise.all(
      VALIDATORS.map((n) =>
        readFile(join(root, `validator-${n}`, "comet", "config", "genesis.json"), "utf8"),
      ),
    );
    expect(new Set(genesis).size).toBe(1);
    const keys = [...told.matchAll(/^key of (\S+): (.+)$/gm)].map(([, holder = "", path = ""]) => ({
      holder,
      path,
    }));
    expect(keys.map(({ holder }) => holder)).toEqual(
      ["A", "B", "C", "D"].map((m) => `member/${m}`),
    );
    const item = { class: "LAMP", names: { zh: "路灯" }, public: "all" };
    await writeFile(join(root, "classes.json"), JSON.stringify({ op: "classes", items: [item] }));
    const as = async (i: number, ...args: readonly string[]) => {
      const { holder, path } = keys[i] ?? { holder: "", path: "" };
      const signed = ["--as", holder, "--key", path, "--yes", "--json", "--url", urlOf(i + 1)];
      return jsonOf(await runCli([...args, ...signed]));
    };
    // Three of the four members must agree, and each asks a validator of its own.
    const { id } = await as(0, "propose", join(root, "classes.json"));
    for (const i of [1, 2]) await as(i, "endorse", id);
    // What one validator gave a receipt for holds by the policy that another one shows: two thirds have cosigned it.
    const [receipt, policy] = [join(root, "receipt"), join(root, "policy")];
    await as(0, "propose", join(root, "classes.json"), "--receipt", receipt);
    await runCli(["export", "policy", policy, "--url", urlOf(3)]);
    const entry = `${receipt}.cose`;
    const held = await runCli(["verify", receipt, "--entry", entry, "--policy", policy]);
    expect(held).toMatchObject({ exit: 0, out: expect.stringMatching(/witnessed by (.+, ){2}/) });
    const client = createClient({ url: urlOf(4) });
    await until(async () => ((await client.decision(id)).state === "executed" ? true : undefined));
    const size = await sizeOf(4);

    child?.kill("SIGTERM");
    expect(await ended).toBe(0);
    for (const { applicationPid, enginePid } of running) {
      for (const pid of [applicationPid, enginePid]) expect(() => process.kill(pid, 0)).toThrow();
    }
    const again = await start();
    expect(await sizeOf(1)).toBeGreaterThanOrEqual(size);
    expect((await client.decision(id)).state).toBe("executed");
    child?.kill("SIGTERM");
    expect(await again.ended).toBe(0);
  });
});
