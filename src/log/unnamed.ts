import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Gives the path of a new file to whoever opens it at once, and then takes the name away: the file goes with the process,
 * however that ends.
 *
 * @param below a directory with room for it
 */
export function openUnnamed<T>(below: string, open: (path: string) => T): T {
  const directory = mkdtempSync(join(below, "cityid-"));
  try {
    return open(join(directory, "unnamed"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
