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

/** How each begins and ends. */
const CODES = {
  strong: [1, 22],
  quiet: [2, 22],
  good: [32, 39],
  warn: [33, 39],
  bad: [31, 39],
  ended: [90, 39],
} as const;

const COLOURED: Paint = {
  strong: sgr(...CODES.strong),
  quiet: sgr(...CODES.quiet),
  good: sgr(...CODES.good),
  warn: sgr(...CODES.warn),
  bad: sgr(...CODES.bad),
  ended: sgr(...CODES.ended),
};

/** What colours are made of, so that a line can be told from what paints it. */
export const PAINTED: RegExp = new RegExp(
  `(${ESCAPE}\\[(?:${Object.values(CODES).flat().join("|")})m)`,
  "u",
);

/** Colours only on a terminal, and never where `NO_COLOR` is set. @see no-color.org */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
): Paint {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb" ? COLOURED : PLAIN;
}
