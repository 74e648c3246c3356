import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileProblem } from "../file-problem.ts";
import { parseExactJson } from "../import/exact-json.ts";
import type { Row } from "../import/row.ts";

/** A file of one JSON object a line; members of members are columns `a.b`. One line is in memory at a time. */
export async function* ndjsonRows(path: string): AsyncGenerator<Row, void, undefined> {
  const input = createReadStream(path, "utf8");
  const opened = new Promise<void>((resolve, reject) => {
    input.once("open", () => resolve());
    input.once("error", reject);
  });
  await opened.catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() !== "") yield rowOf(text, line);
  }
}

function rowOf(text: string, line: number): Row {
  const cells = new Map<string, string>();
  const value = parseExactJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { line, cells, broken: { code: "ROW_JSON", value: text.slice(0, 40) } };
  }
  flatten(value, "", cells, 0);
  return { line, cells };
}

const MAX_DEPTH = 8;

function flatten(value: object, prefix: string, cells: Map<string, string>, depth: number): void {
  for (const [name, each] of Object.entries(value)) {
    const column = prefix + name;
    if (typeof each === "object" && each !== null && !Array.isArray(each)) {
      if (depth < MAX_DEPTH) flatten(each, `${column}.`, cells, depth + 1);
    } else if (typeof each !== "object") {
      const cell = String(each).trim();
      if (cell !== "") cells.set(column, cell);
    }
  }
}
