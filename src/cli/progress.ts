import type { Say } from "./text.ts";

/** Shows how far long work is: done of total, rate, time left. */
export type Progress = {
  /** Sets how much is done; draws at most ten times a second. */
  to(done: number): void;
  /** Takes the bar away. */
  end(): void;
};

export type ProgressOptions = {
  readonly label: string;
  readonly total: number;
  /** Where it is drawn; only on a terminal. */
  readonly stream: {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
  };
  readonly say: Say;
  readonly now: () => number;
};

const REDRAW_MILLISECONDS = 100;
const BAR_CELLS = 24;
const ERASE_LINE = "\r\u001b[2K";

export function startProgress({ label, total, stream, say, now }: ProgressOptions): Progress {
  if (stream.isTTY !== true) return { to: () => undefined, end: () => undefined };
  const started = now();
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    to(done) {
      const time = now();
      if (time - drawn < REDRAW_MILLISECONDS && done < total) return;
      drawn = time;
      const line = progressLine(label, done, total, time - started, say);
      stream.write(ERASE_LINE + line.slice(0, (stream.columns || 80) - 1));
    },
    end: () => stream.write(ERASE_LINE),
  };
}

/** One line: `Importing  ████████░░░░  512,000 / 1,000,000  ·  31,400/s  ·  16 s left`. */
export function progressLine(
  label: string,
  done: number,
  total: number,
  elapsedMilliseconds: number,
  say: Say,
): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR_CELLS);
  const rate = elapsedMilliseconds > 0 ? (done * 1000) / elapsedMilliseconds : 0;
  const parts = [
    `${label}  ${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)}  ${group(done)} / ${group(total)}`,
    `${group(Math.round(rate))}/s`,
  ];
  if (rate > 0 && done < total) parts.push(timeLeft((total - done) / rate, say));
  return parts.join("  ·  ");
}

function timeLeft(seconds: number, say: Say): string {
  const text = duration(seconds * 1000);
  return say({ en: `${text} left`, zh: `还需 ${text}` });
}

/** `850 ms`, `12.3 s`, `4 min 05 s`, `5 h 04 min`, `12 d`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < HOUR) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  if (whole >= 2 * DAY) return `${group(Math.floor(whole / DAY))} d`;
  return `${Math.floor(whole / HOUR)} h ${twoDigits(Math.floor((whole % HOUR) / 60))} min`;
}

const HOUR = 3600;
const DAY = 24 * HOUR;

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}

/** Digits in groups of three, as both languages read them: `1,234,567`. */
export function group(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
