/**
 * A URL out of a record as it may stand in a header, a page or a link: https, without a user name, ASCII only. `undefined` for
 * what no browser could open, or would show as another host than it opens.
 */
export function httpsUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, href } = new URL(text);
  return protocol === "https:" && username === "" && password === "" ? href : undefined;
}
