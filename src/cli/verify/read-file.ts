import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";

/** More than any proof that is read as a whole: a certificate is half of it at most. */
const MAX_BYTES = 128 * 1024 * 1024;

/** Whether a file can be read in parts and again: not so a pipe, such as `<(curl …)` or /dev/stdin. @throws CliProblem CLI_FILE */
export async function isReadAgain(path: string): Promise<boolean> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  return found.isFile();
}

/** All of a file or a pipe, which may come from anybody and never end. @throws CliProblem CLI_FILE */
export async function readWhole(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > MAX_BYTES) break;
      parts.push(part);
    }
  } catch (cause) {
    throw fileProblem(path, cause);
  }
  if (size <= MAX_BYTES) return Buffer.concat(parts);
  const detail = { en: "it is larger than any proof", zh: "文件大于任何可能的证明" };
  throw new CliProblem("CLI_FILE", { path, detail, errno: "EFBIG" });
}

/** As it stands in a file: programs put a mark of UTF-8 before it, or leave a line free. */
export function textOf(bytes: Buffer): string {
  return bytes.toString("utf8").replace(/^\uFEFF?\s*/u, "");
}
