import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";

// Seeds of keys that a node itself holds: the log's, and in a demonstration everybody's. One file each, mode 0600, one line
// of hex. Keys of people are the CLI's affair, which can also encrypt them.

const SEED_BYTES = 32;

/** Reads the 32-byte seed in a file, or makes one. @throws Error when the file holds something else */
export async function seedFile(path: string): Promise<Uint8Array> {
  const present = await readSeed(path);
  if (present !== undefined) return present;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const seed = randomBytes(SEED_BYTES);
  // `wx`: two processes that begin at once must not end with two keys.
  const file = await open(path, "wx", 0o600);
  await file.writeFile(`${seed.toString("hex")}\n`);
  await file.sync();
  await file.close();
  return new Uint8Array(seed);
}

/** `undefined` when there is no such file. */
export async function readSeed(path: string): Promise<Uint8Array | undefined> {
  const text = await readFile(path, "utf8").catch(whenMissing);
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}\n?$/.test(text)) throw new Error(`${path} holds no seed of 32 bytes in hex`);
  await chmod(path, 0o600);
  return new Uint8Array(Buffer.from(text.trim(), "hex"));
}

function whenMissing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== "ENOENT") throw cause;
  return undefined;
}
