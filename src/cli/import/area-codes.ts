import { readFile } from "node:fs/promises";
import type { Fact } from "../../node/index.ts";
import { CliProblem } from "../problem.ts";

/** A line of the file that was left out, and why. */
export type BadLine = { readonly line: number; readonly cause: string };

/**
 * Reads the public table of division codes since 1981 (github.com/yescallop/areacodes, `result.csv`).
 *
 * @throws CliProblem `IMPORT_LINE` for the first bad line, unless bad ones may be left out
 */
export async function readAreaCodes(
  path: string,
  skipBad: boolean,
): Promise<{ readonly facts: readonly Fact[]; readonly bad: readonly BadLine[] }> {
  const { parseAreacodes } = await import("../../node/index.ts");
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new CliProblem("CLI_FILE", { path, detail: cause.code ?? cause.message }, { cause });
  });
  const lines = text.split(/\r?\n/).map((line, i) => ({ line, number: i + 1 }));
  const bad: BadLine[] = [];
  for (;;) {
    const parsed = parseAreacodes(lines.map(({ line }) => line).join("\n"));
    if (parsed.ok) return { facts: parsed.value, bad };
    const { code: cause, ...facts } = parsed.error;
    const at = "line" in facts ? facts.line - 1 : 0;
    const line = lines[at]?.number ?? 1;
    // Without its heading it is another file.
    if (!skipBad || at === 0) throw new CliProblem("IMPORT_LINE", { ...facts, path, line, cause });
    bad.push({ line, cause });
    lines.splice(at, 1);
  }
}
