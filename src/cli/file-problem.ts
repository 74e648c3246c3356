import { CliProblem } from "./problem.ts";
import type { Text } from "./text.ts";

/** What the operating system's errors mean to a person. */
const WORDS: { readonly [errno: string]: Text } = {
  ENOENT: { en: "there is no such file or directory", zh: "文件或目录不存在" },
  EACCES: { en: "it may not be read or written", zh: "没有读写权限" },
  EPERM: { en: "it may not be read or written", zh: "没有读写权限" },
  EISDIR: { en: "it is a directory, not a file", zh: "它是目录，不是文件" },
  ENOTDIR: { en: "a part of its path is no directory", zh: "路径中有一部分不是目录" },
  ENOSPC: { en: "the disk is full", zh: "磁盘已满" },
  EFBIG: { en: "no larger file may be written here", zh: "此处不能写入更大的文件" },
  EDQUOT: { en: "the quota of disk space is used up", zh: "磁盘配额已用完" },
  EROFS: { en: "the disk is mounted read-only", zh: "磁盘以只读方式挂载" },
};

/** A file that cannot be read or written. `errno` is for programs. */
export function fileProblem(path: string, cause: unknown): CliProblem {
  const { code = "", message = "" } = cause as Partial<NodeJS.ErrnoException>;
  const detail = WORDS[code] ?? (code || message);
  return new CliProblem("CLI_FILE", { path, detail, errno: code }, { cause });
}

/** Whether something that was thrown is an error of the operating system about a file. */
export function isFileError(thrown: unknown): thrown is NodeJS.ErrnoException & { path: string } {
  return (
    thrown instanceof Error &&
    "syscall" in thrown &&
    "path" in thrown &&
    typeof thrown.path === "string"
  );
}

/** Whether something that was thrown says that there is no room; where a file is written to that is open already, it names none. */
export function isDiskFull(thrown: unknown): thrown is NodeJS.ErrnoException {
  if (!(thrown instanceof Error && "syscall" in thrown && "code" in thrown)) return false;
  return thrown.code === "ENOSPC" || thrown.code === "EDQUOT" || thrown.code === "EFBIG";
}
