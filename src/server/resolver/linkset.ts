import {
  type Code,
  codeKey,
  type Link,
  selfAndAncestors,
  type ValueReader,
} from "../../core/index.ts";
import { languages } from "../http/accept.ts";

/** RFC 9264: the links of a code, and of its ancestors. */
export function linkset(
  state: ValueReader,
  code: Code,
  publicUrl: string,
): { readonly linkset: readonly Target[] } {
  const contexts = selfAndAncestors(code).flatMap((each) => {
    const record = state.get(codeKey(each));
    return record === undefined ? [] : [contextOf(each, record.links, publicUrl)];
  });
  return { linkset: contexts };
}

type Target = { readonly [name: string]: unknown };

function contextOf(code: Code, links: readonly Link[], publicUrl: string): Target {
  const anchor = `${publicUrl}/${code}`;
  const byRel = new Map<string, Target[]>();
  const add = (rel: string, target: Target): void => {
    byRel.set(rel, [...(byRel.get(rel) ?? []), target]);
  };
  for (const link of links) add(link.rel, targetOf(link));
  // Always there: what every code has, whatever its holder says.
  const record = `${publicUrl}/v1/codes/${encodeURIComponent(code)}`;
  add("describedby", { href: record, type: "application/json" });
  if (!byRel.has(DEFAULT_REL)) add(DEFAULT_REL, { href: anchor, type: "text/html" });
  return { ...Object.fromEntries(byRel), anchor };
}

/** The relation of the one link that is followed when nothing else is asked for. */
export const DEFAULT_REL = "default";

function targetOf({ href, type, lang, title, context }: Link): Target {
  return {
    href,
    ...(type !== undefined && { type }),
    ...(lang !== undefined && { hreflang: [lang] }),
    ...(title !== undefined && { title }),
    ...(context !== undefined && { context: [context] }),
  };
}

export type LinkWish = {
  readonly linkType: string;
  readonly accept: string | undefined;
  readonly acceptLanguage: string | undefined;
  readonly context: string | undefined;
};

/**
 * The links that answer a wish best: of the code itself, else of its nearest ancestor that has one of the type. Several when nothing
 * tells them apart.
 */
export function bestLinks(state: ValueReader, code: Code, wish: LinkWish): readonly Link[] {
  for (const each of selfAndAncestors(code)) {
    const links = state.get(codeKey(each))?.links.filter(({ rel }) => rel === wish.linkType) ?? [];
    if (links.length > 0) return best(links, wish);
  }
  return [];
}

function best(links: readonly Link[], wish: LinkWish): readonly Link[] {
  const scores = links.map((link) => score(link, wish));
  const highest = Math.max(...scores);
  return links.filter((_, i) => scores[i] === highest);
}

/** Context before language before media type, as GS1 resolvers weigh them. */
function score({ type, lang, context }: Link, wish: LinkWish): number {
  const wanted = languages(wish.acceptLanguage);
  const place = wanted.findIndex(
    (tag) => lang !== undefined && sharesLanguage(tag, lang.toLowerCase()),
  );
  const byLanguage = place < 0 ? 0 : 100 - Math.min(place, 99);
  const byContext = wish.context !== undefined && wish.context === context ? 1000 : 0;
  const byType = type !== undefined && wish.accept?.includes(type) ? 0.5 : 0;
  return byContext + byLanguage + byType;
}

function sharesLanguage(a: string, b: string): boolean {
  return a.split("-")[0] === b.split("-")[0];
}

/** The types of links that a code and its ancestors have. */
export function knownLinkTypes(state: ValueReader, code: Code): readonly string[] {
  const rels = selfAndAncestors(code).flatMap(
    (each) => state.get(codeKey(each))?.links.map(({ rel }) => rel) ?? [],
  );
  return [...new Set(rels)].sort();
}
