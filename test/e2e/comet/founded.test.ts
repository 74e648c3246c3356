import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
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

// Everything by the command line, as institutes do it on machines of their own: here directories and addresses of this one.

const binary = await testEngine();
const PATIENCE = { timeout: 300_000 };
const ORIGIN = "id.example.org/log";
const MEMBERS = ["A", "B", "C"];
const VALIDATORS = [1, 2, 3, 4];

describe.skipIf(binary === undefined)("a ledger founded among four validators", PATIENCE, () => {
  let root: string;
  let [port, peerPort] = [0, 0];
  let fingerprint: string;
  const running: { readonly child: ChildProcess; readonly ended: Promise<number | null> }[] = [];
  const at = (...path: readonly string[]) => join(root, ...path);
  const urlOf = (n: number) => `http://127.0.0.${n}:${port}`;
  const hostOf = (n: number) => `127.0.0.${n}`;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "cityid-founded-"));
    [port, peerPort] = [await freePort(), await freePort()];
  });
  afterAll(async () => {
    // Told, not killed: a supervisor that is killed leaves its application and engine a moment to notice.
    for (const { child } of running) child.kill("SIGTERM");
    await Promise.all(running.map(({ ended }) => ended));
    discard(root);
  });

  /** Starts one as its operator does. */
  function start(n: number): void {
    const flags = ["--data", at(`v${n}`), "--host", hostOf(n), "--port", String(port)];
    const args = [MAIN, "validator", ...flags, "--engine", binary as string];
    const env = { PATH: process.env.PATH, LANG: "en_US.UTF-8", CITYID_LOG: "quiet" };
    const child = spawn(process.execPath, args, { stdio: "ignore", env });
    running.push({ child, ended: new Promise((resolve) => child.once("close", resolve)) });
  }

  test("is one genesis on all machines, out of what members and validators each made alone", async () => {
    for (const id of MEMBERS) {
      await mkdir(at(id));
      const log = id === "A" ? ["--log", ORIGIN] : [];
      const made = ["init", "member", "--id", id, "--name", `机构${id}`, "--to", at(id)];
      jsonOf(await runCli([...made, ...log, "--json"]));
    }
    for (const n of VALIDATORS) {
      const where = ["--address", `${hostOf(n)}:${peerPort}`, "--node-url", urlOf(n)];
      const made = ["validator", "init", "--data", at(`v${n}`), "--name", `v${n}`];
      jsonOf(await runCli([...made, ...where, "--log", ORIGIN, "--json"]));
    }
    const descriptions = MEMBERS.map((id) => at(id, `${id}.member.json`));
    const cards = VALIDATORS.flatMap((n) => ["--validator", at(`v${n}`, "validator.json")]);
    const composed = ["init", "genesis", ...descriptions, ...cards, "--out", at("genesis")];
    fingerprint = jsonOf(await runCli([...composed, "--json"])).fingerprint;
    for (const n of VALIDATORS) {
      const files = ["--genesis", at("genesis"), "--log-key", at("A", "log.key")];
      const own = ["--data", at(`v${n}`), "--listen", `${hostOf(n)}:${peerPort}`];
      const begun = jsonOf(await runCli(["init", "node", ...files, ...own, "--json"]));
      expect(begun.fingerprint).toBe(fingerprint);
    }
  });

  test("starts with them, takes its first decision, and all four keep and sign the same", async () => {
    for (const n of VALIDATORS) start(n);
    for (const n of VALIDATORS) {
      const client = createClient({ url: urlOf(n), attempts: 1 });
      await until(async () =>
        (await client.ready().catch(() => undefined))?.ready ? true : undefined,
      );
      expect(await client.node()).toMatchObject({ genesis: fingerprint, origin: ORIGIN });
    }
    const item = { class: "LAMP", names: { zh: "路灯" }, public: "all" };
    await writeFile(at("classes.json"), JSON.stringify({ op: "classes", items: [item] }));
    const signed = async (id: string, n: number, ...args: readonly string[]) => {
      const options = ["--key", at(id, `${id}.key.json`), "--yes", "--json", "--url", urlOf(n)];
      return jsonOf(await runCli([...args, ...options]));
    };
    const proposed = await signed("B", 2, "propose", at("classes.json"));
    // Each institute by its own node: the second one knows what the first one was told.
    const endorsed = await signed("C", 3, "endorse", proposed.id);
    const hash = endorsed.hash ?? proposed.hash;
    const receipts = await Promise.all(
      VALIDATORS.map((n) =>
        until(async () => {
          const answer = await fetch(`${urlOf(n)}/v1/operations/${hash}`);
          const { receipt, bytes } = await answer.json();
          // More than two thirds have cosigned, beside the log's own line.
          return receipt?.match(/^— /gm)?.length >= 4 ? { receipt, bytes } : undefined;
        }),
      ),
    );
    const policy = at("policy");
    jsonOf(await runCli(["export", "policy", policy, "--url", urlOf(4), "--json"]));
    for (const [i, { receipt, bytes }] of receipts.entries()) {
      const file = at(`receipt-${i}`);
      await writeFile(file, receipt);
      await writeFile(`${file}.cose`, Buffer.from(bytes, "base64"));
      const args = ["verify", file, "--entry", `${file}.cose`, "--policy", policy, "--json"];
      const verified = await runCli(args);
      expect(verified, verified.errors).toMatchObject({ exit: 0 });
      // The log's signature alone is not what this policy asks for.
      const lines = receipt.split("\n");
      const alone = lines.filter(
        (line: string, k: number) => !line.startsWith("— ") || lines[k - 1] === "",
      );
      await writeFile(file, alone.join("\n"));
      expect((await runCli(args)).exit).not.toBe(0);
    }
    const texts = await until(async () => {
      const notes = await Promise.all(
        VALIDATORS.map(async (n) => (await fetch(`${urlOf(n)}/log/checkpoint`)).text()),
      );
      const said = notes.map((note) => note.slice(0, note.indexOf("\n\n")));
      return Number(said[0]?.split("\n")[1]) > 4 && new Set(said).size === 1 ? said : undefined;
    });
    expect(texts[0]).toMatch(new RegExp(`^${ORIGIN}\n`));
  });

  test("stops when it is told to, and goes on where it was", async () => {
    const sizeOf = async (n: number) => (await createClient({ url: urlOf(n) }).node()).size;
    const before = await sizeOf(1);
    for (const { child } of running) child.kill("SIGTERM");
    for (const { ended } of running.splice(0)) expect(await ended).toBe(0);
    for (const n of VALIDATORS) start(n);
    for (const n of VALIDATORS) {
      const client = createClient({ url: urlOf(n), attempts: 1 });
      await until(async () =>
        (await client.ready().catch(() => undefined))?.ready ? true : undefined,
      );
      expect(await sizeOf(n)).toBeGreaterThanOrEqual(before);
    }
  });
});
