import { isDay, isGeometry, type JsonValue } from "../../table/index.ts";

/** What an attribute may say: in words, and as a test of what it says. */
export type Kind = {
  readonly want: string;
  readonly fits: (value: JsonValue) => boolean;
};

const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

const isText = (value: JsonValue): value is string => typeof value === "string";
const isMap = (value: JsonValue): boolean => typeof value === "object" && !Array.isArray(value);

export function number(
  least: number = Number.NEGATIVE_INFINITY,
  most: number = Number.POSITIVE_INFINITY,
): Kind {
  const words = [
    ...(Number.isFinite(least) ? [`at least ${least}`] : []),
    ...(Number.isFinite(most) ? [`at most ${most}`] : []),
  ];
  return {
    want: ["a number", ...words].join(", "),
    fits: (value) => typeof value === "number" && value >= least && value <= most,
  };
}

export function word(...words: readonly string[]): Kind {
  return { want: words.join(", "), fits: (value) => isText(value) && words.includes(value) };
}

export function either(one: Kind, other: Kind): Kind {
  return {
    want: `${one.want}, or ${other.want}`,
    fits: (value) => one.fits(value) || other.fits(value),
  };
}

/** One, or a list of them. */
export function several({ want, fits }: Kind): Kind {
  return {
    want: `${want}, or a list of such`,
    fits: (value) => fits(value) || (Array.isArray(value) && value.every(fits)),
  };
}

export const integer: Kind = {
  want: "a whole number",
  fits: (value) => Number.isSafeInteger(value),
};
export const truth: Kind = { want: "true or false", fits: (value) => typeof value === "boolean" };
export const text: Kind = { want: "text", fits: isText };
export const texts: Kind = several(text);
export const time: Kind = {
  want: "a time of RFC 3339",
  fits: (value) =>
    isText(value) && TIME.test(value) && isDay(value) && !Number.isNaN(Date.parse(value)),
};
/** Some models name two times with a stroke between them. */
export const times: Kind = {
  want: "a time of RFC 3339, or two with / between them",
  fits: (value) =>
    isText(value) && value.split("/").length <= 2 && value.split("/").every(time.fits),
};
export const reference: Kind = several({ want: "the URI of an entity", fits: isText });
export const map: Kind = { want: "an object", fits: isMap };
export const place: Kind = { want: "a geometry of GeoJSON", fits: isGeometry };
export const anything: Kind = { want: "anything", fits: () => true };
