import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The repository, from which the other paths are given. */
export const ROOT: URL = new URL("../../", import.meta.url);

export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** Every file below a folder whose name ends so, as a path from the repository. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();
}
