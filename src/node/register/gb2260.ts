import { codeFromGbt2260, err, ok, type PartialDate, type Result } from "../../core/index.ts";
import type { FileRefusal } from "./file.ts";
import type { Revision } from "./revisions.ts";

/**
 * Reads one revision as the package gb2260 has it: a JSON object of names by six digits.
 *
 * @returns the revision, else `GAZETTE_FILE_JSON`, or `GAZETTE_FILE_FIELD` for an entry that is no code or has no
 *   name, counted from 1 in `line`
 */
export function parseGb2260(text: string, date: PartialDate): Result<Revision, FileRefusal> {
  const file = parseObject(text);
  if (file === undefined) return err({ code: "GAZETTE_FILE_JSON", format: "gb2260" });
  const names: { [digits: string]: string } = {};
  for (const [index, [digits, name]] of Object.entries(file).entries()) {
    const line = index + 1;
    if (!codeFromGbt2260(digits).ok) {
      return err({ code: "GAZETTE_FILE_FIELD", line, field: "code", got: digits });
    }
    if (typeof name !== "string" || name === "") {
      return err({ code: "GAZETTE_FILE_FIELD", line, field: "name", got: String(name) });
    }
    names[digits] = name;
  }
  return ok({ date, names });
}

function parseObject(text: string): object | undefined {
  try {
    const file: unknown = JSON.parse(text);
    return typeof file === "object" && file !== null && !Array.isArray(file) ? file : undefined;
  } catch {
    return undefined;
  }
}
