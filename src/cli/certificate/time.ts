/** Beijing time with UTC beside it: `2026-11-22 14:05 (06:05 UTC)`. The day of UTC stands there where it is another. */
export function bothTimes(timeMilliseconds: number): string {
  const [day, minute] = partsOf(timeMilliseconds + BEIJING_MILLISECONDS);
  const [utcDay, utcMinute] = partsOf(timeMilliseconds);
  return `${day} ${minute} (${day === utcDay ? "" : `${utcDay.slice(5)} `}${utcMinute} UTC)`;
}

const BEIJING_MILLISECONDS = 8 * 3600 * 1000;

function partsOf(timeMilliseconds: number): [string, string] {
  const text = new Date(timeMilliseconds).toISOString();
  return [text.slice(0, 10), text.slice(11, 16)];
}
