// What processes took of the processors: says more than the clock where a machine does other things too.
import { readFileSync } from "node:fs";

/** The kernel counts in hundredths of a second. */
const MICROSECONDS_A_TICK = 10_000;

/** Of these processes, all threads, in microseconds. */
export function processorTime(pids) {
  return pids.reduce((sum, pid) => sum + ticksOf(pid) * MICROSECONDS_A_TICK, 0);
}

function ticksOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The name before it may have spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** Parts as microseconds for each of `count`, between now and when the answer is called. */
export function processorTimer(parts) {
  const read = () => Object.entries(parts).map(([name, pids]) => [name, processorTime(pids())]);
  const before = Object.fromEntries(read());
  return (count) => Object.fromEntries(read().map(([name, now]) => [name, Math.round((now - before[name]) / Math.max(1, count))]));
}
