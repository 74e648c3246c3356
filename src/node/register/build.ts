import { type Code, codeFromGbt2260, InvariantError } from "../../core/index.ts";
import { englishName } from "./english-name.ts";
import { type Fact, inOrder, levelOf } from "./fact.ts";
import { inferSuccessors } from "./kinship.ts";
import { cleanRevision, collapseRevisions, type Revision } from "./revisions.ts";
import { applyChanges, type Change, type Traced } from "./succession.ts";

/** What the register is made of. */
export type RegisterParts = {
  /** The revisions of GB/T 2260, the oldest first, and how facts name them as their source. */
  readonly revisions: readonly Revision[];
  readonly revisionsSource: string;
  /** The table of the present. */
  readonly table: Revision;
  readonly tableSource: string;
  readonly changes: readonly Change[];
};

/**
 * Makes facts of what the packages have and people know.
 *
 * @throws ChangeError when a change does not fit
 */
export function buildRegister(parts: RegisterParts): Fact[] {
  const revisions = [...parts.revisions, parts.table].map(cleanRevision);
  const spans = inferSuccessors(applyChanges(collapseRevisions(revisions), parts.changes));
  return inOrder(spans.map((span) => factOf(span, parts)));
}

function factOf(span: Traced, parts: RegisterParts): Fact {
  const { digits, name, from, to } = span;
  const successors = span.successors.map((successor) => ({ code: codeOf(successor.digits) }));
  return {
    code: codeOf(digits),
    names: { zh: name, en: englishName(digits, name) },
    level: levelOf(digits),
    from,
    ...(to !== undefined && { to }),
    ...(successors.length > 0 && { successors }),
    source: sourceOf(span, parts),
  };
}

function sourceOf({ from, last, sources }: Traced, parts: RegisterParts): string {
  const { revisions, revisionsSource, table, tableSource } = parts;
  const seen = revisions.filter(({ date }) => date >= from && date <= last).length > 0;
  const shown = [...(seen ? [revisionsSource] : []), ...(last === table.date ? [tableSource] : [])];
  return [...new Set([...shown, ...sources])].join("; ");
}

function codeOf(digits: string): Code {
  const code = codeFromGbt2260(digits);
  if (!code.ok) throw new InvariantError(`no division: ${digits}`);
  return code.value;
}
