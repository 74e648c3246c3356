import { err, ok, type Result } from "../../core/index.ts";
import { type Condition, isPattern, MEMBERS, type Operand, type Path } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { TermContext } from "./contexts.ts";
import { typeIri } from "./names.ts";

/*
 * The query language of GS CIM 009 §4.9:
 *
 *     query   = all *("|" all)
 *     all     = term *(";" term)
 *     term    = "(" query ")" / ["!"] way / way operator value
 *     way     = path / name "{" [types ":"] way "}"          ; of the entities that a relationship leads to
 *     path    = name *("." name) ["[" name *("." name) "]"]  ; in [] "*" is any language
 *     types   = name *(("," / "|") name)
 *     value   = item *("," item) / item ".." item            ; several after == and != alone
 */

const MAX_TERMS = 64;
const MAX_DEPTH = 16;
const MAX_LINKS = 10;
const MEMBERS_OF_TIME: ReadonlySet<string> = new Set(["createdAt", "modifiedAt"]);
const OPERATORS = ["==", "!=", ">=", "<=", "!~=", "~=", ">", "<"] as const;
const NAME = /^[^\s.;|()=!<>~[\]{},&"]+/;
const TYPES = /^([^\s.;()=!<>~[\]{}&":]+):(?!\/\/)/;

class Broken extends Error {}

/** How a query is to be read. */
export type QOptions = {
  /** What it is called, for the refusal. */
  readonly name?: string;
  /** Attributes, by the names of facts, of which values are terms of the context (EXAMPLE 12). */
  readonly expanded?: ReadonlySet<string>;
};

/** Reads a query. @returns the condition, else `HTTP_PARAMETER` */
export function readQ(
  text: string,
  context: TermContext,
  { name = "q", expanded = new Set() }: QOptions = {},
): Result<Condition, AnyRefusal> {
  try {
    return ok(new Reader(text, context, expanded).whole());
  } catch (cause) {
    if (!(cause instanceof Broken)) throw cause;
    const want = cause.message;
    return err({ code: "HTTP_PARAMETER", name, got: text.slice(0, 64), want });
  }
}

/** How many entities away a condition leads. */
export function linksOf(condition: Condition): number {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.reduce((most, part) => Math.max(most, linksOf(part)), 0);
    case "linked":
      return 1 + linksOf(condition.condition);
    case "exists":
    case "compare":
    case "match":
      return 0;
  }
}

/** The attributes of the entity itself that a condition asks of. */
export function attributesIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.flatMap(attributesIn);
    case "linked":
      return [condition.attribute];
    case "exists":
    case "compare":
    case "match":
      return [condition.path.attribute];
  }
}

/** A relationship on the way to what is asked of. */
type Link = { readonly attribute: string; readonly types: readonly string[] | undefined };

class Reader {
  readonly #text: string;
  readonly #context: TermContext;
  readonly #expanded: ReadonlySet<string>;
  #at = 0;
  #terms = 0;

  constructor(text: string, context: TermContext, expanded: ReadonlySet<string>) {
    this.#text = text;
    this.#context = context;
    this.#expanded = expanded;
  }

  whole(): Condition {
    const condition = this.#any(0);
    if (this.#at < this.#text.length) this.#broken("one of ; | and an end");
    return condition;
  }

  #any(depth: number): Condition {
    if (depth > MAX_DEPTH) this.#broken("fewer brackets");
    const parts = [this.#all(depth)];
    while (this.#take("|")) parts.push(this.#all(depth));
    return joined("or", parts);
  }

  #all(depth: number): Condition {
    const parts = [this.#term(depth)];
    while (this.#take(";") || this.#take("&")) parts.push(this.#term(depth));
    return joined("and", parts);
  }

  #term(depth: number): Condition {
    this.#terms += 1;
    if (this.#terms > MAX_TERMS) this.#broken(`at most ${MAX_TERMS} terms`);
    if (this.#take("(")) {
      const inner = this.#any(depth + 1);
      if (!this.#take(")")) this.#broken("a bracket that closes");
      return inner;
    }
    const not = this.#take("!");
    const { links, path } = this.#way();
    const operator = not ? undefined : OPERATORS.find((each) => this.#take(each));
    const asked = this.#asked(path, operator, not && links.length === 0);
    // From the entity that is asked about last back to the first.
    return [...links].reverse().reduce((condition: Condition, link, i) => {
      const isFirst = i === links.length - 1;
      return { kind: "linked", ...link, not: not && isFirst, condition };
    }, asked);
  }

  #asked(path: Path, operator: (typeof OPERATORS)[number] | undefined, not: boolean): Condition {
    if (operator === undefined) return { kind: "exists", path, not };
    if (operator === "~=" || operator === "!~=") {
      const pattern = this.#patternText();
      return { kind: "match", path, not: operator === "!~=", pattern };
    }
    const isExpanded = this.#expanded.has(path.attribute);
    const operands = this.#operands().map((each) => (isExpanded ? this.#expand(each) : each));
    const isMany = operands.length > 1 || operands[0]?.kind === "range";
    if (isMany && operator !== "==" && operator !== "!=") this.#broken("one value");
    return { kind: "compare", path, comparison: operator, operands };
  }

  #expand(operand: Operand): Operand {
    if (operand.kind !== "value" || typeof operand.value !== "string") return operand;
    const name = this.#context.type(operand.value);
    return name === undefined ? operand : { kind: "value", value: typeIri(name) };
  }

  #way(): { readonly links: readonly Link[]; readonly path: Path } {
    const links: Link[] = [];
    for (;;) {
      const path = this.#path();
      if (!this.#take("{")) {
        for (const _ of links) if (!this.#take("}")) this.#broken("a } for each {");
        return { links, path };
      }
      if (path.below.length + path.trail.length > 0) this.#broken("a relationship before {");
      links.push({ attribute: path.attribute, types: this.#types() });
      if (links.length > MAX_LINKS) this.#broken(`at most ${MAX_LINKS} links`);
    }
  }

  #types(): readonly string[] | undefined {
    const [whole, list] = TYPES.exec(this.#rest()) ?? [];
    if (whole === undefined || list === undefined) return undefined;
    this.#at += whole.length;
    return list
      .split(/[,|]/)
      .map((term) => this.#context.type(term) ?? this.#broken("a name of a type"));
  }

  #path(): Path {
    const [first = "", ...rest] = this.#names();
    const attribute = this.#context.attribute(first) ?? this.#broken("a name of an attribute");
    const below = rest.map((name) =>
      MEMBERS.has(name) || MEMBERS_OF_TIME.has(name)
        ? name
        : (this.#context.attribute(name) ?? this.#broken("a name of an attribute")),
    );
    if (!this.#take("[")) return { attribute, below, trail: [] };
    const trail = this.#names();
    if (!this.#take("]")) this.#broken("a ] after the way into a value");
    return { attribute, below, trail };
  }

  #names(): string[] {
    const names: string[] = [];
    do {
      const [name] = NAME.exec(this.#rest()) ?? [];
      if (name === undefined) return this.#broken("a name of an attribute");
      this.#at += name.length;
      names.push(name);
    } while (this.#take("."));
    return names;
  }

  #operands(): Operand[] {
    const first = this.#scalar();
    if (this.#take("..")) {
      const to = this.#scalar();
      if (typeof first === "boolean" || typeof to === "boolean" || typeof first !== typeof to) {
        return this.#broken("a range of two numbers or two texts");
      }
      return [{ kind: "range", from: first, to } as Operand];
    }
    const operands: Operand[] = [{ kind: "value", value: first }];
    while (this.#take(",")) operands.push({ kind: "value", value: this.#scalar() });
    return operands;
  }

  #scalar(): string | number | boolean {
    const quoted = this.#quoted();
    if (quoted !== undefined) return quoted;
    const [bare = ""] = /^(?:(?!\.\.)[^;|(),"&])+/.exec(this.#rest()) ?? [];
    if (bare === "") return this.#broken("a value");
    this.#at += bare.length;
    if (bare === "true" || bare === "false") return bare === "true";
    const isNumber = /^[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/.test(bare);
    return isNumber ? Number(bare) : bare;
  }

  #quoted(): string | undefined {
    const [found] = /^"(?:[^"\\]|\\.)*"/.exec(this.#rest()) ?? [];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found.slice(1, -1).replace(/\\(["\\])/g, "$1");
  }

  #patternText(): string {
    const [bare = ""] = /^[^;|]+/.exec(this.#rest()) ?? [];
    const quoted = this.#quoted();
    if (quoted === undefined) this.#at += bare.length;
    const pattern = quoted ?? bare;
    return pattern !== "" && isPattern(pattern)
      ? pattern
      : this.#broken("a pattern of RE2's syntax, at most 256 characters");
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #broken(want: string): never {
    throw new Broken(`${want}, after ${this.#at} characters`);
  }
}

function joined(kind: "and" | "or", parts: readonly Condition[]): Condition {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : { kind, parts };
}
