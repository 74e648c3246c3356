import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { publicEd25519 } from "#crypto";
import {
  base64,
  type CodeRecord,
  decodeCbor,
  fromHex,
  type Hash,
  hashMapKey,
  present,
  sha256,
  verifierKey,
  verifyMapProof,
} from "../../../src/core/index.ts";
import { auditDirectory, openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import { discard } from "../../discard.ts";

// Each archive is the data directory of a node that an earlier build ran and that was killed: 600 lamps imported, a clean stop
// in between, one more operation. The last line of its checkpoint file was published before the kill.
const ARCHIVES = fileURLToPath(new URL("./earlier/", import.meta.url));
const LAMP = "MA.156.1301.02/LAMP/0000004";

const root = mkdtempSync(join(tmpdir(), "cityid-earlier-"));
afterAll(() => discard(root));

describe.each(readdirSync(ARCHIVES))("data that an earlier build wrote: %s", (name) => {
  const data = mkdtempSync(join(root, "data-"));
  execFileSync("tar", ["-xzf", join(ARCHIVES, name), "-C", data]);
  const { origin } = JSON.parse(readFileSync(join(data, "cityid.json"), "utf8"));
  const published = readFileSync(join(data, "ledger", "checkpoint"), "utf8").split("\n");

  test("audit clean", async () => {
    expect(await auditDirectory(data)).toMatchObject({ intact: true, origin, entries: 21 });
  });

  test("audit to the same where the values go into a file, which is gone afterwards", async () => {
    // A place for such files that no other test uses.
    const place = mkdtempSync(join(root, "tmp-"));
    vi.stubEnv("TMPDIR", place);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(tmpdir()).toBe(place);
    const { milliseconds: _, ...inFile } = await auditDirectory(data, { journalInMemoryBytes: 0 });
    const { milliseconds: __, ...inMemory } = await auditDirectory(data);
    expect(inFile).toEqual(inMemory);
    expect(readdirSync(place)).toEqual([]);
  });

  test("open to the same log, records and proofs, and are searched", async () => {
    const seed = present(
      fromHex(readFileSync(join(data, "keys", "log.key"), "utf8").trim()),
      "the key of the log",
    );
    const key = verifierKey(origin, "ed25519", publicEd25519(seed));
    const { ledger } = await openEmbeddedLedger({
      directory: join(data, "ledger"),
      origin,
      signers: [{ key, seed }],
      clock: { wallMilliseconds: Date.now, monotonicMilliseconds: () => performance.now() },
      workers: 0,
    });
    const head = ledger.head();
    expect([String(head.size), base64(head.root)]).toEqual([published[1], published[2]]);
    const mapKey = `code/${LAMP}`;
    const proof = (await ledger.prove([mapKey])).values[0];
    const value = present(proof?.value, "the lamp");
    const record = decodeCbor(value);
    expect(record.ok && (record.value as unknown as CodeRecord).names).toMatchObject({
      zh: { value: "又更名" },
    });
    const map = present(proof, "a proof").map;
    expect(verifyMapProof(head.mapRoot, hashMapKey(mapKey), sha256(value) as Hash, map).ok).toBe(
      true,
    );
    await ledger.indexed(head.size);
    expect((await ledger.search({ text: "更名", limit: 10 })).codes).toContain(LAMP);
    expect((await ledger.children("MA.156.1301.02/LAMP", 0, 1000))?.count).toBe(600);
    await ledger[Symbol.asyncDispose]();
  });
});
