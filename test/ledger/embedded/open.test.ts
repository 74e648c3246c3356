import { copyFileSync, cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import { type NoteSigner, sha256, utf8, verifierKey } from "../../../src/core/index.ts";
import { createEmbeddedLedger, openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import { code, fact, GENESIS, member, ORIGIN, sign } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";

const seed = sha256(utf8("log key"));
const signer: NoteSigner = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(seed)), seed };
const root = mkdtempSync(join(tmpdir(), "cityid-open-"));
afterAll(() => discard(root));

const NOW = GENESIS.time + 1000;
const clock = { wallMilliseconds: () => NOW, monotonicMilliseconds: () => NOW };

const open = (directory: string, origin = ORIGIN) =>
  openEmbeddedLedger({ directory, origin, signers: [signer], clock, workers: 0 });

/** A ledger of one block in which one member listed one name, and its published checkpoint. */
async function listed(name: string): Promise<string> {
  const directory = join(root, name);
  await createEmbeddedLedger(directory, GENESIS);
  const { ledger } = await open(directory);
  const item = { code: code("MA.156.1301"), add: [fact({ source: name })] };
  const [outcome] = await ledger.submit([sign({ op: "gazette", items: [item] }, member("A"), NOW)]);
  expect(outcome?.ok).toBe(true);
  await ledger[Symbol.asyncDispose]();
  return directory;
}

test("what could not be opened can be tried again in the same process", async () => {
  const directory = await listed("again");
  for (const attempt of [1, 2]) {
    const refused = open(directory, `other${attempt}.test/log`);
    await expect(refused).rejects.toMatchObject({ code: "LOG_ORIGIN" });
  }
  const { ledger } = await open(directory);
  await ledger[Symbol.asyncDispose]();
});

test("another journal is not opened behind the checkpoint that was shown", async () => {
  const [shown, other] = [await listed("shown"), await listed("other")];
  const checkpoint = join(root, "checkpoint");
  copyFileSync(join(shown, "checkpoint"), checkpoint);
  cpSync(other, shown, { recursive: true, force: true });
  copyFileSync(checkpoint, join(shown, "checkpoint"));
  await expect(open(shown)).rejects.toMatchObject({ code: "LOG_FORKED", reaction: "fatal" });
});
