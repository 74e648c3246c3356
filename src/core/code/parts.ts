import { err, type Result } from "../result.ts";
import { type Code, parseCode } from "./code.ts";
import type { CodeRefusal } from "./refusal.ts";

/** The nodes of a code by what they mean. */
export type CodeParts = {
  /** ISO 3166-1 numeric, three digits. */
  readonly country?: string;
  /** In China: GB/T 2260 without its trailing `00` pairs. */
  readonly division?: string;
  readonly departments: readonly string[];
  readonly classNodes: readonly string[];
  readonly itemNodes: readonly string[];
};

/** What a code can name, as far as its spelling tells. */
export type CodeShape = "root" | "country" | "division" | "department" | "class" | "item";

/** Takes a code apart. */
export function codeParts(code: Code): CodeParts {
  const [root, classes, items] = code.split("/");
  const departments = nodesOf(root);
  // Fields by assignment and not by spread: an import takes a million codes apart.
  const parts: { -readonly [Field in keyof CodeParts]: CodeParts[Field] } = {
    departments,
    classNodes: nodesOf(classes),
    itemNodes: nodesOf(items),
  };
  const [, country, division] = departments.splice(0, 3);
  if (country !== undefined) parts.country = country;
  if (division !== undefined) parts.division = division;
  return parts;
}

function nodesOf(part: string | undefined): string[] {
  return part === undefined ? [] : part.split(".");
}

/**
 * Puts nodes together to a code.
 *
 * @returns the code, else what {@link parseCode} says of the text that the nodes make; `CODE_CHARACTER` for a node
 *   with a separator in it, `CODE_EMPTY_NODE` where one that others stand upon is missing
 */
export function formatCode(parts: Partial<CodeParts>): Result<Code, CodeRefusal> {
  const { country, division, departments = [], classNodes = [], itemNodes = [] } = parts;
  const hasDivision = division !== undefined || departments.length > 0;
  const root = ["MA"];
  if (country !== undefined || hasDivision) root.push(country ?? "");
  if (hasDivision) root.push(division ?? "", ...departments);
  const groups = [root];
  if (classNodes.length > 0 || itemNodes.length > 0) groups.push([...classNodes]);
  if (itemNodes.length > 0) groups.push([...itemNodes]);
  return joinNodes(groups);
}

function joinNodes(groups: readonly (readonly string[])[]): Result<Code, CodeRefusal> {
  let text = "";
  for (const [part, nodes] of groups.entries()) {
    if (part > 0) text += "/";
    for (const [index, node] of nodes.entries()) {
      if (index > 0) text += ".";
      const at = node.search(/[./]/);
      if (at >= 0) {
        return err({
          code: "CODE_CHARACTER",
          position: text.length + at,
          character: node.charAt(at),
        });
      }
      text += node;
    }
  }
  return parseCode(text);
}

/** What a code can name: told from its spelling alone, without the register. */
export function codeShape(code: Code): CodeShape {
  const slash = code.indexOf("/");
  if (slash >= 0) return code.includes("/", slash + 1) ? "item" : "class";
  const nodes = code.split(".").length;
  if (nodes === 1) return "root";
  if (nodes === 2) return "country";
  return nodes === 3 ? "division" : "department";
}
