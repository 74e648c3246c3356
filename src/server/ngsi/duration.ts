const DAY = 86_400_000;
const DURATION =
  /^P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/;

/** Whole months by the calendar, and milliseconds. */
export type Duration = { readonly months: number; readonly milliseconds: number };

/** A duration of ISO 8601, such as `PT1H`. */
export function readDuration(text: string): Duration | undefined {
  const found = DURATION.exec(text);
  const isSaid = found?.slice(1).some((each) => each !== undefined) === true;
  if (found === null || !isSaid || text.endsWith("T")) return undefined;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((each) => Number(each ?? 0));
  const milliseconds =
    (weeks * 7 + days) * DAY + hours * 3_600_000 + minutes * 60_000 + seconds * 1000;
  return { months: years * 12 + months, milliseconds };
}
