import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { base64, encodeCbor, fromBase64, fromHex, hex } from "../core/index.ts";
import { createFile, errnoOf, type FileSystem, makeDurable, nodeFiles } from "../log/index.ts";
import { type Signer, signerFromP256, signerFromSeed } from "../sdk/index.ts";
import { fileProblem } from "./file-problem.ts";
import { CliProblem } from "./problem.ts";
import type { Text } from "./text.ts";

/** What of a key file needs no passphrase. */
export type KeyFile = {
  readonly path: string;
  readonly alg: KeyAlgorithm;
  /** Lower-case hex. */
  readonly kid: string;
  /** Hex of the COSE_Key's deterministic CBOR. */
  readonly public: string;
  /** Whose key it is: a code, or `member/<ID>`; absent until that is known. */
  readonly holder?: string;
  readonly locked: boolean;
};

export type KeyAlgorithm = "Ed25519" | "P-256";

type Stored = {
  readonly format: "cityid/key/v1";
  readonly alg: KeyAlgorithm;
  readonly kid: string;
  readonly public: string;
  readonly holder?: string;
  /** base64 of 32 bytes. */
  readonly secret?: string;
  /** age file, armoured, with a passphrase: base64 of 32 bytes inside. */
  readonly locked?: string;
};

export type NewKey = {
  readonly alg: KeyAlgorithm;
  readonly secret: Uint8Array;
  readonly holder?: string;
  readonly passphrase?: string;
};

/** Writes a new key file that only its owner can read; never over an existing one. */
export async function writeKeyFile(
  path: string,
  key: NewKey,
  files: FileSystem = nodeFiles,
): Promise<KeyFile> {
  const { kid, publicKey } = signerOf(key.alg, key.secret);
  const secret = base64(key.secret);
  const stored: Stored = {
    format: "cityid/key/v1",
    alg: key.alg,
    kid: hex(kid),
    public: hex(encodeCbor(publicKey)),
    ...(key.holder === undefined ? {} : { holder: key.holder }),
    ...(key.passphrase === undefined
      ? { secret }
      : { locked: await lockText(secret, key.passphrase) }),
  };
  await writePrivate(path, `${JSON.stringify(stored, undefined, 2)}\n`, files);
  return describeKey(path, stored);
}

/**
 * Creates a file with mode 0600, never over an existing one. It is there as a whole or not at all, and stays when this
 * resolves: what was signed with a key that a power cut took is lost with it.
 *
 * @throws CliProblem CLI_FILE_EXISTS, CLI_FILE
 */
export async function writePrivate(
  path: string,
  content: string | Uint8Array,
  files: FileSystem = nodeFiles,
): Promise<void> {
  try {
    await makeDurable(files, dirname(path));
    await createFile(files, path, content, { permissions: PRIVATE_MODE });
    // The umask may have taken more away than it should; it can add nothing.
    files.restrict(path, PRIVATE_MODE);
  } catch (cause) {
    if (errnoOf(cause) !== "EEXIST") throw fileProblem(path, cause);
    throw new CliProblem("CLI_FILE_EXISTS", { path }, { cause });
  }
}

const PRIVATE_MODE = 0o600;
const OTHERS = 0o077;

/** Reads what of a key is not secret. Refuses a file that others can read. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  return describeKey(path, await readStored(path));
}

/** Takes the private key out of its file, for this run only. `passphrase` is asked for only if it is locked. */
export async function unlockKey(path: string, passphrase: () => Promise<string>): Promise<Signer> {
  const stored = await readStored(path);
  const text = stored.secret ?? (await unlockText(path, stored.locked ?? "", await passphrase()));
  const secret = fromBase64(text.trim());
  if (secret?.length !== 32)
    throw malformed(path, { en: "the secret is not 32 bytes", zh: "私钥不是 32 字节" });
  const signer = signerOf(stored.alg, secret);
  if (hex(signer.kid) !== stored.kid)
    throw malformed(path, {
      en: "the secret is not that of the kid",
      zh: "私钥与密钥编号（kid）不符",
    });
  return signer;
}

function signerOf(alg: KeyAlgorithm, secret: Uint8Array): Signer {
  return alg === "Ed25519" ? signerFromSeed(secret) : signerFromP256(secret);
}

function describeKey(path: string, stored: Stored): KeyFile {
  const { alg, kid, holder, locked } = stored;
  return {
    path,
    alg,
    kid,
    public: stored.public,
    locked: locked !== undefined,
    ...(holder === undefined ? {} : { holder }),
  };
}

const BARE_SEED = /^[0-9a-f]{64}\n?$/;

async function readStored(path: string): Promise<Stored> {
  await refuseOpenFile(path);
  const text = await readFile(path, "utf8");
  if (BARE_SEED.test(text)) return storedSeed(fromHex(text.trim()) ?? new Uint8Array());
  const value = parseJson(path, text);
  const { format, alg, kid, public: publicKey, holder, secret, locked } = value;
  if (format !== "cityid/key/v1")
    throw malformed(path, { en: "its format is not cityid/key/v1", zh: "格式不是 cityid/key/v1" });
  if (alg !== "Ed25519" && alg !== "P-256")
    throw malformed(path, { en: "its alg is not known", zh: "算法（alg）未知" });
  if (!isText(kid) || !/^[0-9a-f]{16}$/.test(kid))
    throw malformed(path, { en: "it has no kid", zh: "缺少密钥编号（kid）" });
  if (!isText(publicKey)) throw malformed(path, { en: "it has no public key", zh: "缺少公钥" });
  if (isText(secret) === isText(locked))
    throw malformed(path, { en: "it has no secret", zh: "缺少私钥" });
  return {
    format,
    alg,
    kid,
    public: publicKey,
    ...(isText(holder) ? { holder } : {}),
    ...(isText(secret) ? { secret } : {}),
    ...(isText(locked) ? { locked } : {}),
  };
}

/** A file that holds an Ed25519 seed in hex and nothing else, as a demonstration keeps its keys. */
function storedSeed(seed: Uint8Array): Stored {
  const { kid, publicKey } = signerFromSeed(seed);
  return {
    format: "cityid/key/v1",
    alg: "Ed25519",
    kid: hex(kid),
    public: hex(encodeCbor(publicKey)),
    secret: base64(seed),
  };
}

/** A private file that others can read may have been read; a directory is none. */
export async function refuseOpenFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") throw new CliProblem("CLI_KEY_MISSING", { path }, { cause });
    throw fileProblem(path, cause);
  });
  // Others may look into a directory, which is no reason to warn of its mode.
  if (found.isDirectory()) throw fileProblem(path, { code: "EISDIR" });
  const { mode } = found;
  if (process.platform === "win32" || (mode & OTHERS) === 0) return;
  throw new CliProblem("CLI_KEY_MODE", { path, mode: (mode & 0o777).toString(8) });
}

function parseJson(path: string, text: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as { [name: string]: unknown };
  } catch {
    // Said below: the parser's message would quote the file, which may hold a secret.
  }
  throw malformed(path, { en: "it is not JSON", zh: "不是 JSON" });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function malformed(path: string, detail: Text): CliProblem {
  return new CliProblem("CLI_KEY_FORMAT", { path, detail });
}

/** An age file with a passphrase (scrypt), as text; `age --decrypt` opens it too. @see age-encryption.org/v1 */
export async function lockText(text: string, passphrase: string): Promise<string> {
  const { armor, Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return armor.encode(await encrypter.encrypt(text));
}

export async function unlockText(
  path: string,
  locked: string,
  passphrase: string,
): Promise<string> {
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(armor.decode(locked), "text");
  } catch {
    throw new CliProblem("CLI_PASSPHRASE", { path });
  }
}
