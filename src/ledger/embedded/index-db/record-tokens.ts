import { type Code, parentOf } from "../../../core/index.ts";
import { visitCells } from "./cells.ts";
import { facetNames } from "./facets.ts";
import { GramStream } from "./grams.ts";
import { facetToken } from "./layout.ts";
import { type NamePart, type Piece, partsOf, pieceAgain, pieceOf } from "./name-parts.ts";
import type { RecordFields } from "./record-fields.ts";
import type { TokenGroup, TokenVisitor } from "./token-group.ts";

/** Tells what a record is found by: the tokens of its document (see document.ts), its facets, its place. */
export class RecordTokens {
  readonly #visitor: TokenVisitor;
  readonly #grams: GramStream;
  readonly #cell: (token: number) => void;
  #siblings: Siblings | undefined;

  constructor(visitor: TokenVisitor) {
    this.#visitor = visitor;
    this.#grams = new GramStream(visitor);
    this.#cell = (token) => visitor.token(token);
  }

  visit(code: Code, fields: RecordFields): void {
    const siblings = this.#siblingsOf(code, fields);
    this.#grams.edge();
    this.#code(code, siblings);
    for (const name of fields.names) this.#name(partsOf(name));
    for (const alias of fields.aliases) this.#field(partsOf(alias), "text");
    this.#grams.end();
    this.#visitor.group(siblings.facets);
    if (fields.box !== undefined) visitCells(fields.box, this.#cell);
  }

  #code(code: Code, { head }: Siblings): void {
    const tail = code.slice(head.text.length).toLowerCase();
    this.#grams.piece(head);
    this.#grams.text(tail);
    this.#grams.edge();
    if (head.text === "") return;
    this.#grams.piece(pieceAgain(tail));
    this.#grams.edge();
  }

  /** What is spelt like the text needs no second field. */
  #name(parts: readonly NamePart[]): void {
    this.#field(parts, "text");
    if (parts.some(({ text, pinyin }) => text.text !== pinyin.text)) this.#field(parts, "pinyin");
    if (parts.some(({ pinyin, initials }) => pinyin.text !== initials.text)) {
      this.#field(parts, "initials");
    }
  }

  #field(parts: readonly NamePart[], key: keyof NamePart): void {
    for (const part of parts) this.#grams.piece(part[key]);
    this.#grams.edge();
  }

  /** Neighbouring records mostly have the same facets. */
  #siblingsOf(code: Code, fields: RecordFields): Siblings {
    const last = this.#siblings;
    if (last !== undefined && isSibling(last, code, fields)) return last;
    const parent = parentOf(code);
    const head = parent === undefined ? "" : code.slice(0, parent.length + 1);
    const siblings = {
      codeHead: head,
      head: pieceOf(head.toLowerCase()),
      fields,
      facets: { tokens: facetNames(code, fields).map(facetToken) },
    };
    this.#siblings = siblings;
    return siblings;
  }
}

/** What records below one parent share. */
type Siblings = {
  /** Their codes up to the last separator, and the same as it is looked for. */
  readonly codeHead: string;
  readonly head: Piece;
  readonly fields: Pick<RecordFields, "kind" | "class" | "status" | "registration">;
  readonly facets: TokenGroup;
};

function isSibling({ codeHead, fields }: Siblings, code: Code, other: RecordFields): boolean {
  return (
    code.startsWith(codeHead) &&
    isLastNode(code, codeHead.length) &&
    fields.kind === other.kind &&
    fields.class === other.class &&
    fields.status === other.status &&
    fields.registration === other.registration
  );
}

/** Whether no separator follows. */
function isLastNode(code: Code, start: number): boolean {
  return code.indexOf("/", start) < 0 && code.indexOf(".", start) < 0;
}
