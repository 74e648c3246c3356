import { CliProblem } from "../problem.ts";
import { hasTarget, type Mapping, mapColumns } from "./columns.ts";
import { openRows } from "./open-rows.ts";
import type { AskedImport } from "./request.ts";
import type { RowSource } from "./row.ts";

/** Opens the file of an import, and finds out what its columns say. */
export async function openMapped(
  request: AskedImport,
): Promise<{ readonly source: RowSource; readonly mapping: Mapping }> {
  const { path, encoding, map, rest, terms } = request;
  const source = await openRows(path, encoding);
  const mapping = mapColumns(source.columns, map, rest);
  if (terms.name === undefined && !hasTarget(mapping, "name")) {
    const want = { en: "the name", zh: "名称" };
    const got = source.columns.join(", ");
    throw new CliProblem("IMPORT_COLUMNS", { path, want, got, example: "设施=name" });
  }
  return { source, mapping };
}
