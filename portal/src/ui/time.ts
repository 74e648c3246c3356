/** China has one time zone and no summer time. */
export const BEIJING_HOURS = 8;

/** `2026-11-22 14:05`, so many hours east of UTC. */
export function formatTime(milliseconds: number, hoursEast: number): string {
  const shifted = new Date(milliseconds + hoursEast * 3_600_000);
  return shifted.toISOString().slice(0, 16).replace("T", " ");
}
