import type { Ask } from "./request.ts";

export type PagePlace = {
  readonly offset: number;
  readonly limit: number;
  /** There is something behind it. */
  readonly isMore: boolean;
};

/** The fields that lead to the pages beside this one (GS CIM 009 §6.3.10). */
export function pageLinks(
  { c, accept }: Pick<Ask, "c" | "accept">,
  { offset, limit, isMore }: PagePlace,
): Readonly<Record<string, string>> {
  const path = new URL(c.req.url).pathname.replace(/\/$/, "");
  const to = (rel: string, at: number): string => {
    const query = queryOf({ ...c.req.queries(), offset: [String(at)] });
    return `<${path}?${query}>;rel="${rel}";type="${accept}"`;
  };
  const links = [
    ...(offset > 0 ? [to("prev", Math.max(0, offset - limit))] : []),
    ...(isMore && limit > 0 ? [to("next", offset + limit)] : []),
  ];
  return links.length === 0 ? {} : { Link: links.join(",") };
}

/** By name; of one name in the order in which it was asked. */
function queryOf(parameters: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(parameters).sort();
  const parts = names.flatMap((name) =>
    (parameters[name] ?? []).map((value) => `${escaped(name)}=${escaped(value)}`),
  );
  return parts.join("&");
}

/**
 * What needs no escape in a query stays as it was asked (RFC 3986 §3.4): `*` is left by itself. `,` and `;` would be allowed too,
 * but not every reader of the field sees that they stand inside of an address.
 */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%2F", "/");
}
