import { readFileSync } from "node:fs";
import { InvariantError } from "../../core/index.ts";
import type { Fact } from "./fact.ts";
import { parseRegister } from "./register-file.ts";

// Beside dist and src in the package.
const FILE = new URL("../../../data/register-156.json", import.meta.url);

/** The divisions of China that a fresh node is seeded with: facts of this package, in the order of codes and time. */
export function loadRegister(): Fact[] {
  const facts = parseRegister(readFileSync(FILE, "utf8"));
  if (!facts.ok)
    throw new InvariantError(
      `the register of this package is damaged: ${JSON.stringify(facts.error)}`,
    );
  return facts.value;
}
