/** How numbers are put together in time; days, weeks, months and years are those of Beijing. */
export const STEPS = ["PT1M", "PT15M", "PT1H", "P1D", "P1W", "P1M", "P1Y"] as const;
export type Step = (typeof STEPS)[number];

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** China has one time, without summer time. */
const BEIJING = 8 * 60 * MINUTE;
/** Weeks begin on Monday; day 0 of Unix was a Thursday. */
const FIRST_MONDAY = 4 * DAY;

/** Beginning and end of the stretch of time that a moment lies in. Unix milliseconds. */
export function stretchOf(step: Step): (milliseconds: number) => readonly [number, number] {
  switch (step) {
    case "PT1M":
      return every(MINUTE, 0);
    case "PT15M":
      return every(15 * MINUTE, 0);
    case "PT1H":
      return every(60 * MINUTE, 0);
    case "P1D":
      return every(DAY, 0);
    case "P1W":
      return every(7 * DAY, FIRST_MONDAY);
    case "P1M":
      return (time) => between(time, 1);
    case "P1Y":
      return (time) => between(time, 12);
  }
}

function every(length: number, first: number): (time: number) => readonly [number, number] {
  return (time) => {
    const from = Math.floor((time + BEIJING - first) / length) * length + first - BEIJING;
    return [from, from + length];
  };
}

function between(time: number, months: number): readonly [number, number] {
  const there = new Date(time + BEIJING);
  const year = there.getUTCFullYear();
  const month = months === 12 ? 0 : there.getUTCMonth();
  return [beginOf(year, month), beginOf(year, month + months)];
}

function beginOf(year: number, month: number): number {
  // As a method of Date: years below 100 are those of antiquity.
  return new Date(0).setUTCFullYear(year, month, 1) - BEIJING;
}

/** RFC 3339 with the offset of Beijing; a year that has no four digits as ISO 8601 writes it, with its sign. */
export function beijingTime(milliseconds: number): string {
  return `${new Date(milliseconds + BEIJING).toISOString().slice(0, -".000Z".length)}+08:00`;
}
