/** Marks text for people; says nothing that the words do not say too. */
export type Paint = {
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly ended: (text: string) => string;
};

const plain = (text: string) => text;
// Select Graphic Rendition, ECMA-48 §8.3.117.
const ESCAPE = "\u001b";
const sgr = (on: number, off: number) => (text: string) =>
  `${ESCAPE}[${on}m${text}${ESCAPE}[${off}m`;

const PLAIN: Paint = {
  strong: plain,
  quiet: plain,
  good: plain,
  warn: plain,
  bad: plain,
  ended: plain,
};

const COLOURED: Paint = {
  strong: sgr(1, 22),
  quiet: sgr(2, 22),
  good: sgr(32, 39),
  warn: sgr(33, 39),
  bad: sgr(31, 39),
  ended: sgr(90, 39),
};

/** What colours are made of, so that a line can be told from what paints it. */
export const PAINTED: RegExp = new RegExp(`(${ESCAPE}\\[(?:1|2|22|3[1239]|90)m)`, "u");

/** Colours only on a terminal, and never where `NO_COLOR` is set. @see no-color.org */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
): Paint {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb" ? COLOURED : PLAIN;
}
