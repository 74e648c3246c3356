import { readFile } from "node:fs/promises";
import type { Fact, FileRefusal } from "../../node/index.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Text } from "../text.ts";

/** A line of the file that was left out, and why. */
export type BadLine = { readonly line: number; readonly cause: string; readonly why: Text };

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
    throw fileProblem(path, cause);
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
    if (!skipBad || at === 0) {
      throw at === 0 && "want" in facts
        ? new CliProblem("IMPORT_HEADING", { path, want: facts.want })
        : new CliProblem("IMPORT_LINE", { ...facts, path, line, cause, why: whyOf(parsed.error) });
    }
    bad.push({ line, cause, why: whyOf(parsed.error) });
    lines.splice(at, 1);
  }
}

function whyOf(refusal: FileRefusal): Text {
  switch (refusal.code) {
    case "GAZETTE_FILE_JSON":
    case "GAZETTE_FILE_HEADER":
      return { en: "it is another file", zh: "不是这种文件" };
    case "GAZETTE_FILE_FIELDS": {
      const { got, want } = refusal;
      return { en: `it has ${got} fields, not ${want}`, zh: `有 ${got} 个字段，应为 ${want} 个` };
    }
    case "GAZETTE_FILE_FIELD": {
      const { field, got } = refusal;
      return { en: `“${got}” is no ${field}`, zh: `“${got}”不是有效的 ${field}` };
    }
    case "GAZETTE_FILE_OVERLAP": {
      const { other } = refusal;
      return {
        en: `it speaks of the same code at the same time as line ${other}`,
        zh: `与第 ${other} 行在同一时间说明同一代码`,
      };
    }
  }
}
