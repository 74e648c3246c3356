import type { EntrySummary } from "../sdk/index.ts";
import type { Run } from "./run.ts";
import { localTime } from "./show-record.ts";

/** One entry of the log a line: when, where, what, who, about which codes. */
export function printEntry(run: Run, entry: EntrySummary): void {
  const { index, time, kind, signed, codes } = entry;
  const who = signed === undefined ? "" : `${signed.iss} ${run.paint.quiet(signed.kid)}`;
  const about = codes.slice(0, 3).join(" ") + (codes.length > 3 ? " …" : "");
  run.result(entry, () => [
    `${localTime(time)}  ${`#${index}`.padEnd(9)} ${kind.padEnd(9)} ${about}  ${who}`.trimEnd(),
  ]);
}
