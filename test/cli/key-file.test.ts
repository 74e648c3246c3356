import { chmod, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readIdentityFile, writeIdentityFile } from "../../src/cli/identity-file.ts";
import { readKeyFile, unlockKey, writeKeyFile } from "../../src/cli/key-file.ts";
import { base64, hex, sha256, utf8 } from "../../src/core/index.ts";
import { signerFromP256, signerFromSeed } from "../../src/sdk/index.ts";

const secret = sha256(utf8("secret"));
const never = () => Promise.reject(new Error("asked for a passphrase"));
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cityid-keys-"));
});

describe("a key file", () => {
  test.each([
    ["Ed25519", signerFromSeed(secret)],
    ["P-256", signerFromP256(secret)],
  ] as const)("of %s is for its owner only, and signs", async (alg, signer) => {
    const path = join(directory, "deep", "k.json");
    const written = await writeKeyFile(path, { alg, secret, holder: "MA.156.1301" });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(written).toMatchObject({
      alg,
      kid: hex(signer.kid),
      holder: "MA.156.1301",
      locked: false,
    });
    expect(await readKeyFile(path)).toEqual(written);
    expect(hex((await unlockKey(path, never)).kid)).toBe(hex(signer.kid));
  });

  test("locked with a passphrase does not hold the secret in clear, and opens with it alone", async () => {
    const path = join(directory, "k.json");
    await writeKeyFile(path, { alg: "Ed25519", secret, passphrase: "correct horse" });
    const text = await readFile(path, "utf8");
    expect(text).not.toContain(base64(secret));
    expect(text).toContain("BEGIN AGE ENCRYPTED FILE");
    expect((await readKeyFile(path)).locked).toBe(true);
    expect(hex((await unlockKey(path, async () => "correct horse")).kid)).toBe(
      hex(signerFromSeed(secret).kid),
    );
    await expect(unlockKey(path, async () => "wrong")).rejects.toMatchObject({
      code: "CLI_PASSPHRASE",
      facts: { path },
    });
  });

  test("is no directory, whatever its mode", async () => {
    for (const mode of [0o700, 0o755]) {
      await chmod(directory, mode);
      for (const read of [readKeyFile(directory), readIdentityFile(directory, never)])
        await expect(read).rejects.toMatchObject({
          code: "CLI_FILE",
          exit: "usage",
          facts: { path: directory, errno: "EISDIR" },
        });
    }
  });

  test("is never overwritten", async () => {
    const path = join(directory, "k.json");
    await writeKeyFile(path, { alg: "Ed25519", secret });
    await expect(writeKeyFile(path, { alg: "Ed25519", secret })).rejects.toMatchObject({
      code: "CLI_FILE_EXISTS",
      facts: { path },
    });
  });

  test.each([0o640, 0o604, 0o777])(
    "with mode %o is refused: others may have read it",
    async (mode) => {
      const path = join(directory, "k.json");
      await writeKeyFile(path, { alg: "Ed25519", secret });
      await chmod(path, mode);
      await expect(readKeyFile(path)).rejects.toMatchObject({
        code: "CLI_KEY_MODE",
        facts: { mode: mode.toString(8) },
      });
    },
  );

  test("that is a bare seed in hex, as a demonstration keeps it, signs too", async () => {
    const path = join(directory, "seed.key");
    await writeFile(path, `${hex(secret)}\n`, { mode: 0o600 });
    expect(await readKeyFile(path)).toMatchObject({
      alg: "Ed25519",
      kid: hex(signerFromSeed(secret).kid),
    });
    expect(hex((await unlockKey(path, never)).kid)).toBe(hex(signerFromSeed(secret).kid));
  });

  test.each([
    ["no JSON", "-----BEGIN PRIVATE KEY-----"],
    ["another format", "{}"],
    ["no kid", '{"format":"cityid/key/v1","alg":"Ed25519"}'],
    [
      "an unknown algorithm",
      '{"format":"cityid/key/v1","alg":"RSA","kid":"0011223344556677","public":"00","secret":""}',
    ],
    [
      "neither secret nor lock",
      '{"format":"cityid/key/v1","alg":"Ed25519","kid":"0011223344556677","public":"00"}',
    ],
  ])("with %s is refused, and nothing of it is repeated", async (_, text) => {
    const path = join(directory, "k.json");
    await writeFile(path, text, { mode: 0o600 });
    const refused = await readKeyFile(path).catch((problem) => problem);
    expect(refused).toMatchObject({ code: "CLI_KEY_FORMAT", facts: { path } });
    expect(JSON.stringify(refused.facts)).not.toContain("PRIVATE");
  });

  test("whose secret is not that of its kid is refused", async () => {
    const path = join(directory, "k.json");
    await writeKeyFile(path, { alg: "Ed25519", secret });
    const text = (await readFile(path, "utf8")).replace(base64(secret), base64(sha256(secret)));
    await writeFile(path, text);
    await expect(unlockKey(path, never)).rejects.toMatchObject({ code: "CLI_KEY_FORMAT" });
  });

  test("that is not there says how to make one", async () => {
    const path = join(directory, "none.json");
    const missing = await readKeyFile(path).catch((problem) => problem);
    expect(missing).toMatchObject({ code: "CLI_KEY_MISSING" });
    expect(missing.in("en").remedy).toContain(`cityid key new ${path}`);
    expect(missing.in("zh").remedy).toContain(`cityid key new ${path}`);
  });
});

describe("an age identity", () => {
  test("is written as the age program reads it, and read back", async () => {
    const path = join(directory, "A.age");
    const recipient = await writeIdentityFile(path);
    expect(await readFile(path, "utf8")).toMatch(
      new RegExp(`^# public key: ${recipient}\nAGE-SECRET-KEY-1`),
    );
    expect(await readIdentityFile(path, never)).toMatch(/^AGE-SECRET-KEY-1/);
  });

  test("in a file without one is refused", async () => {
    const path = join(directory, "A.age");
    await writeFile(path, "hello\n", { mode: 0o600 });
    await expect(readIdentityFile(path, never)).rejects.toMatchObject({ code: "CLI_KEY_FORMAT" });
  });
});
