/** A moment as people read it: Beijing time, and UTC beside it. */
export type ReadableTime = {
  /** `2026-11-22 14:05`, UTC+8 all year. */
  readonly beijing: string;
  /** `2026-11-22 06:05` */
  readonly utc: string;
};

// Without Intl: China keeps one offset, and runtimes differ in the spaces and commas of their locales.
const BEIJING_OFFSET_MILLISECONDS = 8 * 60 * 60 * 1000;

/** Spells a moment, given in Unix milliseconds, to the minute. */
export function readableTime(unixMilliseconds: number): ReadableTime {
  return {
    beijing: minutes(unixMilliseconds + BEIJING_OFFSET_MILLISECONDS),
    utc: minutes(unixMilliseconds),
  };
}

/** RFC 3339 in UTC, as the API says it: `2026-11-22T06:05:09.123Z`. */
export function rfc3339(unixMilliseconds: number): string {
  return new Date(unixMilliseconds).toISOString();
}

/** The date that it is in Beijing at a moment: `2026-11-22`. */
export function beijingDate(unixMilliseconds: number): string {
  return minutes(unixMilliseconds + BEIJING_OFFSET_MILLISECONDS).slice(0, 10);
}

function minutes(unixMilliseconds: number): string {
  return new Date(unixMilliseconds).toISOString().slice(0, 16).replace("T", " ");
}
