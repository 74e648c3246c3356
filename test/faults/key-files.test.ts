import { expect } from "vitest";
import { writeIdentityFile } from "../../src/cli/identity-file.ts";
import { writeKeyFile } from "../../src/cli/key-file.ts";
import { writeWhole, writeWholeFile } from "../../src/cli/write-file.ts";
import { base64, sha256, utf8 } from "../../src/core/index.ts";
import { readText } from "../../src/log/index.ts";
import { describeFaults } from "./table.ts";

// The fault tables of files that the command line writes: keys above all, which nobody has twice.

const secret = sha256(utf8("a secret"));
const KEY = "/home/clerk/keys/city.key.json";
const AGE = "/home/clerk/keys/city.age";

const short = (calls: readonly string[]) => [
  ...new Set(
    calls.map((call) =>
      call.replace(/\.[0-9a-f]{8}\.new/, ".*.new").replace(/\.\d+\.new/, ".<pid>.new"),
    ),
  ),
];

describeFaults<{ done: boolean }>({
  name: "a key file on a disk that fails",
  keeps:
    "is there as a whole once it was acknowledged, is never there in part, and is never written over",
  faults: ["CLI_FILE", "CLI_FILE_EXISTS"],
  begin: () => ({ done: false }),
  async live(files, life) {
    await writeKeyFile(KEY, { alg: "Ed25519", secret }, files);
    life.done = true;
    const other = { alg: "Ed25519", secret: sha256(utf8("another")) } as const;
    await expect(writeKeyFile(KEY, other, files)).rejects.toMatchObject({
      code: expect.stringMatching(/^CLI_FILE/),
    });
  },
  async expectWhole(files, life, why) {
    // Whole, or not there at all: then it can be written, and stays.
    if (life.done) expect(await readText(files, KEY), why).toBeDefined();
    if ((await readText(files, KEY)) === undefined) {
      await writeKeyFile(KEY, { alg: "Ed25519", secret }, files);
      life.done = true;
    }
    const kept = JSON.parse((await readText(files, KEY)) ?? "");
    expect(kept, why).toMatchObject({ format: "cityid/key/v1", secret: base64(secret) });
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create /home/clerk/keys/city.key.json.*.new",
      "link /home/clerk/keys/city.key.json",
      "make /home",
      "make /home/clerk",
      "make /home/clerk/keys",
      "remove /home/clerk/keys/city.key.json.*.new",
      "sync /home/clerk/keys/city.key.json.*.new",
      "sync directory /",
      "sync directory /home",
      "sync directory /home/clerk",
      "sync directory /home/clerk/keys",
      "write /home/clerk/keys/city.key.json.*.new",
    ]
  `),
});

describeFaults<{ recipient?: string }>({
  name: "an identity for evidence on a disk that fails",
  keeps: "is there as a whole once its recipient was named, and never in part",
  powerCuts: 1,
  faults: ["CLI_FILE"],
  begin: () => ({}),
  async live(files, life) {
    life.recipient = await writeIdentityFile(AGE, undefined, files);
  },
  async expectWhole(files, { recipient }, why) {
    const text = await readText(files, AGE);
    if (recipient === undefined && text === undefined) return;
    expect(text, why).toMatch(/^# public key: age1[0-9a-z]+\nAGE-SECRET-KEY-1[0-9A-Z]+\n$/);
    if (recipient !== undefined) expect(text, why).toContain(recipient);
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create /home/clerk/keys/city.age.*.new",
      "link /home/clerk/keys/city.age",
      "make /home",
      "make /home/clerk",
      "make /home/clerk/keys",
      "remove /home/clerk/keys/city.age.*.new",
      "sync /home/clerk/keys/city.age.*.new",
      "sync directory /",
      "sync directory /home",
      "sync directory /home/clerk",
      "sync directory /home/clerk/keys",
      "write /home/clerk/keys/city.age.*.new",
    ]
  `),
});

const CARD = "/home/clerk/A.member.json";
const LARGE = "/home/clerk/genesis.cbor";
const versions = [1, 2].map((n) => new Uint8Array(600_000).fill(n));

describeFaults<{ card: boolean; written: number }>({
  name: "files that others are given, on a disk that fails",
  keeps: "are there as a whole once they were acknowledged, the old ones until the new ones are",
  faults: ["CLI_FILE", "CLI_FILE_EXISTS"],
  begin: () => ({ card: false, written: 0 }),
  async live(files, life) {
    files.makeDirectory("/home/clerk");
    await files.syncDirectory("/home");
    await files.syncDirectory("/");
    await writeWholeFile(CARD, utf8("a member"), { overwrite: false, files });
    life.card = true;
    for (const [i, bytes] of versions.entries()) {
      const fill = async (write: (bytes: Uint8Array) => Promise<void>) => {
        for (let at = 0; at < bytes.length; at += 100_000) {
          await write(bytes.subarray(at, at + 100_000));
        }
      };
      await writeWhole(LARGE, fill, { overwrite: true, files });
      life.written = i + 1;
    }
  },
  async expectWhole(files, life, why) {
    const card = await readText(files, CARD);
    expect(life.card ? [card] : [card, "a member"], why).toContain("a member");
    if (card !== undefined) expect(card, why).toBe("a member");
    const text = await readText(files, LARGE);
    if (text === undefined) expect(life.written, why).toBe(0);
    else {
      expect(text.length, why).toBe(600_000);
      const version = text.charCodeAt(0);
      expect(version, why).toBeGreaterThanOrEqual(life.written);
      expect(text === String.fromCharCode(version).repeat(600_000), why).toBe(true);
    }
  },
  calls: (calls) =>
    expect(short(calls)).toMatchInlineSnapshot(`
    [
      "create /home/clerk/A.member.json.<pid>.new",
      "create /home/clerk/genesis.cbor.<pid>.new",
      "link /home/clerk/A.member.json",
      "make /home",
      "make /home/clerk",
      "remove /home/clerk/A.member.json.<pid>.new",
      "rename /home/clerk/genesis.cbor.<pid>.new",
      "sync /home/clerk/A.member.json.<pid>.new",
      "sync /home/clerk/genesis.cbor.<pid>.new",
      "sync directory /",
      "sync directory /home",
      "sync directory /home/clerk",
      "write /home/clerk/A.member.json.<pid>.new",
      "write /home/clerk/genesis.cbor.<pid>.new",
    ]
  `),
});
