import { readFile } from "node:fs/promises";
import { type FileSystem, nodeFiles } from "../log/index.ts";
import { lockText, refuseOpenFile, unlockText, writePrivate } from "./key-file.ts";
import { CliProblem } from "./problem.ts";

/**
 * Makes the identity that evidence is encrypted to, in a file that `age` itself can use; locked, it is an age file too.
 *
 * @returns the recipient, `age1…`, which is public
 */
export async function writeIdentityFile(
  path: string,
  passphrase?: string,
  files: FileSystem = nodeFiles,
): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const content = `# public key: ${recipient}\n${identity}\n`;
  const stored = passphrase === undefined ? content : await lockText(content, passphrase);
  await writePrivate(path, stored, files);
  return recipient;
}

/** Reads the identity; `passphrase` is asked for only if the file is locked. */
export async function readIdentityFile(
  path: string,
  passphrase: () => Promise<string>,
): Promise<string> {
  await refuseOpenFile(path);
  const stored = await readFile(path, "utf8");
  const content = stored.startsWith("-----BEGIN AGE ENCRYPTED FILE-----")
    ? await unlockText(path, stored, await passphrase())
    : stored;
  const identity = content.split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-1"));
  if (identity === undefined) {
    throw new CliProblem("CLI_KEY_FORMAT", {
      path,
      detail: { en: "it holds no age identity", zh: "其中没有 age 身份" },
    });
  }
  return identity.trim();
}
