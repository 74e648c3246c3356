import type { Link, Reference } from "../../core/index.ts";
import { referredCode } from "../../core/index.ts";
import { DEFAULT_REL, type LinksOf } from "./links.ts";

/** RFC 9264 §4.2: a link context object for a code and for each of its ancestors. */
export type Linkset = { readonly linkset: readonly LinkContext[] };

type LinkContext = {
  readonly anchor: string;
  readonly [relation: string]: string | readonly Target[];
};
type Target = { readonly href: string; readonly [attribute: string]: string | readonly string[] };

/** The links of a code and of its ancestors, nearest first. */
export function linkset(upwards: readonly LinksOf[], publicUrl: string): Linkset {
  return { linkset: upwards.map((each) => contextOf(each, publicUrl)) };
}

function contextOf({ code, record, links }: LinksOf, publicUrl: string): LinkContext {
  const anchor = `${publicUrl}/${code}`;
  const relations = new Map<string, Target[]>();
  const add = (rel: string, target: Target): void => {
    relations.set(rel, [...(relations.get(rel) ?? []), target]);
  };
  // Always there: what every code has, whatever its holder says.
  const [chosen, ...others] = links.filter(({ rel }) => rel === DEFAULT_REL);
  add(DEFAULT_REL, chosen ? targetOf(chosen) : { href: anchor, type: "text/html" });
  for (const other of others) add("alternate", targetOf(other));
  add("describedby", {
    href: `${publicUrl}/v1/codes/${encodeURIComponent(code)}`,
    type: "application/json",
  });
  for (const link of links) {
    if (link.rel !== DEFAULT_REL) add(relationName(link.rel, publicUrl), targetOf(link));
  }
  addVersions(add, "predecessor-version", record.predecessors, publicUrl);
  addVersions(add, "successor-version", record.successors, publicUrl);
  return { anchor, ...Object.fromEntries(relations) };
}

function addVersions(
  add: (rel: string, target: Target) => void,
  rel: string,
  references: readonly Reference[],
  publicUrl: string,
): void {
  for (const code of new Set(references.map(referredCode))) {
    add(rel, { href: `${publicUrl}/${code}` });
  }
}

/** As registered relations are spelt; RFC 8288 §3.3. */
const REGISTERED = /^[a-z][a-z0-9.-]*$/;
const URI = /^[a-z][a-z0-9+.-]*:/i;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/i;
/** A member that is no relation. */
const ANCHOR = "anchor";

/** What is spelt neither like a registered relation nor a URI, becomes a URI of this node. */
function relationName(rel: string, publicUrl: string): string {
  const isName = (REGISTERED.test(rel) && rel !== ANCHOR) || URI.test(rel);
  return isName ? rel : `${publicUrl}/rel/${encodeURIComponent(rel)}`;
}

function targetOf({ href, type, lang, title, context }: Link): Target {
  return {
    href,
    // Any token may stand in a record; here only a media type is one.
    ...(type !== undefined && MEDIA_TYPE.test(type) && { type }),
    ...(lang !== undefined && { hreflang: [lang] }),
    ...(title !== undefined && { title }),
    ...(context !== undefined && { context: [context] }),
  };
}
