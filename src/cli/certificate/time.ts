import type { Language } from "../text.ts";

/**
 * Beijing time with UTC beside it: `2026-11-22 14:05 (06:05 UTC)`. The day of UTC stands there where it is another. With a
 * language it says which time the first one is.
 */
export function bothTimes(timeMilliseconds: number, language?: Language): string {
  const [day, minute] = partsOf(timeMilliseconds + BEIJING_MILLISECONDS);
  const [utcDay, utcMinute] = partsOf(timeMilliseconds);
  const utc = `${day === utcDay ? "" : `${utcDay.slice(5)} `}${utcMinute} UTC`;
  const zone = language === undefined ? "" : ` ${BEIJING[language]}`;
  return `${day} ${minute}${zone} (${utc})`;
}

const BEIJING = { en: "Beijing", zh: "北京时间" } as const;

const BEIJING_MILLISECONDS = 8 * 3600 * 1000;

function partsOf(timeMilliseconds: number): [string, string] {
  const text = new Date(timeMilliseconds).toISOString();
  return [text.slice(0, 10), text.slice(11, 16)];
}
