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
const sgr = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;

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

/** Colours only on a terminal, and never where `NO_COLOR` is set. @see no-color.org */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
): Paint {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb" ? COLOURED : PLAIN;
}
