import { ContextParser, type JsonLdContextNormalized } from "jsonld-context-parser";
import { err, ok, type Result } from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { CORE_CONTEXT, isCoreContext } from "./core-context.ts";
import { attributeIri, factName, typeIri, typeName } from "./names.ts";

/** Gives the document behind the address of a context; `undefined` where it cannot be had. */
export type LoadContext = (url: string) => Promise<unknown>;

/** Terms of a request or an answer, to and from the names in facts. */
export type TermContext = {
  /** As it stands in `@context`, the core context at its end. */
  readonly value: unknown;
  /** The one address to name in a `Link` field. */
  readonly link: string;
  /** The name of the fact of an attribute; `undefined` for a term that means none. */
  attribute(term: string): string | undefined;
  type(term: string): string | undefined;
  attributeTerm(name: string): string;
  typeTerm(name: string): string;
};

export type Contexts = {
  /** @param given what `@context` or the Link field says; `undefined` for the core context alone */
  read(given: unknown): Promise<Result<TermContext, AnyRefusal>>;
};

export const CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld";

/** Parsed contexts, and how large a given one may be. */
const MAX_KEPT = 256;
const MAX_CONTEXT_CHARACTERS = 64 * 1024;
const MAX_TERMS_KEPT = 4096;

/** What others keep may change: it is asked for again after so long. */
const KEPT_MILLISECONDS = 10 * 60 * 1000;

export function createContexts(load: LoadContext, clock: () => number): Contexts {
  const kept = new Map<string, { readonly context: TermContext; readonly until: number }>();
  return {
    async read(given) {
      const list = given === undefined ? [] : [given].flat(3);
      const own = list.filter((each) => !(typeof each === "string" && isCoreContext(each)));
      const strange = own.find((each) => !isContext(each));
      const key = JSON.stringify(own);
      if (strange !== undefined || key.length > MAX_CONTEXT_CHARACTERS) {
        return err({ code: "NGSI_CONTEXT_FORM", got: JSON.stringify(strange ?? "").slice(0, 64) });
      }
      const known = kept.get(key);
      if (known !== undefined && clock() < known.until) return ok(known.context);
      const read = await parse(own, load);
      if (!read.ok) return read;
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(key, { context: read.value, until: clock() + KEPT_MILLISECONDS });
      return read;
    },
  };
}

function isContext(value: unknown): boolean {
  if (typeof value === "string") return /^https?:\/\/[^\s]+$/.test(value);
  return typeof value === "object" && value !== null;
}

async function parse(
  own: readonly unknown[],
  load: LoadContext,
): Promise<Result<TermContext, AnyRefusal>> {
  let missing: string | undefined;
  const documentLoader = {
    load: async (url: string) => {
      if (isCoreContext(url)) return { "@context": CORE_CONTEXT };
      const document = await load(url);
      if (typeof document === "object" && document !== null) return document as never;
      missing = url;
      throw new Error("no context");
    },
  };
  const parser = new ContextParser({ documentLoader, skipValidation: false });
  try {
    // The core context comes last: nobody gives its terms another meaning (GS CIM 009 §4.4).
    const all = [...own, CORE_CONTEXT] as never;
    const context = await parser.parse(all, { baseIRI: "urn:none:", external: false });
    return ok(termsOf(context, own));
  } catch {
    const got = JSON.stringify(own).slice(0, 64);
    return err(
      missing === undefined
        ? { code: "NGSI_CONTEXT_FORM", got }
        : { code: "NGSI_CONTEXT_LOST", url: missing.slice(0, 256) },
    );
  }
}

function termsOf(context: JsonLdContextNormalized, own: readonly unknown[]): TermContext {
  const expand = remembering((term) => {
    try {
      const iri = context.expandTerm(term, true);
      return iri?.includes(":") ? iri : undefined;
    } catch {
      return undefined;
    }
  });
  const compact = remembering((iri) => context.compactIri(iri, true));
  const [first] = own;
  const link = typeof first === "string" && own.length === 1 ? first : CORE_URL;
  const through = (iri: string | undefined, name: (iri: string) => string) =>
    iri === undefined ? undefined : name(iri);
  return {
    value: own.length === 0 ? CORE_URL : [...own, CORE_URL],
    link,
    attribute: (term) => through(expand(term), factName),
    type: (term) => through(expand(term), typeName),
    attributeTerm: (name) => compact(attributeIri(name)),
    typeTerm: (name) => compact(typeIri(name)),
  };
}

function remembering<T>(of: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const made = of(text);
    if (kept.size >= MAX_TERMS_KEPT) kept.clear();
    kept.set(text, made);
    return made;
  };
}
