/** Markup that may go into a page as it is. Only {@link html} makes it. */
export type Markup = { readonly markup: string };

type Part = Markup | string | number | undefined | false | readonly Part[];

/** Builds markup; everything that is put in is escaped, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let markup = strings[0] ?? "";
  for (let i = 0; i < parts.length; i += 1) markup += render(parts[i]) + (strings[i + 1] ?? "");
  return { markup };
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  let markup = "";
  for (const each of part) markup += render(each);
  return markup;
}

const ENTITIES: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const MEANT_OTHERWISE = /[&<>"']/;

function escaped(text: string): string {
  // Most texts need none, and a search alone makes no object.
  return MEANT_OTHERWISE.test(text)
    ? text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
    : text;
}
