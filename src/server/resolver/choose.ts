import type { Link } from "../../core/index.ts";
import { languages, weightOfType } from "../http/accept.ts";
import { DEFAULT_REL, type LinksOf, relationOf } from "./links.ts";

/** What a visitor wants of a link. */
export type LinkWish = {
  readonly linkType: string;
  readonly accept: string | undefined;
  readonly acceptLanguage: string | undefined;
  readonly context: string | undefined;
};

/**
 * The links that answer a wish best: of the code itself, else of its nearest ancestor that has one of the type. Several when nothing
 * tells them apart; of the default link there is always one.
 */
export function bestLinks(upwards: readonly LinksOf[], wish: LinkWish): readonly Link[] {
  const type = relationOf(wish.linkType);
  for (const { links } of upwards) {
    const ofType = links.filter(({ rel }) => rel === type);
    if (ofType.length > 0)
      return type === DEFAULT_REL ? best(ofType, wish).slice(0, 1) : best(ofType, wish);
  }
  return [];
}

/** The types of links that a code and its ancestors have. */
export function knownLinkTypes(upwards: readonly LinksOf[]): readonly string[] {
  return [...new Set(upwards.flatMap(({ links }) => links.map(({ rel }) => rel)))].sort();
}

function best(links: readonly Link[], wish: LinkWish): readonly Link[] {
  const ranks = links.map((link) => rankOf(link, wish));
  const highest = ranks.reduce((a, b) => (compare(a, b) >= 0 ? a : b));
  return links.filter((_, i) => compare(ranks[i] ?? [], highest) === 0);
}

/** Context before language before media type. */
function rankOf({ type, lang, context }: Link, wish: LinkWish): readonly number[] {
  return [
    contextRank(context, wish.context),
    languageRank(lang?.toLowerCase(), languages(wish.acceptLanguage)),
    type === undefined || wish.accept === undefined ? 0 : weightOfType(wish.accept, type),
  ];
}

/** Meant for what was asked for, for everybody, for something else. */
function contextRank(context: string | undefined, wanted: string | undefined): number {
  if (context === undefined) return 1;
  return context === wanted ? 2 : 0;
}

/** The earlier in the list the better, a tag itself before one of its language; a link in no language beside one in a wrong one. */
function languageRank(lang: string | undefined, wanted: readonly string[]): number {
  if (wanted.length === 0) return 0;
  if (lang === undefined) return 1;
  const place = wanted.findIndex((tag) => tag === "*" || primary(tag) === primary(lang));
  if (place < 0) return 0;
  return 2 + 2 * (wanted.length - place) + (wanted[place] === lang ? 1 : 0);
}

function primary(tag: string): string {
  return tag.split("-", 1)[0] ?? tag;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
