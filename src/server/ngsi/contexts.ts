import { ContextParser, type JsonLdContextNormalized } from "jsonld-context-parser";
import { err, ok, type Result } from "../../core/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import { CORE_CONTEXT, isCoreContext } from "./core-context.ts";
import { attributeIri, factName, NGSI_LD, typeIri, typeName } from "./names.ts";

/** Gives the document behind the address of a context; `undefined` where it cannot be had, `null` where it is no JSON. */
export type LoadContext = (url: string) => Promise<unknown>;

/** Terms of a request or an answer, to and from the names in facts. */
export type TermContext = {
  /** As it stands in `@context`; the core context is in it, or at its end. */
  readonly value: unknown;
  /** The one address to name in a `Link` field. */
  readonly link: string;
  /** The name of the fact of an attribute; `undefined` for a term that means none. */
  attribute(term: string): string | undefined;
  type(term: string): string | undefined;
  attributeTerm(name: string): string;
  typeTerm(name: string): string;
};

/** A context of somebody else that was fetched for the clients of a dataset. */
export type FetchedContext = {
  readonly url: string;
  readonly document: unknown;
  readonly fetchedMilliseconds: number;
  readonly usedMilliseconds: number;
};

export type Contexts = {
  /**
   * @param given what `@context` or the Link field says; `undefined` for the core context alone
   * @param origin the dataset for whose clients it is read: they hear what was fetched for them
   */
  read(given: unknown, origin: string): Promise<Result<TermContext, AnyRefusal>>;
  /** What was fetched for a dataset, in the order in which it came. */
  fetched(origin: string): readonly FetchedContext[];
  /** Forgets one. @returns whether there was one */
  forget(origin: string, url: string): boolean;
  /** Fetches one again. @returns whether it could be had; where it could not, the one that is here stays */
  reload(origin: string, url: string): Promise<boolean>;
};

export const CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld";

/** Parsed contexts and fetched documents, and how large a given one may be. */
const MAX_KEPT = 256;
const MAX_CONTEXT_CHARACTERS = 64 * 1024;
const MAX_TERMS_KEPT = 4096;

/** What others keep may change: it is asked for again after so long. */
const KEPT_MILLISECONDS = 10 * 60 * 1000;

type Kept = {
  readonly context: TermContext;
  readonly until: number;
  /** What was fetched to read it. */
  readonly documents: ReadonlyMap<string, unknown>;
};

/** @param own where contexts are that are kept here: they are not fetched from anywhere */
export function createContexts(load: LoadContext, clock: () => number, own: string): Contexts {
  const kept = new Map<string, Kept>();
  const fetched = new Map<string, Map<string, FetchedContext>>();
  const note = (origin: string, documents: ReadonlyMap<string, unknown>): void => {
    const all = fetched.get(origin) ?? new Map<string, FetchedContext>();
    fetched.set(origin, all);
    const now = clock();
    for (const [url, document] of documents) {
      const known = all.get(url);
      if (url.startsWith(own)) continue;
      if (known === undefined && all.size >= MAX_KEPT) continue;
      const fetchedMilliseconds = known?.document === document ? known?.fetchedMilliseconds : now;
      const times = { fetchedMilliseconds: fetchedMilliseconds ?? now, usedMilliseconds: now };
      all.set(url, { url, document, ...times });
    }
  };
  const drop = (url: string): void => {
    for (const [key, { documents }] of kept) if (documents.has(url)) kept.delete(key);
  };
  return {
    async read(given, origin) {
      const list = given === undefined ? [] : [given].flat(3);
      const others = list.filter((each) => !(typeof each === "string" && isCoreContext(each)));
      const strange = others.find((each) => !isContext(each));
      const key = JSON.stringify(list);
      if (strange !== undefined || key.length > MAX_CONTEXT_CHARACTERS) {
        return err({ code: "NGSI_CONTEXT_FORM", got: JSON.stringify(strange ?? "").slice(0, 64) });
      }
      const known = kept.get(key);
      if (known !== undefined && clock() < known.until) {
        note(origin, known.documents);
        return ok(known.context);
      }
      const read = await parse(list, others, load);
      if (!read.ok) return read;
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(key, { ...read.value, until: clock() + KEPT_MILLISECONDS });
      note(origin, read.value.documents);
      return ok(read.value.context);
    },
    fetched: (origin) => [...(fetched.get(origin)?.values() ?? [])],
    forget(origin, url) {
      drop(url);
      return fetched.get(origin)?.delete(url) ?? false;
    },
    async reload(origin, url) {
      const document = await load(url);
      if (!isDocument(document)) return false;
      drop(url);
      note(origin, new Map([[url, document]]));
      return true;
    },
  };
}

function isContext(value: unknown): boolean {
  if (typeof value === "string") return /^https?:\/\/[^\s]+$/.test(value);
  return typeof value === "object" && value !== null && !Object.values(value).some(isScoped);
}

/** A term with a context of its own below it (GS CIM 009 §5.5.7 has none of these). */
function isScoped(definition: unknown): boolean {
  return typeof definition === "object" && definition !== null && "@context" in definition;
}

function isDocument(value: unknown): value is object {
  return typeof value === "object" && value !== null && "@context" in value;
}

async function parse(
  list: readonly unknown[],
  own: readonly unknown[],
  load: LoadContext,
): Promise<Result<Omit<Kept, "until">, AnyRefusal>> {
  let missing: string | undefined;
  let hasCore = list.length > own.length;
  const documents = new Map<string, unknown>();
  const documentLoader = {
    load: async (url: string) => {
      if (isCoreContext(url)) {
        hasCore = true;
        return { "@context": CORE_CONTEXT };
      }
      const document = await load(url);
      if (isDocument(document)) {
        documents.set(url, document);
        return document as never;
      }
      // What came and is no context is the mistake of whoever names it (§5.5.6).
      if (document === undefined) missing = url;
      throw new Error("no context");
    },
  };
  const parser = new ContextParser({ documentLoader, skipValidation: false });
  try {
    // The core context comes last: nobody gives its terms another meaning (GS CIM 009 §4.4).
    const all = [...own, CORE_CONTEXT] as never;
    const context = await parser.parse(all, { baseIRI: "urn:none:", external: false });
    return ok({ context: termsOf(context, hasCore ? list : [...list, CORE_URL], own), documents });
  } catch {
    const got = JSON.stringify(own).slice(0, 64);
    return err(
      missing === undefined
        ? { code: "NGSI_CONTEXT_FORM", got }
        : { code: "NGSI_CONTEXT_LOST", url: missing.slice(0, 256) },
    );
  }
}

function termsOf(
  context: JsonLdContextNormalized,
  whole: readonly unknown[],
  own: readonly unknown[],
): TermContext {
  const expand = remembering((term) => {
    try {
      const iri = context.expandTerm(term, true);
      return iri?.includes(":") ? iri : undefined;
    } catch {
      return undefined;
    }
  });
  const compact = remembering((iri) => {
    const term = context.compactIri(iri, true);
    if (expand(term) === iri) return term;
    // The term means something else in this context.
    const prefixed = iri.replace(NGSI_LD, "ngsi-ld:");
    return expand(prefixed) === iri ? prefixed : iri;
  });
  const [first] = own;
  const link = typeof first === "string" && own.length === 1 ? first : CORE_URL;
  const through = (iri: string | undefined, name: (iri: string) => string) =>
    iri === undefined ? undefined : name(iri);
  return {
    value: whole.length === 1 ? whole[0] : whole,
    link,
    attribute: remembering((term) => through(expand(term), factName)),
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
