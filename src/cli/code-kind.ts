import { type ChildKind, type Code, codeShape } from "../core/index.ts";

/** What the form of a code says it is. */
export function kindOf(code: Code): ChildKind {
  const shape = codeShape(code);
  return shape === "item" ? "thing" : shape === "class" ? "class" : "department";
}

/** The class in the code of a thing: `MA.156.1301.02/LAMP/000123` → `LAMP`. */
export function classOf(code: string): string | undefined {
  return code.split("/")[1];
}
