// The grammar of docs/spec/codes.md as regular expressions, word by word: slow, and close enough to the ABNF to be
// checked by eye. Only tests use it, to judge the scanner in src.

const alnum = "[0-9A-Z]";
const node = `${alnum}[0-9A-Z-]{0,29}`;
const item = `${node}(?:\\.${node}){0,7}`;
const classes = `${node}(?:\\.${node}){0,2}`;
const root = `MA(?:\\.(?<country>[0-9]{3})(?:\\.(?<division>${alnum}{1,9})(?:\\.${alnum}{1,8}){0,6})?)?`;
const code = new RegExp(`^${root}(?:/${classes}(?:/${item})?)?$`);

export function referenceIsCode(text: string): boolean {
  const match = code.exec(text);
  if (match === null || text.length > 60) return false;
  const { country, division } = match.groups ?? {};
  if (country !== "156" || division === undefined) return true;
  return [2, 4, 6].some((digits) => division.length === digits) && isCanonical(division);
}

function isCanonical(division: string): boolean {
  const pairs = division.match(/../g) ?? [];
  return /^[0-9]+$/.test(division) && pairs[0] !== "00" && pairs.at(-1) !== "00";
}
